import { acknowledgmentSigning } from '../../cpa/acknowledgment-signing.ts';
import type { Agreement } from '../../cpa/agreement.ts';
import type { WaitingRequest } from './waiting-requests.ts';

/**
 * The waiting request, where a message under `response` may be its HTTP answer. The one signature over both must be one that
 * may sign the receipt; where it is not, the request gets its receipt alone now. @spec ebMS2 §6.3.2.4
 */
export function answerable(waiting: WaitingRequest | undefined, response: Agreement): WaitingRequest | undefined {
  if (waiting === undefined) return undefined;
  const { acknowledgment, signed, agreement } = waiting.request;
  if (acknowledgment === undefined || !signed || signsReceipts(agreement, response)) return waiting;
  waiting.expire();
  return undefined;
}

function signsReceipts(request: Agreement, { signing }: Agreement): boolean {
  if (signing?.certificate === undefined) return false;
  const { certificate, hashFunction, signatureAlgorithm } = signing;
  return acknowledgmentSigning(request).some(
    (one) =>
      one.certificate !== undefined &&
      Buffer.from(one.certificate).equals(certificate) &&
      one.hashFunction === hashFunction &&
      one.signatureAlgorithm === signatureAlgorithm,
  );
}
