import { cloudEvent } from '../../src/index.ts';
import type { HandedMessage, HandedPayload, StoredEvent } from '../../src/index.ts';
import { writeParts } from './multipart.ts';
import { eventKey, receivedKey, SHORT_OCTETS, short } from './routing-key.ts';
import type { AmqpSettings } from './settings.ts';
import type { Publication } from './transport.ts';

export interface Terms
  extends Pick<AmqpSettings, 'exchange' | 'inlineLimit'>,
    Partial<Pick<AmqpSettings, 'receiveQueue'>> {
  /** Base of the API as applications see it. */
  readonly apiUrl: string;
}

/** A received message for the applications. Throws HANDOVER_REFUSED when AMQP cannot carry one of its names. */
export async function receivedPublication(message: HandedMessage, terms: Terms): Promise<Publication> {
  const { contentType, content, headers } = await bodyOf(message, terms);
  const { messageId, conversationId, timestamp, action } = message;
  const { replyTo } = message;
  const correlationId = replyTo?.correlationId ?? conversationId;
  return {
    ...placeOf(message, terms),
    mandatory: true,
    content,
    properties: {
      messageId: short(messageId, 'MessageId'),
      ...(isShort(correlationId) ? { correlationId } : {}),
      timestamp: Math.floor(timestamp / 1000),
      type: short(action, 'action'),
      ...(contentType !== undefined && isShort(contentType) ? { contentType } : {}),
    },
    headers: {
      ...headersOf(message),
      ...headers,
      ...(replyTo === undefined ? {} : { conversationId }),
      ...tooLong({ conversationId, contentType }),
    },
  };
}

/** A response goes to the queue that was named for it, and to no other. */
function placeOf(
  { replyTo, service, action }: HandedMessage,
  { exchange, receiveQueue }: Terms,
): Pick<Publication, 'exchange' | 'routingKey'> {
  const queue = replyTo?.address ?? receiveQueue;
  if (queue !== undefined) return { exchange: '', routingKey: queue };
  return { exchange, routingKey: receivedKey(service, action) };
}

/** A partner chooses these, and nobody here could mend them: what a property cannot hold stands in a header of that name. */
function tooLong(texts: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) =>
      text === undefined || isShort(text) ? [] : [[name, text] as const],
    ),
  );
}

function isShort(text: string): boolean {
  return Buffer.byteLength(text) <= SHORT_OCTETS;
}

/** An event as a CloudEvent in structured JSON. It is not mandatory: where nobody binds a queue for it, nobody wants it. */
export function eventPublication(event: StoredEvent, exchange: string, source: string): Publication {
  return {
    exchange,
    routingKey: eventKey(event.type),
    mandatory: false,
    content: Buffer.from(JSON.stringify(cloudEvent(event, source))),
    properties: {
      messageId: event.id,
      ...(event.messageId === undefined || !isShort(event.messageId) ? {} : { correlationId: event.messageId }),
      timestamp: Math.floor(event.at / 1000),
      type: event.type,
      contentType: 'application/cloudevents+json',
    },
    headers: {},
  };
}

function headersOf({
  cpaId,
  fromPartyId,
  fromRole,
  toPartyId,
  toRole,
  service,
  action,
  refToMessageId,
}: HandedMessage): Record<string, string> {
  return {
    cpaId,
    fromPartyId,
    ...(fromRole === undefined ? {} : { fromRole }),
    toPartyId,
    ...(toRole === undefined ? {} : { toRole }),
    service,
    action,
    ...(refToMessageId === undefined ? {} : { refToMessageId }),
  };
}

interface Body {
  readonly contentType: string | undefined;
  readonly content: Buffer;
  readonly headers: Readonly<Record<string, string | number>>;
}

const NOTHING = Buffer.alloc(0);

/** One payload is the body; several are multipart/related; none, or too much, is an empty body. */
async function bodyOf(message: HandedMessage, { inlineLimit, apiUrl }: Terms): Promise<Body> {
  const { payloads } = message;
  const [first] = payloads;
  if (first === undefined) return { contentType: undefined, content: NOTHING, headers: {} };
  const size = payloads.reduce((sum, payload) => sum + payload.size, 0);
  if (size > inlineLimit) {
    const headers = { payloadUrl: payloadUrl(message, apiUrl), payloadCount: payloads.length };
    return { contentType: payloads.length === 1 ? first.contentType : undefined, content: NOTHING, headers };
  }
  if (payloads.length === 1) return { contentType: first.contentType, content: await octetsOf(first), headers: {} };
  const parts = await Promise.all(payloads.map(async (payload) => ({ ...payload, octets: await octetsOf(payload) })));
  return { ...writeParts(parts), headers: {} };
}

/** The first payload; those behind it have the numbers up to `payloadCount`. */
function payloadUrl({ messageId, fromPartyId }: HandedMessage, apiUrl: string): string {
  const choice = new URLSearchParams({ direction: 'in', from: fromPartyId }).toString();
  return `${apiUrl}/messages/${encodeURIComponent(messageId)}/payloads/1?${choice}`;
}

async function octetsOf(payload: HandedPayload): Promise<Buffer> {
  const { octets } = payload;
  if (octets !== undefined) return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  const chunks: Buffer[] = [];
  for await (const chunk of (await payload.open()) as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
