import { type ErrorRow, row } from './error-row.ts';

/** HTTP, MIME, XML and SOAP: what cannot be read as a message. */
export const WIRE_ERRORS = {
  HTTP_METHOD: row(405, 'Only POST is served here.', 'Send the message with POST.'),
  HTTP_PATH: row(404, 'There is nothing at this address.', 'Check the path of the endpoint in the CPA.'),
  HTTP_CONTENT_TYPE: row(
    415,
    'The Content-Type is none that is read here.',
    'Send text/xml, or multipart/related of type text/xml (ebMS) or application/xop+xml (WUS).',
    { spec: 'ebMS2 §2.1.2' },
  ),
  HTTP_SOAP_ACTION: row(400, 'The SOAPAction is not "ebXML".', 'Send the header SOAPAction: "ebXML".', {
    spec: 'ebMS2 §B.2.2',
  }),
  HTTP_TOO_LARGE: row(413, 'The request is larger than allowed here.', 'Send less, or raise the configured limit.'),
  HTTP_MALFORMED: row(400, 'The HTTP request is malformed.', 'Check Content-Length and Transfer-Encoding.'),
  MIME_MALFORMED: row(400, 'The MIME package is malformed.', 'Check boundary, part headers and the closing boundary.', {
    wus: '0001',
    ebms: 'MimeProblem',
    spec: 'ebMS2 §2.1',
  }),
  MIME_LIMIT: row(
    413,
    'The MIME package has more parts or headers than allowed.',
    'Send fewer parts or shorter headers, or raise the limit in the configuration.',
    { wus: '0001', ebms: 'MimeProblem' },
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
  XML_MALFORMED: row(400, 'The XML is not well-formed.', 'Mend the XML at the line and column named.', { wus: '0001' }),
  XML_FORBIDDEN: row(
    400,
    'The XML holds what is not allowed here.',
    'Send XML without DOCTYPE, entities of your own, or unsupported encodings.',
    { wus: '0001' },
  ),
  XML_LIMIT: row(
    413,
    'The XML goes over a limit.',
    'Send less depth, fewer attributes or shorter names, or raise the limit in the configuration.',
    { wus: '0001' },
  ),
  SOAP_MALFORMED: row(
    400,
    'The SOAP envelope is malformed.',
    'Send a SOAP 1.1 Envelope with one Header and one Body.',
    { wus: '0001', spec: 'SOAP 1.1 §4' },
  ),
  SOAP_VERSION: row(
    400,
    'The envelope is not SOAP 1.1.',
    'Use the namespace http://schemas.xmlsoap.org/soap/envelope/.',
    { wus: '0001', soap: 'VersionMismatch', spec: 'SOAP 1.1 §4.4' },
  ),
  SOAP_MUST_UNDERSTAND: row(
    400,
    'A header that must be understood is not known here.',
    'Leave out the header, or send it without mustUnderstand.',
    { wus: '0010', soap: 'MustUnderstand', spec: 'SOAP 1.1 §4.2.3' },
  ),
} as const satisfies Record<string, ErrorRow>;
