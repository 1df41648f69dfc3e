/**
 * Every refusal and failure that a user, a partner or a script can meet: one row a code.
 * `code` is public and never reused; `title` and `remedy` may be reworded. docs/errors.md is generated from this table.
 */
export type EbmsErrorCode =
  | 'ValueNotRecognized'
  | 'NotSupported'
  | 'Inconsistent'
  | 'OtherXml'
  | 'DeliveryFailure'
  | 'TimeToLiveExpired'
  | 'SecurityFailure'
  | 'MimeProblem'
  | 'Unknown';

export interface ErrorRow {
  /** errorCode in an ErrorList to the partner; undefined: the partner gets a SOAP Fault or no message at all. */
  readonly ebms?: EbmsErrorCode;
  /** faultcode when the partner gets a SOAP Fault. */
  readonly soap: 'Client' | 'Server' | 'MustUnderstand' | 'VersionMismatch';
  /** Status of the inside API. */
  readonly http: number;
  /** Whether the same request may succeed later without being changed. */
  readonly retriable: boolean;
  /** One fixed sentence without particulars: the only text a partner sees. */
  readonly title: string;
  readonly remedy: string;
  readonly spec?: string;
}

const row = (
  http: number,
  title: string,
  remedy: string,
  more: Partial<Pick<ErrorRow, 'ebms' | 'soap' | 'retriable' | 'spec'>> = {},
): ErrorRow => ({ soap: 'Client', retriable: false, http, title, remedy, ...more });

const SECURITY_TITLE = 'The message failed a security check.';

