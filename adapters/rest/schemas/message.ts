import { closed, dateTime, flag, given, integer, nullableDateTime, nullableText, open, page, text } from './fields.ts';

const STATES = ['RECEIVED', 'TAKEN', 'QUEUED', 'SENT', 'DELIVERED', 'FAILED', 'EXPIRED', 'CANCELLED'] as const;

const TERMS = {
  cpaId: given('The contract: id of an active CPA.'),
  from: given('The sender, one of `parties`: `urn:osb:oin:<OIN>` or a bare OIN.'),
  fromRole: given('Needed only where the CPA leaves a choice.'),
  to: given('The receiver; needed only where the CPA leaves a choice.'),
  toRole: given('Needed only where the CPA leaves a choice.'),
  service: given('`type:value`, or the bare value where it is unique in the CPA.'),
  action: given('An action of the service.'),
  conversationId: given('Joins messages of one conversation; a new one is made where it is absent.'),
  refToMessageId: given('The message that this one answers.'),
  messageId: {
    ...given('Used as it is: `left@right` of RFC 5322. A new one is made where it is absent.'),
    maxLength: 255,
  },
} as const;
const REQUIRED = ['cpaId', 'from', 'service', 'action'] as const;

const NAME = { ...given('File name: data only, nothing is stored under it.'), maxLength: 255 };
const CONTENT_TYPE = {
  ...given('Media type.'),
  maxLength: 255,
  pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+/[A-Za-z0-9!#$%&'*+.^_`|~-]+([ \\t]*;[ -~]*)?$",
};

/** The JSON body of POST /messages. */
export const SUBMIT_JSON = closed(
  {
    ...TERMS,
    payloads: {
      type: 'array',
      description: 'In the order of the Manifest.',
      items: closed(
        { name: NAME, contentType: CONTENT_TYPE, content: { type: 'string', description: 'The octets in base64.' } },
        ['contentType', 'content'],
      ),
    },
  },
  [...REQUIRED, 'payloads'],
);

/** The part `message` of multipart/form-data: the octets are in parts of their own, in the same order. */
export const SUBMIT_PART = closed(
  {
    ...TERMS,
    payloads: {
      type: 'array',
      description:
        'Name and media type of each part `payload`, where they differ from those that the part itself gives.',
      items: closed({ name: NAME, contentType: CONTENT_TYPE }),
    },
  },
  REQUIRED,
);

export const SUBMIT_MULTIPART_DOC = {
  type: 'object',
  properties: {
    message: { ...SUBMIT_PART, description: 'What to send, as JSON.' },
    payload: { type: 'array', items: { type: 'string', format: 'binary' }, description: 'The payloads, streamed.' },
  },
  required: ['message'],
};

export const SUBMITTED = open({
  messageId: text('The id by which the message is known from now on.'),
  state: { type: 'string', enum: STATES, description: 'QUEUED at first.' },
});

const SUMMARY = {
  messageId: text('MessageData/MessageId.'),
  direction: { type: 'string', enum: ['in', 'out'], description: '`in`: received; `out`: sent.' },
  state: { type: 'string', enum: STATES, description: 'Received: RECEIVED, TAKEN. Sent: the others.' },
  stateAt: dateTime('Since when it is in this state.'),
  cpaId: text('The contract.'),
  fromPartyId: text('The sender.'),
  fromRole: nullableText('Its role.'),
  toPartyId: text('The receiver.'),
  toRole: nullableText('Its role.'),
  service: text('`type:value`.'),
  action: text('The action.'),
  conversationId: text('ConversationId.'),
  refToMessageId: nullableText('The message that this one answers.'),
  timestamp: dateTime('MessageData/Timestamp.'),
  timeToLive: nullableDateTime('After this moment the receiver refuses it.'),
  storedAt: dateTime('When this gateway stored it.'),
  attempts: integer('How often it was sent, or handed over to a destination other than the inbox.'),
  nextAttemptAt: nullableDateTime(
    'When it is sent or handed over again; null: no attempt is left, it waits for others or for you, or it has ended.',
  ),
  sequenceNumber: {
    type: ['integer', 'null'],
    description: 'Its place in an ordered conversation; null: not ordered.',
  },
  held: flag('Received, but it waits for earlier messages of its conversation: not in the inbox yet.'),
  destination: nullableText('Who gets a received message: `inbox`, or what `routes` names; null when sent.'),
};

export const PAYLOAD = open({
  number: integer('1 is the first.'),
  contentId: text('Content-ID of the MIME part.'),
  contentType: text('Media type, as the sender gave it.'),
  name: nullableText('File name, as the sender gave it: data only.'),
  size: integer('Octets.'),
  sha256: text('SHA-256 of the octets, lower-case hex.'),
  json: flag('Its route gives it as JSON: that is at `href`; what is described here is there with `form=original`.'),
  href: text('Where the octets are.'),
});

export const MESSAGE_PAGE = page(open(SUMMARY));

export const MESSAGE = open({
  ...SUMMARY,
  payloads: { type: 'array', items: PAYLOAD },
  signal: {
    type: ['object', 'null'],
    description: 'The Acknowledgment or MessageError that belongs to it.',
    properties: { messageId: text('Its MessageId.') },
  },
  partnerError: {
    type: ['object', 'null'],
    description: 'What the partner said last against it, also where that does not end it; null when received.',
    properties: {
      at: dateTime('When it came.'),
      errorCode: text('ebMS errorCode.'),
      severity: text('Error or Warning.'),
      location: text('Where in the message; may be empty.'),
      description: text('In the words of the partner; may be empty.'),
    },
  },
  ackSigned: {
    type: ['boolean', 'null'],
    description: 'Whether the Acknowledgment must be signed; null when received.',
  },
  syncReply: { type: ['boolean', 'null'], description: 'Whether it comes in the HTTP answer; null when received.' },
  resendOf: nullableText('The message that this one sends once more.'),
  replyTo: {
    type: ['object', 'null'],
    description:
      'Where the response to it goes, which the application named when it sent it; null: where `routes` lead.',
    properties: {
      destination: text('As of a received message.'),
      address: text('There: the name of a queue.'),
      correlationId: text('What comes back with the response.'),
    },
  },
  handover: {
    type: ['object', 'null'],
    description: 'While it waits for a destination other than the inbox; else null.',
    properties: {
      attempts: integer('So far; those that a crash cut short too.'),
      failedAt: nullableDateTime('When the last attempt failed; null: none did.'),
      code: nullableText('Our code.'),
      detail: nullableText('What happened.'),
      stopped: flag('No further attempt until POST /messages/{id}/handover asks for it.'),
    },
  },
});

export const ATTEMPTS = open({
  items: {
    type: 'array',
    items: open({
      number: integer('1 is the first.'),
      startedAt: dateTime('Begin.'),
      endedAt: dateTime('End.'),
      status: { type: ['integer', 'null'], description: 'HTTP status of the partner; null: no answer.' },
      code: nullableText('Our code where it failed.'),
      detail: nullableText('What happened.'),
    }),
  },
});

export const CANCELLED = open({ messageId: text('The message.'), state: text('CANCELLED.') });

export const IDEMPOTENCY_HEADERS = {
  type: 'object',
  properties: {
    'idempotency-key': { type: 'string', description: 'Makes a repeat harmless; remembered 7 days at least.' },
  },
} as const;

export const TAKEN = open({ messageId: text('The message.'), state: text('TAKEN.') });

const FROM = given('The sender, where several used this MessageId: `urn:osb:oin:<OIN>` or a bare OIN.');

export const HANDED_OVER = open({ messageId: text('The message.'), destination: text('Where it goes.') });

export const SENDER_QUERY = { from: FROM } as const;

export const CHOICE_QUERY = {
  from: FROM,
  direction: {
    type: 'string',
    enum: ['in', 'out'],
    description: 'Needed where the gateway hosts both parties of the message.',
  },
} as const;

export const PAGING_QUERY = {
  cursor: given('`next` of the page before.'),
  limit: { type: 'integer', minimum: 1, maximum: 1000, default: 50, description: 'Items of a page.' },
} as const;

export const INBOX_QUERY = {
  cpaId: TERMS.cpaId,
  service: given('`type:value`, exactly.'),
  action: TERMS.action,
  conversationId: given('ConversationId, exactly.'),
  since: dateTime('Stored at or after.'),
  until: dateTime('Stored before.'),
  q: given('Part of MessageId, ConversationId, a party or an action.'),
  ...PAGING_QUERY,
} as const;

export const MESSAGES_QUERY = {
  state: { type: 'string', enum: STATES, description: 'Only messages in this state.' },
  direction: { type: 'string', enum: ['in', 'out'], description: 'Only received, or only sent ones.' },
  held: { type: 'boolean', description: 'Only those that wait for earlier ones, or only those that do not.' },
  destination: given('Only received ones with this destination.'),
  ...INBOX_QUERY,
} as const;

export const MESSAGE_ID_PARAMS = {
  type: 'object',
  properties: { id: text('MessageId, percent-encoded.') },
  required: ['id'],
};

export const PAYLOAD_PARAMS = {
  type: 'object',
  properties: {
    id: text('MessageId, percent-encoded.'),
    n: { type: 'string', pattern: '^[1-9][0-9]{0,3}$', description: 'Number of the payload; 1 is the first.' },
  },
  required: ['id', 'n'],
};

export const REFUSALS_QUERY = {
  code: given('Only with this code, such as `SIGNATURE_INVALID`.'),
  since: dateTime('At or after.'),
  ...PAGING_QUERY,
} as const;

export const REFUSAL_ID_PARAMS = {
  type: 'object',
  properties: { id: text('Id of the refusal.') },
  required: ['id'],
};

export const REFUSAL = open({
  id: text('Id of the refusal: it is no message.'),
  at: dateTime('When.'),
  code: text('Why.'),
  location: nullableText('Where in the message.'),
  detail: nullableText('What exactly; the partner was not told.'),
  remote: nullableText('Address of the partner.'),
  messageId: nullableText('As far as it could be read.'),
  cpaId: nullableText('As far as it could be read.'),
  fromPartyId: nullableText('As far as it could be read.'),
  sample: text('Begin of the envelope in base64, at most 4 KiB.'),
});

export const REFUSAL_PAGE = page(REFUSAL);

export const HEALTH = open({
  status: { type: 'string', enum: ['ok', 'failing'] },
  checks: {
    type: 'array',
    items: open({
      name: text('What was looked at.'),
      ok: flag('Whether it is well.'),
      detail: text('What was found.'),
      optional: flag('Only true: partners are served without it, and the status does not count it.'),
    }),
  },
});
