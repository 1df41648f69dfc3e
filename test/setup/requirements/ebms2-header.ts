import { requirements } from './requirement.ts';

/** ebMS 2.0 chapter 3: MessageHeader and Manifest. */
export const HEADER = requirements('ebMS2', {
  '§3.1': [
    [1, 'MUST', 'both', 'Every message has exactly one MessageHeader, a child of the SOAP Header.'],
    [
      2,
      'MUST',
      'receiver',
      'A MessageHeader without From, To, CPAId, ConversationId, Service, Action or MessageData is refused.',
    ],
    [3, 'MUST', 'both', 'The elements stand in the order of the schema.'],
  ],
  '§3.1.1': [
    [1, 'MUST', 'both', 'From and To each hold one or more PartyIds that name one organisation.'],
    [2, 'MUST', 'receiver', 'A message whose From or To is not the party that the CPA names is refused.'],
  ],
  '§3.1.1.1': [
    [1, 'SHOULD', 'receiver', 'A PartyId without a type that is no URI is refused as Inconsistent.'],
    [2, 'MUST', 'receiver', 'PartyIds are compared by type and value; several may stand in any order.'],
  ],
  '§3.1.1.2': [
    [1, 'MUST', 'sender', 'Role is the one that the CPA gives the party.'],
    [2, 'MUST', 'receiver', 'A role that the CPA does not give the party is refused.'],
  ],
  '§3.1.2': [
    [1, 'MUST', 'both', 'CPAId names the agreement that governs the exchange.'],
    [
      2,
      'MUST',
      'receiver',
      'A message that contradicts its CPA and is refused for that gets Inconsistent, severity Error.',
    ],
    [3, 'MUST', 'receiver', 'A message under a CPA that is not known or not in force is refused.'],
  ],
  '§3.1.3': [
    [1, 'MUST', 'sender', 'ConversationId stays the same in all messages of a conversation, signals included.'],
    [2, 'MUST', 'sender', 'A conversation that the application does not name gets an identifier of its own.'],
  ],
  '§3.1.4': [
    [1, 'MUST', 'both', 'Service without a type is a URI.'],
    [2, 'MUST', 'receiver', 'A Service or Action that the CPA does not know is refused as ValueNotRecognized.'],
    [3, 'MUST', 'both', 'The Service of signals is reserved, and is used for nothing but signals.'],
  ],
  '§3.1.5': [[1, 'MUST', 'both', 'Action names a process within the Service.']],
  '§3.1.6.1': [
    [1, 'MUST', 'sender', 'MessageId is globally unique and has the form of RFC 2822.'],
    [2, 'MUST', 'sender', 'A MessageId is never used for a second message.'],
  ],
  '§3.1.6.2': [
    [1, 'MUST', 'sender', 'Timestamp is the time of creation as xsd:dateTime in UTC.'],
    [2, 'MUST', 'receiver', 'A Timestamp that is no xsd:dateTime is refused.'],
  ],
  '§3.1.6.3': [
    [1, 'MUST', 'sender', 'RefToMessageId is the MessageId of the earlier message that this one is about.'],
    [2, 'MUST', 'sender', 'Signals name the message they are about in RefToMessageId.'],
    [3, 'MUST', 'sender', 'A message about no other has no RefToMessageId.'],
  ],
  '§3.1.6.4': [
    [1, 'MUST', 'sender', 'TimeToLive is an xsd:dateTime in UTC.'],
    [
      2,
      'MUST',
      'receiver',
      'A message whose TimeToLive has passed is refused with TimeToLiveExpired, severity Error, and not delivered.',
    ],
  ],
  '§3.1.7': [
    [1, 'MUST', 'sender', 'DuplicateElimination is present where the CPA says always, and absent where it says never.'],
  ],
  '§3.1.8': [[1, 'MAY', 'receiver', 'Descriptions are ignored.']],
  '§3.2': [
    [1, 'MUST', 'sender', 'A message with payloads has one Manifest in the Body, with a Reference for each.'],
    [2, 'SHOULD', 'receiver', 'A payload that no Reference names does not reach the application.'],
  ],
  '§3.2.1': [
    [1, 'MUST', 'both', 'A Reference is a simple XLink with an href.'],
    [2, 'MAY', 'receiver', 'Role, Schema and Description of a Reference are ignored.'],
  ],
  '§3.2.2': [
    [1, 'MUST', 'receiver', 'A cid: that names no part is reported as MimeProblem, severity Error.'],
    [
      2,
      'MAY',
      'receiver',
      'A Reference to anything outside the message is reported as MimeProblem and never followed.',
    ],
  ],
});
