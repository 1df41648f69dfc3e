import type { EbmsErrorCode } from '../../errors.ts';
import type { OutboundState } from '../../ports/store.ts';

/**
 * What the application hears when the retries have ended: DeliveryFailure, as a Warning when the message was
 * transmitted and never acknowledged (it may have arrived), as an Error when it was never transmitted. @spec ebMS2 §6.5.7
 */
export function deliveryFailure(state: OutboundState): {
  readonly errorCode: EbmsErrorCode;
  readonly severity: 'Error' | 'Warning';
} {
  return { errorCode: 'DeliveryFailure', severity: state === 'SENT' ? 'Warning' : 'Error' };
}
