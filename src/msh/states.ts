import type { Direction, EventType, MessageState } from '../ports/store.ts';

export interface StateRow {
  readonly direction: Direction;
  readonly final: boolean;
  readonly meaning: string;
}

/** Message states: public names, never renamed. docs/states.md is generated from this table and the next. */
export const STATES: Readonly<Record<MessageState, StateRow>> = {
  RECEIVED: { direction: 'in', final: false, meaning: 'Verified, stored and acknowledged; waits for the application.' },
  TAKEN: { direction: 'in', final: true, meaning: 'The application has confirmed that it has the message.' },
  QUEUED: { direction: 'out', final: false, meaning: 'Built, signed and stored; not yet transmitted.' },
  SENT: { direction: 'out', final: false, meaning: 'Transmitted at least once; the acknowledgment is awaited.' },
  DELIVERED: {
    direction: 'out',
    final: true,
    meaning: 'Acknowledged by the partner (best effort: the partner answered 2xx).',
  },
  FAILED: { direction: 'out', final: true, meaning: 'Refused by the partner, or best effort did not reach it.' },
  EXPIRED: {
    direction: 'out',
    final: true,
    meaning: 'Sent as often as agreed, and not acknowledged before TimeToLive.',
  },
  CANCELLED: { direction: 'out', final: true, meaning: 'Withdrawn by an operator.' },
};

export interface TransitionRow {
  readonly from: MessageState | 'new';
  readonly to: MessageState;
  readonly by: string;
}

export const TRANSITIONS: readonly TransitionRow[] = [
  { from: 'new', to: 'RECEIVED', by: 'the accept transaction, before the partner gets its answer' },
  {
    from: 'RECEIVED',
    to: 'TAKEN',
    by: 'the confirmation of the application, or of the destination that `routes` names',
  },
  { from: 'new', to: 'QUEUED', by: 'submit' },
  { from: 'QUEUED', to: 'SENT', by: 'a 2xx answer to an attempt, without a signal' },
  { from: 'QUEUED', to: 'DELIVERED', by: 'an Acknowledgment in the answer, or 2xx under best effort' },
  { from: 'SENT', to: 'DELIVERED', by: 'an Acknowledgment' },
  { from: 'QUEUED', to: 'FAILED', by: 'a MessageError that may end the delivery, or a failed best-effort attempt' },
  { from: 'SENT', to: 'FAILED', by: 'a MessageError that may end the delivery' },
  { from: 'QUEUED', to: 'CANCELLED', by: 'an operator' },
  { from: 'SENT', to: 'CANCELLED', by: 'an operator; a receipt that comes later is kept as late' },
  { from: 'QUEUED', to: 'EXPIRED', by: 'TimeToLive' },
  { from: 'SENT', to: 'EXPIRED', by: 'TimeToLive' },
];

/** The event that goes with a final state: stored in the same transaction, with the same time. */
export const END_EVENTS: Readonly<Partial<Record<MessageState, EventType>>> = {
  TAKEN: 'message.taken',
  DELIVERED: 'message.delivered',
  FAILED: 'message.failed',
  EXPIRED: 'message.expired',
  CANCELLED: 'message.cancelled',
};

/** Events: public names, never renamed. */
export const EVENTS: Readonly<Record<EventType, string>> = {
  'message.received': 'A message is there for the application, or for its destination.',
  'message.held': 'A message came before an earlier one of its conversation, and waits for it; once a gap.',
  'message.taken': 'RECEIVED became TAKEN; `destination` says who has it, where it is not the inbox.',
  'message.delivered': 'The partner has acknowledged it.',
  'message.failed': 'The partner refused it, or best effort did not reach it.',
  'message.expired': 'It was sent as often as agreed and never acknowledged.',
  'message.cancelled': 'An operator withdrew it.',
  'message.late-signal': 'The partner said something about a message that had ended; its state stays.',
  'message.resent': 'A message was sent once more, as a new one.',
  'handover.failed':
    'A destination did not take a message, for the first time or (`stopped`) for good; it stays RECEIVED and is not lost.',
  'handover.recovered': 'A destination took a message that it had failed to take before.',
  'handover.dead-lettered':
    'The place that was named for a message did not take it for long: it lies among the dead letters of its destination, and is TAKEN.',
  'alert.duplicate-conflict': 'A partner used a MessageId for another message.',
  'alert.signal-refused': 'A signal of a partner was not believed.',
  'alert.message-refused': 'A message of a partner was refused.',
  'alert.partner-error': 'A partner complained, or answered as no partner should.',
  'alert.revocation-unknown': 'A CA has no usable revocation list: its certificates are not believed.',
  'cpa.activated': 'A contract is in force here.',
  'cpa.deactivated': 'A contract is in force here no more.',
};
