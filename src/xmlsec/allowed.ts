import { type DigestAlgorithm, digestAlgorithm, type SignatureAlgorithm, signatureAlgorithm } from './algorithms.ts';
import { refusal } from './refusal.ts';

/** URIs that the CPA and the configuration leave to this partner. */
export interface AllowedAlgorithms {
  readonly digests: readonly string[];
  readonly signatures: readonly string[];
}

/** The row of a digest algorithm that is allowed and known. Throws SIGNATURE_ALGORITHM. */
export function allowedDigest(uri: string, allow: AllowedAlgorithms): DigestAlgorithm {
  const row = allow.digests.includes(uri) ? digestAlgorithm(uri) : undefined;
  if (row === undefined) throw refusal('SIGNATURE_ALGORITHM', `digest ${uri}`);
  return row;
}

/** The row of a signature algorithm that is allowed and known. Throws SIGNATURE_ALGORITHM. */
export function allowedSignature(uri: string, allow: AllowedAlgorithms): SignatureAlgorithm {
  const row = allow.signatures.includes(uri) ? signatureAlgorithm(uri) : undefined;
  if (row === undefined) throw refusal('SIGNATURE_ALGORITHM', `signature ${uri}`);
  return row;
}
