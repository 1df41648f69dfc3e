import assert from 'node:assert/strict';
import { type SignatureMarkup, signAsMarked, signMessage, verifyMessage } from '../../unit/xmlsec/signed-message.ts';
import type { VerifyInput } from '../../../src/xmlsec/verify.ts';

export type SignatureCode = 'SIGNATURE_MISSING' | 'SIGNATURE_INVALID' | 'SIGNATURE_ALGORITHM' | 'SIGNATURE_COVERAGE';

/** Proves that the honest message is accepted, then that the hostile one is refused with this code. */
export async function refused(
  hostile: string | Uint8Array,
  code: SignatureCode,
  more: Partial<VerifyInput> = {},
): Promise<void> {
  await verifyMessage(await signMessage());
  await assert.rejects(verifyMessage(hostile, more), { code });
}

/** The same for a signature of other markup that the partner's own key made: only the markup can be what is refused. */
export async function markupRefused(changes: SignatureMarkup | string, code: SignatureCode): Promise<void> {
  await verifyMessage(signAsMarked({}));
  await assert.rejects(verifyMessage(signAsMarked(changes)), { code });
}
