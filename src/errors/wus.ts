import { type ErrorRow, row, SECURITY_TITLE } from './error-row.ts';

/** WUS: addressing, services, backends, attachments, security, and what partners answer. */
export const WUS_ERRORS = {
  TRANSLATION_IMPOSSIBLE: row(
    422,
    'The content does not follow the schema, or has more in it than can be translated.',
    'Mend what is named; content that JSON cannot hold without loss goes as XML.',
    { wus: '0004', spec: 'Digikoppeling WW003' },
  ),
  WUS_SERVICE_UNKNOWN: row(
    404,
    'There is no service at this address.',
    'Check the path: /wus/ and the name of a service that is provided here.',
  ),
  WUS_NOT_AUTHORISED: row(
    403,
    'The sender may not call this service.',
    'Put the OIN of the sender among the partners of the service, and connect with a certificate that holds it.',
    { wus: '0002', spec: 'Digikoppeling WT002' },
  ),
  WUS_REPLAY: row(409, SECURITY_TITLE, 'Send each message once; a repeat of a question is a new message.', {
    spec: 'WS-Security 1.1 §13',
  }),
  WUS_SOAP_ACTION: row(
    400,
    'The SOAPAction is not valid.',
    'Send SOAPAction: "", or the value of wsa:Action between quotes.',
    { wus: '0003', spec: 'Digikoppeling WS002' },
  ),
  WUS_BODY: row(
    400,
    'The body does not follow the schema.',
    'Send exactly the element that the WSDL names as the only child of soap:Body.',
    {
      wus: '0004',
      spec: 'Digikoppeling WW003',
    },
  ),
  WUS_TO: row(400, 'The wsa:To header is missing.', 'Send wsa:To with the address of the service.', {
    wus: '0005',
    spec: 'Digikoppeling WA001',
  }),
  WUS_ACTION: row(400, 'The wsa:Action header is missing.', 'Send wsa:Action with the value of the WSDL.', {
    wus: '0006',
    spec: 'Digikoppeling WA001',
  }),
  WUS_MESSAGE_ID: row(
    400,
    'The wsa:MessageID header is missing.',
    'Send wsa:MessageID, with another value each time.',
    {
      wus: '0007',
      spec: 'Digikoppeling WA001',
    },
  ),
  WUS_RELATES_TO: row(
    502,
    'The wsa:RelatesTo header is missing or names another message.',
    'Answer with wsa:RelatesTo, and in it the wsa:MessageID of the request.',
    { wus: '0008', spec: 'Digikoppeling WA001' },
  ),
  WUS_ENCODING: row(
    400,
    'The message is not in UTF-8.',
    'Send UTF-8, and say nothing else in charset and declaration.',
    {
      wus: '0009',
      spec: 'Digikoppeling WS006',
    },
  ),
  WUS_HEADER_FOREIGN: row(
    400,
    'There is a header block that is not of the profile.',
    'Send header blocks of WS-Addressing and, where the profile signs, one wsse:Security; no others.',
    { wus: '0010', spec: 'Digikoppeling WS007' },
  ),
  WUS_HEADER_VALUE: row(
    400,
    'A header has another value than prescribed.',
    'Send each header once, with the value of the WSDL or of the profile; endpoint references with an Address alone.',
    { wus: '0011', spec: 'Digikoppeling WA001' },
  ),
  WUS_ATTACHMENT: row(
    400,
    'An attachment is missing, or is not where it may be.',
    'Send each cid: of an xop:Include as one MIME part with that Content-ID, and no other part.',
    { wus: '0001', spec: 'XOP 1.0 §4' },
  ),
  WUS_INLINE_LIMIT: row(
    413,
    'The attachments do not fit in the body.',
    'Raise `wus.limits.envelope`: it bounds attachments as base64, which 2W-be-SE and all forms but MTOM make of them.',
    { wus: '0051', soap: 'Server', spec: 'XOP 1.0 §3.2' },
  ),
  WUS_OPERATION: row(
    422,
    'The service has no such operation.',
    'Name an operation of the WSDL, or send a body that is the input of exactly one.',
    { spec: 'Digikoppeling WS001' },
  ),
  WUS_ANSWER: row(
    502,
    'The answer of the partner cannot be used.',
    'Ask the partner to answer as its WSDL and the profile of the service say; the log says what came.',
    { spec: 'Digikoppeling WB013' },
  ),
  WUS_ANSWER_REFUSED: row(
    502,
    'The answer of the partner was refused.',
    'Do not send the request otherwise; show the partner what is wrong with its answer. It may have acted on the request.',
    { spec: 'Digikoppeling WB013' },
  ),
  WUS_PEER_UNREACHABLE: row(
    502,
    'The partner could not be reached.',
    'Check endpoint, network and certificates. A call is not repeated; where the line broke the partner may have acted on it.',
    { retriable: true },
  ),
  WUS_PEER_TIMEOUT: row(
    504,
    'The partner did not answer in time.',
    'It may have acted on the request: find out before you ask again. `timeoutSeconds` of the service says how long it has.',
    { retriable: true },
  ),
  WUS_PEER_ANSWER: row(
    502,
    'The partner answered with something else than a message.',
    'Ask the partner, or who runs the proxy before it; it may have acted on the request, which is not repeated.',
    { retriable: true },
  ),
  WUS_FAULT_UNPROVEN: row(
    502,
    'A fault came that nobody has signed for this request.',
    'Do not rely on what it says; ask the partner to sign and confirm its faults.',
    { spec: 'Digikoppeling WB013' },
  ),
  BACKEND_UNREACHABLE: row(
    502,
    'The service is not available now.',
    'Start the application behind the service, and check `backend`.',
    { wus: '0051', soap: 'Server', retriable: true },
  ),
  BACKEND_TIMEOUT: row(
    504,
    'The service is not available now.',
    'Make the application behind the service answer sooner, or raise `backend.timeoutSeconds`.',
    { wus: '0051', soap: 'Server', retriable: true },
  ),
  BACKEND_ANSWER: row(
    502,
    'The service is not available now.',
    'Make the application answer 200 with what the WSDL says, or 500 with a SOAP fault; the log says what came.',
    { wus: '0051', soap: 'Server' },
  ),
  BACKEND_LIMIT: row(
    413,
    'The request is larger than the service takes.',
    'Raise `inlineLimit` of the adapter that is the backend, or give the service a `backend.url`, which takes any length.',
  ),
  WUS_SECURITY_HEADER: row(
    422,
    SECURITY_TITLE,
    'Send one wsse:Security header without actor that holds a token, one ds:Signature and one wsu:Timestamp.',
    { spec: 'Digikoppeling WB001' },
  ),
  WUS_TIMESTAMP: row(
    422,
    SECURITY_TITLE,
    'Send one wsu:Timestamp with Created in UTC, and set the clock; `wus.skewSeconds` allows for a difference.',
    { spec: 'Digikoppeling WB002' },
  ),
  WUS_TOKEN: row(
    422,
    SECURITY_TITLE,
    'Send the certificate as a BinarySecurityToken with a direct reference; another one needs `allow` for that partner.',
    { spec: 'Digikoppeling WB010' },
  ),
  WUS_CONFIRMATION: row(
    422,
    SECURITY_TITLE,
    'Confirm the SignatureValue of the request in a signed SignatureConfirmation, and nothing else.',
    { spec: 'Digikoppeling WB014' },
  ),
  CALL_REPEATED: row(
    409,
    'A request with this id was begun before, and the partner may have acted on it.',
    'Look at the consultation named. Under another id it is asked once more; `idempotent: true` of the service says that this does no harm.',
  ),
  REPLY_LIMIT: row(
    502,
    'The answer is larger than a queue takes here.',
    'The partner has answered. Raise `adapters.amqp.inlineLimit`, or call the service with POST /api/v1/wus/services/NAME/calls.',
  ),
  WUS_FAULT: row(
    502,
    'The partner answered with a fault.',
    'Read `fault`: mend the request, or ask the partner. The fault is authentic.',
    { spec: 'SOAP 1.1 §4.4' },
  ),
} as const satisfies Record<string, ErrorRow>;
