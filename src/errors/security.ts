import { type ErrorRow, row, SECURITY_TITLE } from './error-row.ts';

/** Signatures, certificates, revocation and encryption. A partner sees one sentence for what fails here. */
export const SECURITY_ERRORS = {
  TLS_CLIENT_CERTIFICATE: row(
    403,
    SECURITY_TITLE,
    'Connect with a client certificate that chains to keys.trust of the receiver and holds the OIN of the From party.',
    { ebms: 'SecurityFailure', spec: 'Digikoppeling TLS002' },
  ),
  SIGNATURE_MISSING: row(422, SECURITY_TITLE, 'Sign the message: the CPA asks it, or the profile of the service.', {
    ebms: 'SecurityFailure',
    spec: 'ebMS2 §4.1.4',
  }),
  SIGNATURE_INVALID: row(
    422,
    SECURITY_TITLE,
    'Sign the whole envelope and every part with the certificate of the CPA; for WUS with that of the token.',
    { ebms: 'SecurityFailure', spec: 'ebMS2 §4.1.4' },
  ),
  SIGNATURE_ALGORITHM: row(
    422,
    SECURITY_TITLE,
    'Use the algorithms of the CPA or of Digikoppeling, SHA-2 at least; a weaker one needs `allow` for that partner.',
    { ebms: 'SecurityFailure', spec: 'Digikoppeling SIGN001' },
  ),
  SIGNATURE_COVERAGE: row(
    422,
    SECURITY_TITLE,
    'Cover the envelope by URI="" and every part by its cid:; for WUS Body, Timestamp and each wsa: header by wsu:Id.',
    { ebms: 'SecurityFailure', spec: 'ebMS2 §4.1.3' },
  ),
  CERTIFICATE_UNTRUSTED: row(422, SECURITY_TITLE, 'Use a valid certificate that chains to keys.trust.', {
    ebms: 'SecurityFailure',
    spec: 'Digikoppeling PKI002',
  }),
  CERTIFICATE_REVOKED: row(422, SECURITY_TITLE, 'Agree a CPA with a certificate that its CA has not revoked.', {
    ebms: 'SecurityFailure',
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
  DUPLICATE_CONFLICT: row(409, SECURITY_TITLE, 'Give every message a MessageId of its own.', {
    ebms: 'SecurityFailure',
    spec: 'ebMS2 §6.5.6',
  }),
  ENCRYPTION_NOT_AGREED: row(
    422,
    SECURITY_TITLE,
    'Encrypt every part where the CPA asks for it, and none where it does not.',
    { ebms: 'SecurityFailure', spec: 'Digikoppeling ENC001' },
  ),
  DECRYPTION_KEY_MISSING: row(
    422,
    SECURITY_TITLE,
    'Configure keys.decrypt with the encryption certificate that the CPA names for your party.',
    { ebms: 'SecurityFailure', spec: 'CPPA 2.0 §8.4.54' },
  ),
  DECRYPTION_FAILED: row(
    422,
    SECURITY_TITLE,
    'Encrypt for the certificate of the CPA, with AES-GCM and RSA-OAEP; older algorithms need `allow` for that partner.',
    { ebms: 'SecurityFailure', spec: 'Digikoppeling ENC003' },
  ),
  SIGNAL_UNEXPECTED: row(422, SECURITY_TITLE, 'A signal must answer an open message of the same parties and CPA.', {
    ebms: 'SecurityFailure',
    spec: 'ebMS2 §6.3.2',
  }),
} as const satisfies Record<string, ErrorRow>;
