import { requirements } from './requirement.ts';

/** ebMS 2.0 chapter 2 and appendix B: package, envelope, HTTP. */
export const PACKAGING = requirements('ebMS2', {
  '§2.1.2': [
    [1, 'MUST', 'both', 'A message with payloads is a multipart/related package of SOAP Messages with Attachments.'],
    [2, 'MUST', 'sender', 'The parameter type of the package is text/xml, the media type of its root part.'],
    [3, 'SHOULD', 'sender', 'The parameter start is present and names the Content-ID of the root part.'],
    [4, 'MUST', 'receiver', 'The root part is the one that start names, or the first part where there is no start.'],
    [5, 'MAY', 'both', 'A message without payloads is the bare envelope, without a MIME package around it.'],
  ],
  '§2.1.3': [
    [1, 'MUST', 'both', 'The root part holds exactly one SOAP 1.1 document.'],
    [2, 'MUST', 'both', 'The Content-Type of the envelope is text/xml.'],
  ],
  '§2.1.3.2': [
    [1, 'MUST', 'sender', 'A charset parameter does not contradict the encoding that the envelope is written in.'],
    [2, 'MUST', 'receiver', 'An envelope whose charset and XML declaration contradict each other is refused.'],
    [3, 'SHOULD', 'sender', 'The envelope is UTF-8.'],
  ],
  '§2.1.4': [
    [1, 'MUST', 'sender', 'Every payload is a MIME part of its own, which the Manifest names.'],
    [2, 'MUST', 'both', 'Payloads of any media type travel octet for octet.'],
  ],
  '§2.1.5': [[1, 'MAY', 'receiver', 'MIME headers that the standard does not know are ignored.']],
  '§2.1.6': [[1, 'MUST', 'receiver', 'A broken MIME package is reported by a SOAP Fault.']],
  '§2.2.1': [[1, 'MAY', 'both', 'An XML declaration may stand before the envelope; with one it says version 1.0.']],
  '§2.3': [
    [1, 'MUST', 'both', 'All ebXML elements and attributes are qualified by the namespace of msg-header-2_0.xsd.'],
    [2, 'MUST', 'receiver', 'Elements are recognised by namespace and name, whatever their prefix.'],
  ],
  '§2.3.2': [
    [
      1,
      'SHOULD',
      'sender',
      'The envelope gives xsi:schemaLocation hints.',
      'no peer of Digikoppeling sends or reads them',
    ],
  ],
  '§2.3.3': [
    [1, 'MUST', 'both', 'Header is the first child of Envelope and Body follows, both in the namespace of Envelope.'],
  ],
  '§2.3.6': [
    [1, 'MUST', 'receiver', 'A foreign element with mustUnderstand 1 that is not understood is refused.'],
    [2, 'MAY', 'receiver', 'A foreign element that need not be understood is ignored.'],
  ],
  '§2.3.7': [[1, 'MAY', 'receiver', 'Elements may carry an id; it changes nothing.']],
  '§2.3.8': [
    [1, 'MUST', 'sender', 'Every ebXML block says version 2.0.'],
    [2, 'MUST', 'receiver', 'A block of another version is refused.'],
  ],
  '§2.3.9': [
    [1, 'MUST', 'sender', 'Every ebXML header block says soap:mustUnderstand="1".'],
    [2, 'MUST', 'receiver', 'A header block that must be understood, and is not, refuses the message.'],
  ],
  '§2.3.10': [[1, 'MUST', 'receiver', 'The actor nextMSH addresses whoever gets the message next.']],
  '§2.3.11': [
    [1, 'MUST', 'receiver', 'The actor toPartyMSH addresses the last MSH, and is meant where no actor is given.'],
  ],
  '§B.2.2': [
    [1, 'MUST', 'sender', 'A message is the body of an HTTP POST.'],
    [2, 'MUST', 'sender', 'The SOAPAction header is present and is "ebXML", quotes included.'],
    [
      3,
      'MUST',
      'sender',
      'The Content-Type of the package is an HTTP header; MIME-Version and Content-Transfer-Encoding are not.',
    ],
    [4, 'MUST', 'receiver', 'A request without the SOAPAction "ebXML" is no message and is refused.'],
  ],
  '§B.2.3': [
    [1, 'MUST', 'both', 'Success is an HTTP status of the 2xx class.'],
    [2, 'MUST', 'sender', 'A status of 3xx or 4xx is an error; a 5xx means what SOAP says.'],
  ],
  '§B.2.4': [[1, 'MUST', 'receiver', 'A SOAP Fault is answered with status 500.']],
  '§B.2.5': [
    [1, 'MUST', 'receiver', 'With synchronous replies agreed, the signal is the body of the HTTP response.'],
    [
      2,
      'MUST',
      'receiver',
      'Without them the response is 2xx and empty, and the signal travels by a request of its own.',
    ],
  ],
  '§B.2.7': [[1, 'MUST', 'both', 'HTTP messages can be carried over TLS.']],
});
