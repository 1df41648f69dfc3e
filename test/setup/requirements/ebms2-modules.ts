import { requirements } from './requirement.ts';

/** ebMS 2.0 chapters 7 to 10: the optional modules. */
export const MODULES = requirements('ebMS2', {
  '§7.1.1': [
    [
      1,
      'MUST',
      'sender',
      'A StatusRequest has the Service of signals, Action StatusRequest, and names a message in the Body.',
    ],
    [2, 'MUST', 'receiver', 'A StatusRequest is answered, or refused with NotSupported.'],
  ],
  '§7.1.2': [[1, 'MUST', 'receiver', 'A StatusResponse has Action StatusResponse and RefToMessageId of the request.']],
  '§7.1.3': [[1, 'SHOULD', 'receiver', 'Who is not authorised learns nothing of a message.']],
  '§7.3.2': [[1, 'MUST', 'receiver', 'Timestamp is left out where the status is NotRecognized or UnAuthorized.']],
  '§7.3.3': [
    [1, 'MUST', 'both', 'messageStatus is one of UnAuthorized, NotRecognized, Received, Processed, Forwarded.'],
  ],
  '§8.1': [
    [1, 'MUST', 'sender', 'A Ping has the Service of signals and Action Ping.'],
    [2, 'MUST', 'receiver', 'A Ping is answered with a Pong, or refused with NotSupported.'],
  ],
  '§8.2': [[1, 'MUST', 'receiver', 'A Pong has Action Pong and RefToMessageId of the Ping.']],
  '§9.1': [
    [1, 'MUST', 'both', 'MessageOrder goes with DuplicateElimination and AckRequested, and never with SyncReply.'],
    [2, 'MUST', 'receiver', 'A MessageOrder that is not agreed is refused.'],
  ],
  '§9.1.1': [
    [
      1,
      'MUST',
      'sender',
      'SequenceNumber counts the messages of a conversation from 0, status Reset first and Continue then.',
    ],
    [2, 'MUST', 'receiver', 'Messages are handed over in the order of their numbers.'],
  ],
  '§10.1': [
    [1, 'MAY', 'both', 'An MSH may forward messages of others.', 'Digikoppeling knows endpoints only'],
    [2, 'MUST', 'receiver', 'An AckRequested for the next MSH that is not supported does no harm.'],
  ],
});
