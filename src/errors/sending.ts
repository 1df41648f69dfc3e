import { type ErrorRow, row } from './error-row.ts';

/** What is submitted here, and how a partner takes it. */
export const SENDING_ERRORS = {
  MESSAGE_ID_INVALID: row(400, 'The MessageId has not the form of RFC 5322.', 'Use left@right, or leave it out.', {
    spec: 'ebMS2 §3.1.6.1',
  }),
  MESSAGE_EXISTS: row(
    409,
    'A message with this MessageId was submitted before.',
    'Use another messageId, or repeat the request with its Idempotency-Key.',
  ),
  MESSAGE_ENDED: row(
    409,
    'The message has ended.',
    'Look at its state; what has ended can only be sent once more, as a new message.',
  ),
  MESSAGE_CANCELLED: row(
    409,
    'An operator withdrew the message.',
    'Ask who operates the gateway why; what is still wanted is sent as a new message.',
  ),
  IDEMPOTENCY_CONFLICT: row(409, 'The idempotency key was used with another body.', 'Use another key.'),
  SIGNING_KEY_MISSING: row(
    409,
    'No key belongs to the signing certificate that the CPA names.',
    'Configure keys.sign with the certificate of the CPA.',
    { spec: 'CPPA 2.0 §9.8.6' },
  ),
  ENCRYPTION_ALGORITHM: row(
    409,
    'The CPA names no algorithm to encrypt with that this gateway sends.',
    'Agree on AES-GCM in the CPA, or set `encryption: { data: aes256-gcm }` for that partner if it can read it.',
    { spec: 'Digikoppeling ENC003' },
  ),
  PEER_UNREACHABLE: row(
    502,
    'The partner could not be reached.',
    'Check endpoint, network and certificates. A message is tried again by itself; a question (ping, status) you ask again.',
    { retriable: true },
  ),
  PEER_REFUSED: row(
    502,
    'The partner refused the message.',
    'Read the error that the partner gave; mend it and send a new message.',
  ),
  PEER_ANSWER: row(
    502,
    'The answer of the partner cannot be used.',
    'The gateway tries again; ask the partner to look at its log.',
    { retriable: true },
  ),
  PEER_SILENT: row(
    504,
    'The partner took the question and did not answer in time.',
    'Ask again later; ask the partner whether it supports the service, and whether it reaches our endpoint.',
    { retriable: true },
  ),
  RETRIES_EXHAUSTED: row(
    504,
    'The message was sent as often as agreed and never acknowledged.',
    'Ask the partner whether it arrived; then send a new message.',
    { ebms: 'DeliveryFailure', spec: 'ebMS2 §6.5.7' },
  ),
} as const satisfies Record<string, ErrorRow>;
