import { type Requirement, requirements, type Side } from './requirement.ts';

/** Koppelvlakstandaard ebMS2: its profile of ebMS 2.0, by the clause of ebMS 2.0 that each item profiles. */
const INTERFACE = requirements('KVS', {
  '§2.1.3.2': [[1, 'MUST', 'sender', 'The charset is UTF-8.']],
  '§2.3.6': [[1, 'MUST', 'receiver', 'Extension elements are ignored.']],
  '§2.3.8': [[1, 'MUST', 'both', 'Only version 2.0 is spoken.']],
  '§3.1.1.1': [
    [1, 'MUST', 'sender', 'PartyId has a type: urn:osb:oin for an OIN.'],
    [2, 'MAY', 'both', 'Another type is possible for partners with an identification of their own.'],
    [3, 'MAY', 'both', 'An OIN may carry a suffix outside production.'],
  ],
  '§3.1.1.2': [[1, 'MUST', 'both', 'A party has one role in a CPA.']],
  '§3.1.3': [[1, 'MUST', 'both', 'Request, response, receipt and error share the ConversationId.']],
  '§3.1.4': [[1, 'MUST', 'both', 'Service holds no white space.']],
  '§3.1.5': [[1, 'MUST', 'both', 'Action holds no white space.']],
  '§3.1.6.1': [[1, 'MUST', 'sender', 'MessageId is globally unique.']],
  '§3.1.8': [[1, 'MAY', 'receiver', 'Description is ignored.']],
  '§3.2.1': [[1, 'MUST', 'both', 'References are cid: only.']],
  '§3.2.2': [[1, 'MUST', 'receiver', 'A cid: that cannot be resolved is an error.']],
  '§4.1.4.1': [
    [1, 'MUST', 'both', 'Messages of the signed profiles are signed.'],
    [2, 'MUST', 'both', 'What is signed is canonical XML; exclusive canonicalization is read too.'],
    [3, 'MUST', 'receiver', 'Certificates are checked against the revocation lists of their CA.'],
    [4, 'MUST', 'receiver', 'Self-signed signing certificates are for tests only.'],
  ],
  '§4.1.4.2': [[1, 'MUST', 'both', 'Receipts of the signed profiles are signed.']],
  '§4.1.4.3': [[1, 'MUST', 'both', 'Both sides of the connection prove who they are, by HTTPS and TLS.']],
  '§4.1.4.5': [[1, 'MAY', 'both', 'Payloads may be encrypted, as the security standard says.']],
  '§4.3': [[1, 'MUST', 'both', 'SyncReplyMode is none, or mshSignalsOnly where both can.']],
  '§6.3.1.1': [[1, 'MUST', 'receiver', 'The last MSH returns a receipt under the reliable profiles.']],
  '§6.4.1': [
    [1, 'MUST', 'receiver', 'Duplicates are eliminated under the reliable profiles.'],
    [2, 'SHOULD', 'receiver', 'Identifiers are kept for (1 + Retries) × RetryInterval at least.'],
  ],
  '§6.4.3': [[1, 'SHOULD', 'both', 'Retries and RetryInterval bridge a long outage.']],
  '§6.5.3': [[1, 'MUST', 'sender', 'Receipts travel alone, never with a business message.']],
  '§8.1': [[1, 'MAY', 'both', 'Ping and Pong may be used, signed or not.']],
  '§10': [[1, 'MUST', 'sender', 'No receipt is asked of the next MSH.']],
  '§B': [[1, 'MUST', 'both', 'The transport is HTTPS; plain HTTP and SMTP are not used.']],
  '§B.2.2': [
    [1, 'MUST', 'sender', 'SOAPAction is "ebXML".'],
    [2, 'SHOULD', 'sender', 'No content transfer encoding is used.'],
    [3, 'SHOULD', 'receiver', 'MIME headers among the HTTP headers are ignored.'],
  ],
  '§B.2.3': [
    [1, 'SHOULD', 'sender', '503 does not end the retries.'],
    [2, 'MUST', 'sender', '3xx and 4xx are errors.'],
  ],
  '§B.2.6': [[1, 'MUST', 'receiver', 'Access is by client certificate, not by HTTP authentication.']],
});

/** Beveiligingsstandaarden en voorschriften. */
const SECURITY: readonly Requirement[] = [
  rule('PKI001', 'both', 'The OIN stands in subject.serialNumber of the certificate.'),
  rule('PKI002', 'both', 'A certificate that has ended or has not begun does not count (revocation: PKI003).'),
  rule('PKI003', 'both', 'A certificate that the revocation list of its CA names does not count.'),
  rule('PKI004', 'both', 'The revocation list can be reached by both sides.'),
  rule('PKI005', 'both', 'Only certificates under the configured roots count: PKIoverheid private root in production.'),
  rule('TLS001', 'both', 'Both sides authenticate by TLS certificates of the configured CAs.'),
  rule('TLS002', 'both', 'TLS is mutual.'),
  rule('TLS003', 'both', 'SSL 3 and earlier are never fallen back to.'),
  rule('TLS004', 'both', 'TLS 1.2 and 1.3 are spoken, 1.0 and 1.1 are not.'),
  rule('TLS005', 'both', 'The port for partners can be 443.'),
  rule('TLS006', 'both', 'Keys, curves and versions are those of the NCSC guideline.'),
  rule('TLSCIPH001', 'both', 'Cipher suites are rated good or sufficient by the NCSC.'),
  rule('SIGN001', 'both', 'Signatures use SHA-2.'),
  rule('SIGN002', 'both', 'Signatures are XMLDSIG.'),
  rule('SIGN003', 'both', 'DigestMethod is SHA-256, SHA-384 or SHA-512.'),
  rule('SIGN004', 'both', 'SignatureMethod is RSA with SHA-256, SHA-384 or SHA-512.'),
  rule('ENC001', 'both', 'Payload encryption uses AES.'),
  rule('ENC002', 'both', 'Payload encryption is XML Encryption.'),
  rule('ENC003', 'both', 'The content algorithms are AES-128 and AES-256 in GCM mode.'),
  rule('ENC004', 'both', 'Keys are transported by RSA-OAEP.'),
];

/** Best Practices ebMS2, those that bind a gateway. */
const PRACTICES: readonly Requirement[] = [
  practice('EB002', 'Every exchange runs under a CPA.'),
  practice('EB004', 'A test PartyId has a suffix, and is another party than the one without.'),
  practice('EB005', 'A partner is authorised by the OIN in its certificate.'),
  practice('EB008', 'Retries and RetryInterval that a CPA leaves open are those of the best practice.'),
  practice('EB009', 'A CPAId is unique and fit for a file name.'),
  practice('EB010', 'A CPA does not outlive its certificates.'),
  practice('EB013', 'MessageId is local part, @ and domain.'),
  practice('EB014', 'A party may have several PartyIds.'),
  practice('EB015', 'mshSignalsOnly is possible where both sides can.'),
  practice('EB016', 'A response names its request in RefToMessageId, in the same conversation.'),
];

export const DIGIKOPPELING: readonly Requirement[] = [...INTERFACE, ...SECURITY, ...PRACTICES];

function rule(name: string, side: Side, text: string): Requirement {
  return { id: `Digikoppeling ${name}`, clause: `Digikoppeling ${name}`, level: 'MUST', side, text };
}

function practice(name: string, text: string): Requirement {
  return { id: `Digikoppeling ${name}`, clause: `Digikoppeling ${name}`, level: 'SHOULD', side: 'both', text };
}
