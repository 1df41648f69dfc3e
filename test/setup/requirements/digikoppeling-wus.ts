import type { Level, Requirement, Side } from './requirement.ts';

/**
 * Koppelvlakstandaard WUS, by its own numbers. Where one number asks several things each has a name of its own behind a
 * hyphen. WS004 does not exist.
 */
export const WUS: readonly Requirement[] = [
  rule('WW001', 'both', 'Messages are SOAP 1.1, document/literal, over HTTP; another SOAP version is refused.'),
  rule('WW002', 'both', 'The WSDL uses the data types of XML Schema and no encoding of its own.'),
  rule('WW003', 'both', 'The Body has exactly one child element.'),
  rule('WW004', 'both', 'Message parts of the WSDL name an element, never a type.'),
  rule('WS001', 'both', 'A service may have several operations.', 'MAY'),
  rule('WS002', 'both', 'soapAction in the WSDL is empty, absent or the Action; the HTTP header is "" or the Action.'),
  rule('WS003', 'both', 'Every operation is request and response; other patterns are refused.'),
  rule('WS005', 'both', 'A WSDL has one portType.'),
  rule('WS006', 'both', 'Messages are UTF-8; another charset is refused.'),
  rule('WS007', 'both', 'The Header holds no blocks but those of WS-Addressing and WS-Security.'),
  rule('WS008', 'both', 'The WSDL gives each message an Action, by wsam:Action or by the default pattern.'),

  rule('WA001-To', 'receiver', 'A request has To: an absolute URI or anonymous, and one of our own.'),
  rule('WA001-To-answer', 'both', 'An answer may leave To out; it is anonymous then.', 'MAY'),
  rule('WA001-Action', 'both', 'Request and answer have the Action that the WSDL gives them.'),
  rule('WA001-MessageID', 'both', 'Request and answer have a MessageID: any IRI, unique.'),
  rule('WA001-RelatesTo', 'both', 'An answer names the MessageID of its request in RelatesTo, and no other is taken.'),
  rule('WA001-ReplyTo', 'both', 'ReplyTo of a request is anonymous, or left out.'),
  rule('WA001-From', 'both', 'From names the sender; a query may leave it out.'),
  rule('WA001-OIN', 'both', 'To and From may carry an OIN parameter; one that is not of that party is refused.', 'MAY'),
  rule('WA001-Address', 'both', 'Endpoint references hold an Address alone: no parameters, no metadata.'),
  rule('WA001-other', 'both', 'FaultTo and others are anonymous or none.'),

  rule('WM001', 'both', 'The provider decides on MTOM; the consumer follows.'),

  rule('WT001', 'both', 'TLS is mutual, and no version under those of the security standard is fallen back to.'),
  rule('WT002', 'both', 'The TLS certificates are those of Digikoppeling, with the OIN as their identity.'),
  rule('WT003', 'both', 'Versions, suites and key sizes of TLS are those of the security standard.'),
  rule('WT004', 'both', 'Dates and revocation of certificates are checked.'),
  rule('WT005', 'both', 'The revocation list can be reached by both sides.'),
  rule('WT006', 'both', 'The port is 443, or stands in the URI.', 'SHOULD'),
  rule('WT007', 'both', 'Several messages may go over one connection.', 'MAY'),
  rule('WT008', 'both', 'A connection has a longest life.'),

  rule('WB001', 'both', 'The namespaces of WS-Security 1.0 and 1.1 are used, each for what it defines.'),
  rule('WB002', 'both', 'A Timestamp in UTC with Created; one that is missing, too old or ahead is refused.'),
  rule('WB002-Expires', 'both', 'Expires is optional; a Timestamp that has expired is refused.', 'MAY'),
  rule('WB002-skew', 'receiver', 'Clocks may differ by a configured time.', 'SHOULD'),
  rule('WB003', 'both', 'With WS-Security everything is signed; encryption comes on top, never instead.'),
  rule('WB004', 'both', 'Body, all WS-Addressing headers and Timestamp are signed.'),
  rule('WB004-coverage', 'receiver', 'What is acted on is the node that was signed; else the message is refused.'),
  rule('WB005', 'both', 'The Body alone is encrypted; headers stay readable.'),
  rule('WB006', 'both', 'First signed, then encrypted; the receiver decrypts, then verifies.'),
  rule('WB007', 'both', 'Exclusive canonicalization, and signature algorithms of the security standard.'),
  rule('WB008', 'both', 'Encryption and key transport are those of the security standard.'),
  rule('WB009', 'both', 'Tokens are X.509 certificates of Digikoppeling, with the OIN of the sender.'),
  rule('WB010', 'both', 'The certificate travels as a BinarySecurityToken, referenced directly.'),
  rule('WB010-trust', 'receiver', 'The certificate is trusted by its chain, not because it was known.'),
  rule('WB011', 'both', 'Request and answer of all operations of a service have the same profile.'),
  rule('WB012-answer', 'provider', 'An answer is encrypted for the certificate in the request, or one configured.'),
  rule('WB012-request', 'consumer', 'A request is encrypted for the registered certificate of the provider.'),
  rule('WB013-request', 'provider', 'A request that does not verify is refused by a fault.'),
  rule('WB013-answer', 'consumer', 'An answer that does not verify is never data.'),
  rule('WB014', 'both', 'An answer confirms the signature of its request, and no other is taken.'),

  fault('fault', 'MUST', 'Errors are SOAP 1.1 Faults with HTTP status 500, secured as the profile asks.'),
  fault('fault-silence', 'MUST', 'A fault tells nothing of the inside: fixed texts, one for all of security.'),
  fault('fault-unproven', 'MUST', 'An unsigned fault of a signed service is an error, never data.', 'consumer'),
  fault('0001', 'SHOULD', 'An envelope that is none is 0001.'),
  fault('0002', 'SHOULD', 'A party that is not authorised is 0002.'),
  fault('0003', 'SHOULD', 'A wrong SOAPAction is 0003.'),
  fault('0004', 'SHOULD', 'A Body that is not what the operation asks is 0004.'),
  fault('0005', 'SHOULD', 'A missing To is 0005.'),
  fault('0006', 'SHOULD', 'A missing Action is 0006.'),
  fault('0007', 'SHOULD', 'A missing MessageID is 0007.'),
  fault('0008', 'SHOULD', 'A missing RelatesTo is 0008.', 'consumer'),
  fault('0009', 'SHOULD', 'Another charset than UTF-8 is 0009.'),
  fault('0010', 'SHOULD', 'A header block of somebody else is 0010.'),
  fault('0011', 'SHOULD', 'A header with another value than prescribed is 0011.'),
  fault('0051', 'SHOULD', 'A service that cannot answer now is 0051.'),
];

function rule(name: string, side: Side, text: string, level: Level = 'MUST'): Requirement {
  const clause = `Digikoppeling ${/^W[A-Z]\d{3}/.exec(name)?.[0]}`;
  return { id: `Digikoppeling ${name}`, clause, level, side, text };
}

/** Faults, with the codes of the best practice. */
function fault(name: string, level: Level, text: string, side: Side = 'provider'): Requirement {
  return { id: `Digikoppeling WUS-${name}`, clause: 'Digikoppeling WUS-fault', level, side, text };
}
