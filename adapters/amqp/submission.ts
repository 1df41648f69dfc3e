import { hash } from 'node:crypto';
import { GatewayError } from '../../src/index.ts';
import type { SubmittedPayload, SubmitRequest } from '../../src/index.ts';
import { readParts } from './multipart.ts';
import type { BodyPart } from './multipart.ts';
import { DESTINATION, replyAddressOf } from './reply-address.ts';
import type { AmqpSettings, Sender } from './settings.ts';
import type { BrokerMessage } from './transport.ts';

/** What an application published to be sent. */
export interface Submission {
  readonly terms: Omit<SubmitRequest, 'payloads' | 'idempotency' | 'resendOf'>;
  readonly parts: readonly Pick<BodyPart, 'name' | 'contentType' | 'octets'>[];
  /** Its message_id: the same one twice is the same message. */
  readonly key: string;
}

const MAX_PARTS = 100;
/** As in the API. */
const LONGEST_TEXT = 1024;
const KEY = /^[!-~]{1,255}$/;
/** Some clients name the charset here; only what changes the octets matters. */
const COMPRESSED = /gzip|deflate|compress|br|zstd/i;
const MULTIPART = /^multipart\/related[ \t]*(?:;|$)/i;

/**
 * Reads properties, headers and body. `replyQueues`: as in `Sender.replyTo`. Throws REQUEST_INVALID with the name of what must be
 * mended, NOT_ALLOWED, MIME_MALFORMED, HTTP_TOO_LARGE.
 */
export function readSubmission(
  message: BrokerMessage,
  settings: AmqpSettings,
  replyQueues?: Sender['replyTo'],
): Submission {
  const { inlineLimit } = settings;
  const { properties, content, fault } = message;
  if (fault !== undefined) throw invalid('body', fault);
  if (content.length > inlineLimit)
    throw new GatewayError('HTTP_TOO_LARGE', {
      location: 'body',
      detail: `a body of ${content.length} octets; at most ${inlineLimit}: upload the payload with POST /api/v1/messages`,
    });
  const terms = { ...readTerms(message), ...readReplyTo(message, settings, replyQueues) };
  return { terms, parts: readBody(properties, content), key: readKey(properties.messageId) };
}

/** How the gateway knows a repeat: equal for equal messages. `payloads` are its parts, as they are kept. */
export function idempotencyOf(
  { terms, key }: Pick<Submission, 'terms' | 'key'>,
  payloads: readonly SubmittedPayload[],
  application: string,
): NonNullable<SubmitRequest['idempotency']> {
  const canonical = [
    Object.entries(terms).sort(([a], [b]) => (a < b ? -1 : 1)),
    payloads.map(({ name, contentType, content: { size, sha256 } }) => [name ?? null, contentType, size, sha256]),
  ];
  return { key, application, digest: hash('sha256', JSON.stringify(canonical)) };
}

/** Where the response of the partner goes. */
function readReplyTo(
  message: BrokerMessage,
  settings: AmqpSettings,
  allowed: Sender['replyTo'],
): Pick<SubmitRequest, 'replyTo'> {
  if (text(message.properties.replyTo, 'reply_to') === undefined) return {};
  const { replyTo: address, correlationId = '' } = replyAddressOf(message, settings, allowed);
  return { replyTo: { destination: DESTINATION, address, correlationId } };
}

function readTerms({ properties, headers }: BrokerMessage): Submission['terms'] {
  const header = (name: string): string | undefined => text(headers[name], `header ${name}`);
  const required = (name: string, fallback?: string): string => {
    const value = header(name) ?? fallback;
    if (value === undefined) throw invalid(`header ${name}`, `the header ${name} is missing`);
    return value;
  };
  const [fromRole, to, toRole] = [header('fromRole'), header('toPartyId'), header('toRole')];
  const conversationId = text(properties.correlationId, 'correlation_id');
  const refToMessageId = header('refToMessageId');
  return {
    cpaId: required('cpaId'),
    from: required('fromPartyId'),
    service: required('service'),
    action: required('action', text(properties.type, 'type')),
    ...(fromRole === undefined ? {} : { fromRole }),
    ...(to === undefined ? {} : { to }),
    ...(toRole === undefined ? {} : { toRole }),
    ...(conversationId === undefined ? {} : { conversationId }),
    ...(refToMessageId === undefined ? {} : { refToMessageId }),
  };
}

/** An empty one is none. Throws REQUEST_INVALID. */
export function text(value: unknown, location: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw invalid(location, `${location} is no text`);
  if (value.length > LONGEST_TEXT) throw invalid(location, `${location} is longer than ${LONGEST_TEXT} characters`);
  return value;
}

/** Without it a message that the broker hands out again could not be told from a new one. */
export function readKey(messageId: unknown): string {
  const key = text(messageId, 'message_id');
  if (key !== undefined && KEY.test(key)) return key;
  throw invalid(
    'message_id',
    'the property message_id must be 1 to 255 visible ASCII characters, another one for each message',
  );
}

/** The content_type of a body that is as it is. Throws REQUEST_INVALID. */
export function readPlainType({ contentType, contentEncoding }: BrokerMessage['properties']): string | undefined {
  const encoding = text(contentEncoding, 'content_encoding');
  if (encoding !== undefined && COMPRESSED.test(encoding))
    throw invalid('content_encoding', `a body with content_encoding ${encoding} is not unpacked: send it as it is`);
  return text(contentType, 'content_type');
}

/** An empty body is a message without payload. */
function readBody(properties: BrokerMessage['properties'], content: Buffer): Submission['parts'] {
  const type = readPlainType(properties);
  if (content.length === 0) return [];
  if (type !== undefined && MULTIPART.test(type)) return readParts(type, content, MAX_PARTS);
  return [{ contentType: type ?? 'application/octet-stream', name: undefined, octets: content }];
}

export function invalid(location: string, detail: string): GatewayError {
  return new GatewayError('REQUEST_INVALID', { location, detail });
}
