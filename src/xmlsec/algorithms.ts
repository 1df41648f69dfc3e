/** Every algorithm this gateway knows. What is not a row here does not exist; what is a row still needs the CPA's leave. */
export interface DigestAlgorithm {
  readonly uri: string;
  /** Name in node:crypto. */
  readonly hash: string;
  /** Octets of a digest. */
  readonly length: number;
  readonly strength: Strength;
}

export interface SignatureAlgorithm {
  readonly uri: string;
  readonly hash: string;
  /** RSASSA-PKCS1-v1_5, or RSASSA-PSS with a salt as long as the digest. */
  readonly kind: 'rsa' | 'rsa-pss';
  readonly strength: Strength;
}

/** sha1 is legacy: only for a partner for whom it was allowed by name. */
export type Strength = 'sha2' | 'sha1';

export interface CanonicalizationAlgorithm {
  readonly uri: string;
  readonly exclusive: boolean;
}

/** @spec Digikoppeling SIGN001, SIGN003 */
const DIGESTS: readonly DigestAlgorithm[] = [
  { uri: 'http://www.w3.org/2001/04/xmlenc#sha256', hash: 'sha256', length: 32, strength: 'sha2' },
  { uri: 'http://www.w3.org/2001/04/xmldsig-more#sha384', hash: 'sha384', length: 48, strength: 'sha2' },
  { uri: 'http://www.w3.org/2001/04/xmlenc#sha512', hash: 'sha512', length: 64, strength: 'sha2' },
  { uri: 'http://www.w3.org/2000/09/xmldsig#sha1', hash: 'sha1', length: 20, strength: 'sha1' },
];

/** @spec Digikoppeling SIGN002, SIGN004 */
const SIGNATURES: readonly SignatureAlgorithm[] = [
  { uri: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', hash: 'sha256', kind: 'rsa', strength: 'sha2' },
  { uri: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384', hash: 'sha384', kind: 'rsa', strength: 'sha2' },
  { uri: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512', hash: 'sha512', kind: 'rsa', strength: 'sha2' },
  { uri: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1', hash: 'sha1', kind: 'rsa', strength: 'sha1' },
];

/** Of WS-Security only: what ebMS2 signs is agreed in a CPA, and no peer agrees on this. @spec RFC 9231 §2.3.9 */
export const RSA_PSS_SHA256: SignatureAlgorithm = {
  uri: 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
  hash: 'sha256',
  kind: 'rsa-pss',
  strength: 'sha2',
};

/**
 * Without comments only. "With comments" is no safer anywhere: Reference URI="" leaves comments out before any transform, so that
 * a signer gains nothing by it, and in SignedInfo it would let comments into what is compared.
 */
const CANONICALIZATIONS: readonly CanonicalizationAlgorithm[] = [
  { uri: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315', exclusive: false },
  { uri: 'http://www.w3.org/2001/10/xml-exc-c14n#', exclusive: true },
];

export const DS_NAMESPACE = 'http://www.w3.org/2000/09/xmldsig#';
export const EXCLUSIVE_NAMESPACE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
export const ENVELOPED_TRANSFORM = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
export const XPATH_TRANSFORM = 'http://www.w3.org/TR/1999/REC-xpath-19991116';
export const INCLUSIVE_C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';

const digests = byUri(DIGESTS);
const signatures = byUri(SIGNATURES);
const canonicalizations = byUri(CANONICALIZATIONS);

export function digestAlgorithm(uri: string): DigestAlgorithm | undefined {
  return digests.get(uri);
}

export function signatureAlgorithm(uri: string): SignatureAlgorithm | undefined {
  return signatures.get(uri);
}

export function canonicalizationAlgorithm(uri: string): CanonicalizationAlgorithm | undefined {
  return canonicalizations.get(uri);
}

function byUri<T extends { readonly uri: string }>(rows: readonly T[]): ReadonlyMap<string, T> {
  return new Map(rows.map((one) => [one.uri, one]));
}
