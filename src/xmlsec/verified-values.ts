import { constants, timingSafeEqual, verify } from 'node:crypto';
import { GatewayError } from '../errors.ts';
import { canonicalize } from '../xml/c14n.ts';
import type { DigestAlgorithm, SignatureAlgorithm } from './algorithms.ts';
import { certificateKey } from './certificate-key.ts';
import { refusal } from './refusal.ts';
import type { ParsedReference, ParsedSignature } from './signature.ts';

/** Refuses a SignatureValue that the key of this certificate (DER) did not make over this SignedInfo. */
export function requireSignatureValue(
  { signedInfo, canonicalForm, signatureValue }: ParsedSignature,
  { hash, kind }: SignatureAlgorithm,
  certificate: Uint8Array,
): void {
  const key = certificateKey(certificate);
  const padded =
    kind === 'rsa'
      ? key
      : { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  if (!verify(hash, canonicalize(signedInfo, canonicalForm), padded, signatureValue)) {
    throw refusal('SIGNATURE_INVALID', 'SignatureValue is not of the certificate that counts over this SignedInfo');
  }
}

/** Refuses a DigestValue that its algorithm cannot have made. */
export function requireDigestLength({ uri, digestValue }: ParsedReference, { length }: DigestAlgorithm): void {
  if (Buffer.byteLength(digestValue, 'base64') !== length)
    throw refusal('SIGNATURE_INVALID', `length of the digest of "${uri}"`);
}

export function requireDigest({ uri, digestValue }: ParsedReference, actual: Buffer): void {
  const signed = Buffer.from(digestValue, 'base64');
  if (signed.length !== actual.length || !timingSafeEqual(signed, actual)) {
    throw refusal('SIGNATURE_INVALID', `digest of "${uri}"`);
  }
}

/** What has no canonical form cannot have been signed. */
export function withCanonicalForm<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'XML_FORBIDDEN') throw error;
    throw new GatewayError('SIGNATURE_INVALID', { detail: error.message, cause: error });
  }
}
