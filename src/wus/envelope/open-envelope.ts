import { GatewayError } from '../../errors.ts';
import { DEFAULT_XML_LIMITS } from '../../xml/limits.ts';
import { decryptBody } from '../security/encryption/open-body.ts';
import type { ArrivedEnvelope, DecryptTerms, OpenedEnvelope } from '../security/security.ts';
import type { WusService } from '../service.ts';

/**
 * Decrypts where the profile encrypts, and nowhere else. Throws ENCRYPTION_NOT_AGREED for a Body in the clear where it encrypts, and
 * DECRYPTION_FAILED. @spec Digikoppeling WB006, WB011
 */
export async function openEnvelope(
  arrived: ArrivedEnvelope,
  { profile, maxEnvelopeBytes }: Pick<WusService, 'profile' | 'maxEnvelopeBytes'>,
  { decrypter, allow, weakened }: DecryptTerms,
): Promise<OpenedEnvelope> {
  if (!profile.encrypted) return { ...arrived, decrypted: false };
  const limits = { ...DEFAULT_XML_LIMITS, maxBytes: maxEnvelopeBytes };
  const opened = await decryptBody(arrived, { decrypter, allow, weakened }, limits);
  if (!opened.decrypted) throw new GatewayError('ENCRYPTION_NOT_AGREED', { detail: 'the Body came in the clear' });
  return opened;
}
