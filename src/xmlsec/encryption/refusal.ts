import { GatewayError } from '../../errors.ts';

/**
 * The one refusal of encrypted content. It has no location and always the same title, so that who sent it cannot tell why;
 * `detail` is for the log only.
 */
export function decryptionFailed(detail: string): GatewayError {
  return new GatewayError('DECRYPTION_FAILED', { detail });
}