export const ERRORS = {
  // HTTP and MIME
  HTTP_METHOD: row(405, 'Only POST is served here.', 'Send the message with POST.'),
  HTTP_PATH: row(404, 'There is nothing at this address.', 'Check the path of the endpoint in the CPA.'),
  HTTP_CONTENT_TYPE: row(
    415,
    'The Content-Type is not one of SOAP with attachments.',
    'Send text/xml or multipart/related with type text/xml.',
    { spec: 'ebMS2 §2.1.2' },
  ),
  HTTP_SOAP_ACTION: row(400, 'The SOAPAction is not "ebXML".', 'Send the header SOAPAction: "ebXML".', {
    spec: 'ebMS2 §B.2.2',
  }),
  HTTP_TOO_LARGE: row(413, 'The request is larger than allowed here.', 'Send less, or raise the configured limit.'),
  HTTP_MALFORMED: row(400, 'The HTTP request is malformed.', 'Check Content-Length and Transfer-Encoding.'),
  MIME_MALFORMED: row(400, 'The MIME package is malformed.', 'Check boundary, part headers and the closing boundary.', {
    ebms: 'MimeProblem',
    spec: 'ebMS2 §2.1',
  }),
  MIME_LIMIT: row(
    413,
    'The MIME package has more parts or headers than allowed.',
    'Send fewer parts or shorter headers, or raise the limit in the configuration.',
    { ebms: 'MimeProblem' },
  ),
  PAYLOAD_MISSING: row(
    400,
    'A part named in the Manifest is missing.',
    'Send each cid: of the Manifest as a MIME part with that Content-ID.',
    { ebms: 'MimeProblem', spec: 'ebMS2 §3.2.2' },
  ),
  PAYLOAD_UNLISTED: row(400, 'A part is not named in the Manifest.', 'Name every MIME part in the Manifest.', {
    ebms: 'MimeProblem',
    spec: 'ebMS2 §3.2',
  }),
  PAYLOAD_UNRESOLVED: row(400, 'A Reference of the Manifest cannot be resolved.', 'Use cid: of its own parts only.', {
    ebms: 'MimeProblem',
    spec: 'ebMS2 §3.2.2',
  }),
  // XML and SOAP
  XML_MALFORMED: row(400, 'The XML is not well-formed.', 'Mend the XML at the line and column named.'),
  XML_FORBIDDEN: row(
    400,
    'The XML holds what is not allowed here.',
    'Send XML without DOCTYPE, entities of your own, or unsupported encodings.',
  ),
  XML_LIMIT: row(
    413,
    'The XML goes over a limit.',
    'Send less depth, fewer attributes or shorter names, or raise the limit in the configuration.',
  ),
  SOAP_MALFORMED: row(
    400,
    'The SOAP envelope is malformed.',
    'Send a SOAP 1.1 Envelope with one Header and one Body.',
    { spec: 'SOAP 1.1 §4' },
  ),
  SOAP_VERSION: row(
    400,
    'The envelope is not SOAP 1.1.',
    'Use the namespace http://schemas.xmlsoap.org/soap/envelope/.',
    { soap: 'VersionMismatch', spec: 'SOAP 1.1 §4.4' },
  ),
  SOAP_MUST_UNDERSTAND: row(
    400,
    'A header that must be understood is not known here.',
    'Leave out the header, or send it without mustUnderstand.',
    { soap: 'MustUnderstand', spec: 'SOAP 1.1 §4.2.3' },
  ),
  // ebMS header
  HEADER_INVALID: row(400, 'The ebMS header does not follow the schema.', 'Mend the element at the location named.', {
    spec: 'ebMS2 §3.1',
  }),
  HEADER_VALUE: row(400, 'A value of the ebMS header is not allowed.', 'Mend the value at the location named.', {
    ebms: 'Inconsistent',
    spec: 'ebMS2 §4.2.3.4.1',
  }),
  HEADER_TIME: row(
    400,
    'A time of the ebMS header is no xsd:dateTime.',
    'Write Timestamp and TimeToLive as 2026-01-31T12:00:00Z.',
    { ebms: 'OtherXml', spec: 'ebMS2 §3.1.6.2' },
  ),
  HEADER_NOT_AGREED: row(
    422,
    'The ebMS header contradicts the CPA.',
    'Make the header say what the CPA says at the location named.',
    { ebms: 'Inconsistent', spec: 'ebMS2 §4.2.3.4.1' },
  ),
  ACTION_NOT_AGREED: row(
    422,
    'Role, service and action are not agreed between these parties.',
    'Use a role, service and action of the CPA.',
    { ebms: 'ValueNotRecognized', spec: 'ebMS2 §3.1.4' },
  ),
  FEATURE_UNSUPPORTED: row(
    501,
    'The message asks for a feature that is not supported.',
    'Leave out the element at the location named.',
    { ebms: 'NotSupported' },
  ),
  MESSAGE_EXPIRED: row(410, 'The TimeToLive of the message has passed.', 'Send a new one with a later TimeToLive.', {
    ebms: 'TimeToLiveExpired',
    spec: 'ebMS2 §3.1.6.4',
  }),
  MESSAGE_ORDER: row(
    409,
    'The SequenceNumber does not continue the conversation.',
    'Number the messages of a conversation 0 (Reset), 1, 2 …, each once; reset only when all before are confirmed.',
    { ebms: 'Inconsistent', spec: 'ebMS2 §9.1.1' },
  ),
  MESSAGE_ORDER_FULL: row(
    409,
    'Too many messages of the conversation wait for earlier ones.',
    'Send the message that is missing; `message.held` names its number.',
    { ebms: 'DeliveryFailure', spec: 'ebMS2 §9.1.1' },
  ),
  NOT_OUR_PARTY: row(
    422,
    'The message is not for a party of this gateway.',
    'Check the To party, and `parties` in the configuration.',
    { spec: 'ebMS2 §3.1.1' },
  ),
  // security
  TLS_CLIENT_CERTIFICATE: row(
    403,
    SECURITY_TITLE,
    'Connect with a client certificate that chains to keys.trust of the receiver and holds the OIN of the From party.',
    { ebms: 'SecurityFailure', spec: 'Digikoppeling TLS002' },
  ),
  SIGNATURE_MISSING: row(422, SECURITY_TITLE, 'Sign the message: the CPA asks it.', {
    ebms: 'SecurityFailure',
    spec: 'ebMS2 §4.1.4',
  }),
  SIGNATURE_INVALID: row(
    422,
    SECURITY_TITLE,
    'Sign the whole envelope and every part with the certificate of the CPA.',
    { ebms: 'SecurityFailure', spec: 'ebMS2 §4.1.4' },
  ),
  SIGNATURE_ALGORITHM: row(
    422,
    SECURITY_TITLE,
    'Use the algorithms of the CPA, SHA-2 at least; a weaker one needs `allow` for that partner.',
    { ebms: 'SecurityFailure', spec: 'Digikoppeling SIGN001' },
  ),
  SIGNATURE_COVERAGE: row(
    422,
    SECURITY_TITLE,
    'Cover the envelope with one Reference URI="" and every part with one cid: Reference.',
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
  // CPA
  CPA_UNKNOWN: row(404, 'The CPA is not known here.', 'Import and activate the CPA on both sides.', {
    spec: 'ebMS2 §3.1.2',
  }),
  CPA_INACTIVE: row(409, 'The CPA is not active.', 'Activate the CPA, or use one whose dates include today.', {
    ebms: 'Inconsistent',
    spec: 'CPPA 2.0 §9.3',
  }),
  CPA_INVALID: row(400, 'The CPA is not valid.', 'Mend the findings; `postiljon cpa validate FILE` lists them.', {
    spec: 'CPPA 2.0 §9',
  }),
  CPA_EXISTS: row(409, 'Another CPA with this id is stored.', 'Delete it first, or give the new one another cpaid.'),
  CPA_IN_USE: row(
    409,
    'The CPA is active, or messages under it are still under way.',
    'Deactivate the CPA and wait until its messages have ended.',
  ),
  PARTY_UNKNOWN: row(422, 'The party is not one of the CPA.', 'Use a party of the CPA.', {
    ebms: 'Inconsistent',
    spec: 'ebMS2 §3.1.1',
  }),
  // sending
  MESSAGE_ID_INVALID: row(400, 'The MessageId has not the form of RFC 5322.', 'Use left@right, or leave it out.', {
    spec: 'ebMS2 §3.1.6.1',
  }),
  MESSAGE_EXISTS: row(
    409,
    'A message with this MessageId was submitted before.',
    'Use another messageId, or repeat the request with its Idempotency-Key.',
  ),
  MESSAGE_ENDED: row(
    409,
    'The message has ended.',
    'Look at its state; what has ended can only be sent once more, as a new message.',
  ),
  IDEMPOTENCY_CONFLICT: row(409, 'The Idempotency-Key was used with another body.', 'Use another key.'),
  SIGNING_KEY_MISSING: row(
    409,
    'No key belongs to the signing certificate that the CPA names.',
    'Configure keys.sign with the certificate of the CPA.',
    { spec: 'CPPA 2.0 §9.8.6' },
  ),
  ENCRYPTION_ALGORITHM: row(
    409,
    'The CPA names no algorithm to encrypt with that this gateway sends.',
    'Agree on AES-GCM in the CPA, or set `encryption: { data: aes256-gcm }` for that partner if it can read it.',
    { spec: 'Digikoppeling ENC003' },
  ),
  PEER_UNREACHABLE: row(
    502,
    'The partner could not be reached.',
    'Check endpoint, network and certificates; the gateway tries again by itself.',
    { retriable: true },
  ),
  PEER_REFUSED: row(
    502,
    'The partner refused the message.',
    'Read the error that the partner gave; mend it and send a new message.',
  ),
  PEER_ANSWER: row(
    502,
    'The answer of the partner cannot be used.',
    'The gateway tries again; ask the partner to look at its log.',
    { retriable: true },
  ),
  PEER_SILENT: row(
    504,
    'The partner took the question and did not answer in time.',
    'Ask again later; ask the partner whether it supports the service, and whether it reaches our endpoint.',
    { retriable: true },
  ),
  RETRIES_EXHAUSTED: row(
    504,
    'The message was sent as often as agreed and never acknowledged.',
    'Ask the partner whether it arrived; then send a new message.',
    { ebms: 'DeliveryFailure', spec: 'ebMS2 §6.5.7' },
  ),
  // inside
  MESSAGE_HELD: row(
    409,
    'The message waits for earlier ones of its conversation.',
    'Take it once its event `message.received` is there.',
    { spec: 'ebMS2 §9.1.1' },
  ),
  MESSAGE_AMBIGUOUS: row(
    409,
    'Several senders used this MessageId.',
    'Name the sender too: `from` in the API, `--from` on the command line.',
  ),
  NOT_FOUND: row(404, 'There is no such thing.', 'Check the id.'),
  REQUEST_INVALID: row(400, 'The request is not valid.', 'Mend the fields named.'),
  METHOD_NOT_ALLOWED: row(405, 'This method is not served here.', 'Use a method that the header Allow names.'),
  MEDIA_TYPE_UNSUPPORTED: row(
    415,
    'The Content-Type is not one that is read here.',
    'Send one of the media types that the OpenAPI document names.',
  ),
  ORIGIN_REFUSED: row(
    403,
    'The request comes from a web page, or was sent to another host name.',
    'Call the API from a program, by the host name that `api.host` or `api.names` gives.',
  ),
  FILE_EXISTS: row(409, 'There is already a file here.', 'Choose another folder: nothing is overwritten.'),
  GATEWAY_UNREACHABLE: row(
    503,
    'The gateway does not answer.',
    'Start it with `postiljon start -c FILE`, or name its API with --api URL.',
    { retriable: true },
  ),
  CONFIG_INVALID: row(500, 'The configuration is not valid.', 'Mend the key named; docs/configuration.md lists all.'),
  STORE_UNAVAILABLE: row(503, 'The store cannot be used now.', 'Check disk and store; the request may be repeated.', {
    soap: 'Server',
    retriable: true,
  }),
  BUSY: row(503, 'The gateway is busy or stopping.', 'Repeat the request later.', { soap: 'Server', retriable: true }),
  INTERNAL: row(500, 'Something went wrong inside.', 'Look in the log for the reference named, and report it.', {
    ebms: 'Unknown',
    soap: 'Server',
  }),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorParticulars {
  /** Where: an XPath without prefixes, a cid:, a configuration key, a JSON pointer, or line and column. */
  readonly location?: string;
  /** For the log and the operator only; never sent to a partner. */
  readonly detail?: string;
  readonly cause?: unknown;
}

/** The only error that is thrown on purpose. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode;
  readonly location: string | undefined;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, particulars: ErrorParticulars = {}) {
    super(
      particulars.detail ?? ERRORS[code].title,
      particulars.cause === undefined ? undefined : { cause: particulars.cause },
    );
    this.code = code;
    this.location = particulars.location;
    this.detail = particulars.detail;
  }

  get row(): ErrorRow {
    return ERRORS[this.code];
  }
}

/** Turns whatever was thrown into a GatewayError; what is not one becomes INTERNAL with its cause kept. */
export function toGatewayError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new GatewayError('INTERNAL', { detail, cause: thrown });
}
