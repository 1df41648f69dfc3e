import { requirements } from './requirement.ts';

/** ebMS 2.0 chapter 4: signatures, errors, SyncReply. */
export const SECURITY = requirements('ebMS2', {
  '§4.1.1': [
    [1, 'MUST', 'both', 'A Signature is a child of the SOAP Header and follows XMLDSIG.'],
    [2, 'MUST', 'receiver', 'The first Signature is that of the From Party over the message.'],
    [
      3,
      'MAY',
      'receiver',
      'Further Signatures may follow.',
      'one signature counts; a second one is a way to hide things',
    ],
  ],
  '§4.1.3': [
    [1, 'MUST', 'sender', 'SignedInfo has CanonicalizationMethod, SignatureMethod and a Reference for the envelope.'],
    [
      2,
      'MUST',
      'both',
      'The Reference of the envelope has URI="" and the transforms enveloped-signature, the actor filter, canonicalization.',
    ],
    [3, 'MUST', 'both', 'What is addressed to the next MSH is outside the signature.'],
    [4, 'MUST', 'sender', 'Each payload has a Reference of its own by cid:.'],
    [5, 'MUST', 'both', 'A payload is digested as it is before any transfer encoding.'],
    [
      6,
      'MUST',
      'receiver',
      'A message is refused when an octet of the signed envelope or of a signed payload was changed.',
    ],
    [7, 'SHOULD', 'sender', 'Canonicalization is Canonical XML 1.0 without comments.'],
    [8, 'MAY', 'sender', 'KeyInfo is included.'],
    [9, 'MUST', 'both', 'Other implementations of XMLDSIG verify what is signed here, and the reverse.'],
  ],
  '§4.1.4.1': [[1, 'MUST', 'receiver', 'An unsigned message is refused where the CPA asks for a signature.']],
  '§4.1.4.2': [
    [1, 'MUST', 'both', 'The receipt of a signed message is signed where that was asked, and repeats its References.'],
  ],
  '§4.2.3': [
    [1, 'MUST', 'sender', 'A message without an error has no ErrorList; an ErrorList has one Error or more.'],
    [2, 'MUST', 'receiver', 'A MessageError about a message of ours is matched by RefToMessageId.'],
  ],
  '§4.2.3.1': [[1, 'MUST', 'both', 'highestSeverity is Error when one of the Errors is, otherwise Warning.']],
  '§4.2.3.2': [
    [1, 'MUST', 'sender', 'An Error has errorCode and severity, from the lists of the standard.'],
    [2, 'MUST', 'sender', 'location points into the envelope, or is the cid: of the payload.'],
    [3, 'MUST', 'sender', 'A Description has xml:lang.'],
  ],
  '§4.2.3.2.4': [[1, 'MUST', 'receiver', 'A Warning does not end a delivery.']],
  '§4.2.4.1': [
    [1, 'SHOULD', 'receiver', 'A message in error is reported to the MSH that sent it.'],
    [2, 'MUST', 'receiver', 'A message that reports an Error is never answered with an error.'],
  ],
  '§4.2.4.3': [
    [1, 'MUST', 'sender', 'A MessageError that travels alone has the Service of signals and Action MessageError.'],
    [2, 'MUST', 'both', 'An ErrorList of severity Error does not ride on a business message.'],
  ],
  '§4.3': [
    [1, 'MUST', 'sender', 'SyncReply has the actor next and mustUnderstand 1.'],
    [2, 'MUST', 'both', 'SyncReply never overrides the SyncReplyMode of the CPA.'],
    [3, 'MUST', 'receiver', 'SyncReply against the CPA is refused as Inconsistent.'],
  ],
});
