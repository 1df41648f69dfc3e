import { requirements } from './requirement.ts';

/** ebMS 2.0 chapter 6: reliable messaging. */
export const RELIABILITY = requirements('ebMS2', {
  '§6.1': [
    [
      1,
      'MUST',
      'both',
      'A message that is sent or received reliably is in persistent storage, and is not lost by a crash.',
    ],
    [2, 'MUST', 'receiver', 'The MessageId of what was received is kept, so that a repeat is known after a restart.'],
    [3, 'MUST', 'both', 'After a crash, messages in storage are handled as if nothing had happened.'],
  ],
  '§6.3.1': [
    [1, 'MUST', 'sender', 'AckRequested says signed, and mustUnderstand 1.'],
    [2, 'MUST', 'receiver', 'There is at most one AckRequested for each actor.'],
  ],
  '§6.3.1.1': [[1, 'MUST', 'both', 'The actor is nextMSH or toPartyMSH; without one toPartyMSH is meant.']],
  '§6.3.1.2': [
    [1, 'MUST', 'sender', 'signed is what the CPA agrees on.'],
    [2, 'MUST', 'receiver', 'Where signed is true the receipt is signed.'],
    [3, 'MUST', 'receiver', 'A request for a receipt that contradicts the CPA is refused as Inconsistent.'],
  ],
  '§6.3.1.4': [
    [1, 'MUST', 'sender', 'A receipt by itself does not ask for a receipt.'],
    [2, 'MUST', 'sender', 'An error message does not ask for a receipt.'],
  ],
  '§6.3.2': [[1, 'MUST', 'receiver', 'An Acknowledgment without Timestamp or RefToMessageId is refused.']],
  '§6.3.2.1': [[1, 'MUST', 'sender', 'The actor of the Acknowledgment is that of the AckRequested.']],
  '§6.3.2.2': [[1, 'MUST', 'sender', 'Its Timestamp is the time at which the message was received, in UTC.']],
  '§6.3.2.3': [[1, 'MUST', 'sender', 'Its RefToMessageId is the MessageId of what it acknowledges.']],
  '§6.3.2.5': [
    [
      1,
      'MUST',
      'sender',
      'References in an Acknowledgment are those of the signature of the message, in the namespace of XMLDSIG.',
    ],
    [2, 'MUST', 'receiver', 'A receipt whose References differ from those that were sent does not end the delivery.'],
  ],
  '§6.3.2.7': [
    [1, 'MUST', 'sender', 'A receipt that travels alone has the Service of signals and Action Acknowledgment.'],
  ],
  '§6.3.2.8': [[1, 'MUST', 'receiver', 'An error message is not acknowledged.']],
  '§6.4.1': [
    [1, 'MUST', 'receiver', 'Where duplicates are to be eliminated, a message reaches the application at most once.'],
    [2, 'MUST', 'receiver', 'DuplicateElimination that contradicts the CPA is refused.'],
  ],
  '§6.4.3': [[1, 'SHOULD', 'sender', 'An unacknowledged message is repeated at most Retries times.']],
  '§6.4.4': [[1, 'SHOULD', 'sender', 'Between attempts passes at least RetryInterval.']],
  '§6.4.5': [
    [
      1,
      'MUST',
      'sender',
      'TimeToLive is not before the time that all retries take: Timestamp + (Retries + 1) × RetryInterval.',
    ],
  ],
  '§6.4.6': [
    [1, 'MUST', 'receiver', 'Identifiers of received messages are kept for PersistDuration at least.'],
    [2, 'SHOULD', 'sender', 'Nothing is repeated under the same MessageId after PersistDuration.'],
  ],
  '§6.4.7': [
    [
      1,
      'MUST',
      'sender',
      'SyncReply is present where the SyncReplyMode of the CPA asks for answers in the HTTP response.',
    ],
  ],
  '§6.5.1': [
    [1, 'MUST', 'sender', 'A message is stored before it is sent.'],
    [2, 'MUST', 'sender', 'A message is resent when no receipt comes.'],
  ],
  '§6.5.2': [
    [1, 'MUST', 'sender', 'A receipt marks the message that it names as delivered.'],
    [2, 'MUST', 'receiver', 'A receipt for a message that was never sent changes nothing.'],
  ],
  '§6.5.3': [
    [1, 'MUST', 'receiver', 'A message with an AckRequested for us is acknowledged.'],
    [2, 'MUST', 'receiver', 'The receipt is stored as long as the message.'],
    [3, 'MUST', 'receiver', 'A message that is refused is not acknowledged.'],
  ],
  '§6.5.4': [
    [1, 'MUST', 'sender', 'A repeat is the same message, octet for octet.'],
    [2, 'MUST', 'sender', 'Resending stops at the receipt.'],
    [3, 'MUST', 'sender', 'When the retries are used up the application is told.'],
  ],
  '§6.5.5': [[1, 'MUST', 'receiver', 'A repeat is answered with the receipt that was given before.']],
  '§6.5.6': [[1, 'MUST', 'receiver', 'A repeat is not handed over again.']],
  '§6.5.7': [
    [1, 'MUST', 'sender', 'A failed delivery is reported to the sending application as DeliveryFailure.'],
    [
      2,
      'MUST',
      'sender',
      'Its severity is Error when nothing was transmitted, Warning when only the receipt is missing.',
    ],
  ],
});
