import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';

/** What NCSC counts as good or sufficient, best first; CBC, DHE and RSA key exchange are out. @spec Digikoppeling TLSCIPH001 */
export const TLS_CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
] as const;

/** The good ones, the fastest first. */
export const TLS_GROUPS = ['X25519', 'P-256', 'P-384', 'P-521', 'X448'] as const;

/** SHA-256 and better; neither SHA-1 nor SHA-224. */
export const TLS_SIGNATURES = [
  'ecdsa_secp256r1_sha256',
  'ecdsa_secp384r1_sha384',
  'ecdsa_secp521r1_sha512',
  'ed25519',
  'ed448',
  'rsa_pss_rsae_sha256',
  'rsa_pss_rsae_sha384',
  'rsa_pss_rsae_sha512',
  'rsa_pss_pss_sha256',
  'rsa_pss_pss_sha384',
  'rsa_pss_pss_sha512',
  'rsa_pkcs1_sha256',
  'rsa_pkcs1_sha384',
  'rsa_pkcs1_sha512',
] as const;

/** Settings of every TLS connection, in and out: 1.2 at least, 1.3 preferred, no renegotiation. @spec Digikoppeling TLS003, TLS004, TLS006 */
export const TLS_PROFILE = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: TLS_CIPHERS.join(':'),
  ecdhCurve: TLS_GROUPS.join(':'),
  sigalgs: TLS_SIGNATURES.join(':'),
  honorCipherOrder: true,
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
} as const satisfies SecureContextOptions;

/** PEM; the private key may be encrypted with `passphrase`. */
export interface TlsIdentity {
  readonly key: string | Buffer;
  readonly certificate: string | Buffer;
  readonly passphrase?: string;
}

/** Options that make Node present `identity`. */
export function identityOptions(identity: TlsIdentity): SecureContextOptions {
  const { key, certificate, passphrase } = identity;
  return { key, cert: certificate, ...(passphrase === undefined ? {} : { passphrase }) };
}
