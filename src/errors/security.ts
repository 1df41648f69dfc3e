import { type ErrorRow, row, SECURITY_TITLE } from './error-row.ts';

/** A partner sees SecurityFailure and one sentence, whichever of them it is. */
const security = (remedy: string, { spec, http = 422 }: { readonly spec: string; readonly http?: number }): ErrorRow =>
  row(http, SECURITY_TITLE, remedy, { ebms: 'SecurityFailure', spec });

/** Signatures, certificates, revocation and encryption. */
export const SECURITY_ERRORS = {
  TLS_CLIENT_CERTIFICATE: security(
    'Connect with a client certificate that chains to keys.trust of the receiver and holds the OIN of the From party.',
    { spec: 'Digikoppeling TLS002', http: 403 },
  ),
  SIGNATURE_MISSING: security('Sign the message: the CPA asks it, or the profile of the service.', {
    spec: 'ebMS2 §4.1.4',
  }),
  SIGNATURE_INVALID: security(
    'Sign the whole envelope and every part with the certificate of the CPA; for WUS with that of the token.',
    { spec: 'ebMS2 §4.1.4' },
  ),
  SIGNATURE_ALGORITHM: security(
    'Use the algorithms of the CPA or of Digikoppeling, SHA-2 at least; a weaker one needs `allow` for that partner.',
    { spec: 'Digikoppeling SIGN001' },
  ),
  SIGNATURE_COVERAGE: security(
    'Cover the envelope by URI="" and every part by its cid:; for WUS Body, Timestamp and each wsa: header by wsu:Id.',
    { spec: 'ebMS2 §4.1.3' },
  ),
  CERTIFICATE_UNTRUSTED: security('Use a valid certificate that chains to keys.trust.', {
    spec: 'Digikoppeling PKI002',
  }),
  CERTIFICATE_REVOKED: security('Agree a CPA with a certificate that its CA has not revoked.', {
    spec: 'Digikoppeling PKI003',
  }),
  REVOCATION_UNKNOWN: row(
    503,
    'Some certificate cannot be checked now.',
    '`postiljon doctor` says which list to get.',
    {
      wus: '0051',
      soap: 'Server',
      retriable: true,
      spec: 'Digikoppeling PKI004',
    },
  ),
  CRL_INVALID: row(500, 'The revocation list cannot be used.', 'Name whole lists, each signed by a CA of keys.trust.'),
  CRL_UNREACHABLE: row(502, 'The revocation list cannot be fetched.', 'Open the way to it, or use revocation.crls.', {
    retriable: true,
  }),
  DUPLICATE_CONFLICT: security('Give every message a MessageId of its own.', { spec: 'ebMS2 §6.5.6', http: 409 }),
  ENCRYPTION_NOT_AGREED: security('Encrypt every part where the CPA asks for it, and none where it does not.', {
    spec: 'Digikoppeling ENC001',
  }),
  DECRYPTION_KEY_MISSING: security(
    'Configure keys.decrypt with the encryption certificate that the CPA names for your party.',
    { spec: 'CPPA 2.0 §8.4.54' },
  ),
  DECRYPTION_FAILED: security(
    'Encrypt for the certificate of the CPA, with AES-GCM and RSA-OAEP; older algorithms need `allow` for that partner.',
    { spec: 'Digikoppeling ENC003' },
  ),
  SIGNAL_UNEXPECTED: security('A signal must answer an open message of the same parties and CPA.', {
    spec: 'ebMS2 §6.3.2',
  }),
} as const satisfies Record<string, ErrorRow>;
