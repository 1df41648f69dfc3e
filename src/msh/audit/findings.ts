/** What the conservation check can find: one row a code. The codes are public and never reused. */
export const AUDIT_FINDINGS = {
  END_EVENT: {
    meaning: 'A sent message that has ended has not exactly one final event that fits its state.',
    remedy: 'An application that follows events may have missed its end: tell it, and report this.',
  },
  OUTBOX_MISSING: {
    meaning: 'A sent message is open, and nothing will send it.',
    remedy: 'Cancel it and send it once more with `postiljon message resend`.',
  },
  OUTBOX_LEFT: {
    meaning: 'A sent message has ended, and would be sent again.',
    remedy: 'The partner drops the repeat; report this.',
  },
  OUTBOX_STRAY: {
    meaning: 'An outbox row leads to no message or answer.',
    remedy: 'It can be sent to nobody; report this.',
  },
  HANDOVER_MISSING: {
    meaning: 'A received message has a destination other than the inbox, and nothing will hand it over.',
    remedy:
      'Its payloads are there: fetch them with `postiljon message payload`, give them to who waits, and report this.',
  },
  HANDOVER_LEFT: {
    meaning: 'A received message was taken, or is in the inbox, and would be handed over.',
    remedy: 'Its destination gets it once more, under the same MessageId; report this.',
  },
  DESTINATION_UNKNOWN: {
    meaning: 'A received message waits for a destination that is not configured.',
    remedy: 'Configure the destination again: it then gets what waits for it.',
  },
  MESSAGE_MISSING: {
    meaning: 'An event says that a message was received, or has ended, and the message is not there.',
    remedy:
      'Restore the store from a backup. Of a received one: ask the sender to send the content once more, as a new message.',
  },
  RECEIPT_MISSING: {
    meaning: 'The Acknowledgment of a message is not there: what the partner gave, or what a repeat is answered with.',
    remedy:
      'Restore the store from a backup. Of a sent one: `postiljon status` asks the partner what it knows, which is no signed receipt.',
  },
  ENVELOPE_DAMAGED: {
    meaning: 'The envelope of a message cannot be read, is that of another, or is not what was signed.',
    remedy: 'Restore the store from a backup, and look at the disk.',
  },
  ENVELOPE_MISSING: {
    meaning: 'The envelope of a message is not there.',
    remedy: 'Restore the store from a backup.',
  },
  PAYLOAD_MISSING: {
    meaning: 'A payload is not there.',
    remedy: 'Restore the payload folder from a backup, or ask the sender to send the message once more.',
  },
  PAYLOAD_DAMAGED: {
    meaning: 'A payload has not the octets that were stored.',
    remedy: 'Restore it from a backup, and look at the disk.',
  },
  STATE_UNKNOWN: {
    meaning: 'The state of a message does not belong to its direction.',
    remedy: 'Somebody changed the store by hand; restore it from a backup.',
  },
  COUNT_WRONG: {
    meaning: 'The counts by state are not those of the messages.',
    remedy: 'Metrics are wrong by that much; report this.',
  },
  STORE_DAMAGED: {
    meaning: 'The database says that it is damaged.',
    remedy: 'Stop the gateway, keep a copy of the files, and restore the store from a backup.',
  },
} as const satisfies Record<string, { readonly meaning: string; readonly remedy: string }>;

export type AuditCode = keyof typeof AUDIT_FINDINGS;
