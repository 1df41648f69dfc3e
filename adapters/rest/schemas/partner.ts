import { closed, given, integer, nullableDateTime, open, text } from './fields.ts';

/** The JSON body of POST /partners/ping. */
export const PING_JSON = closed(
  {
    cpaId: given('The contract: id of an active CPA.'),
    from: given('Who pings, one of `parties`: `urn:osb:oin:<OIN>` or a bare OIN.'),
    to: given('Who is pinged; the other party of the CPA where it is absent.'),
  },
  ['cpaId', 'from'],
);

const EXCHANGED = {
  cpaId: text('The contract.'),
  from: text('Who asked.'),
  to: text('Who answered.'),
  endpoint: text('Where the question went.'),
  way: {
    type: 'string',
    enum: ['synchronous', 'asynchronous'],
    description: 'Whether the answer came in the HTTP answer or by a request of its own.',
  },
  roundTripMs: integer('Milliseconds between question and answer.'),
} as const;

export const PINGED = open({
  ...EXCHANGED,
  pingId: text('MessageId of the Ping.'),
  pongId: text('MessageId of the Pong.'),
});

export const PARTNER_STATUS = open({
  ...EXCHANGED,
  messageId: text('The message asked about.'),
  status: {
    type: 'string',
    enum: ['UnAuthorized', 'NotRecognized', 'Received', 'Processed', 'Forwarded'],
    description: 'What the partner says of it; NotRecognized also where it tells nobody.',
  },
  receivedAt: nullableDateTime('When the partner received it, as it says.'),
});
