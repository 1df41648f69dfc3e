import rhea from 'rhea';
import type { Message, Sender } from 'rhea';
import { queueAddress, queueOf } from './addresses.ts';
import { checkSections } from './check-sections.ts';
import type { BrokerMessage, Properties, Publication } from '../transport.ts';

/** Annotations by which RabbitMQ 4 gives properties of 0-9-1 that AMQP 1.0 does not have. */
const TYPE = 'x-basic-type';
const APP_ID = 'x-basic-app-id';

/** @spec AMQP 1.0 §3.2 */
export function messageOf({
  routingKey,
  expirationMs,
  content,
  properties,
  headers,
}: Publication): Parameters<Sender['send']>[0] {
  const { messageId, correlationId, contentType, contentEncoding, type, replyTo, appId, timestamp } = properties;
  return {
    durable: true,
    ...(expirationMs === undefined ? {} : { ttl: expirationMs }),
    subject: routingKey,
    ...(messageId === undefined ? {} : { message_id: messageId }),
    ...(correlationId === undefined ? {} : { correlation_id: correlationId }),
    ...(contentType === undefined ? {} : { content_type: contentType }),
    ...(contentEncoding === undefined ? {} : { content_encoding: contentEncoding }),
    ...(replyTo === undefined ? {} : { reply_to: replyTo.startsWith('/') ? replyTo : queueAddress(replyTo) }),
    ...(timestamp === undefined ? {} : { creation_time: new Date(timestamp * 1000) }),
    message_annotations: {
      ...(type === undefined ? {} : { [TYPE]: type }),
      ...(appId === undefined ? {} : { [APP_ID]: appId }),
    },
    application_properties: headers,
    body: rhea.message.data_section(content),
  };
}

/** As rhea gives it: whatever stands in the sections that came. */
type Decoded = Message | ReturnType<typeof rhea.message.decode>;

/** A message as it came, read; what is none has a `fault`, and its octets as content. */
export function readMessage(octets: Buffer): BrokerMessage & { readonly earlier: number } {
  try {
    checkSections(octets);
    const message = rhea.message.decode(octets);
    return { ...brokerMessageOf(message), earlier: earlierOf(message) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      content: octets,
      properties: {},
      headers: {},
      fault: `it is no message of AMQP 1.0: ${reason}`,
      earlier: 0,
    };
  }
}

/** @spec AMQP 1.0 §3.2.6, §3.2.8 */
export function brokerMessageOf(message: Decoded): BrokerMessage {
  const annotations = mapOf(message['message_annotations']);
  const body: unknown = message['body'];
  const content = octetsOf(body);
  return {
    content: content ?? rhea.message.encode({ body }),
    ...(content === undefined ? { fault: 'its body is neither octets (data) nor text (amqp-value)' } : {}),
    properties: propertiesOf(message, annotations),
    headers: mapOf(message['application_properties']),
  };
}

/**
 * How often it was handed out before: some brokers count, others only say that they did. A count beside `first-acquirer` is one that
 * whoever sent it wrote.
 */
export function earlierOf(message: Decoded): number {
  if (message['first_acquirer'] === true) return 0;
  const count: unknown = message['delivery_count'];
  if (typeof count === 'number' && count > 0) return count;
  return message['first_acquirer'] === false ? 1 : 0;
}

function propertiesOf(message: Decoded, annotations: Readonly<Record<string, unknown>>): Properties {
  const created: unknown = message['creation_time'];
  return {
    messageId: idOf(message['message_id']),
    correlationId: idOf(message['correlation_id']),
    contentType: textOf(message['content_type']),
    contentEncoding: textOf(message['content_encoding']),
    type: textOf(annotations[TYPE]),
    replyTo: replyToOf(message['reply_to']),
    appId: textOf(annotations[APP_ID]),
    timestamp: created instanceof Date ? Math.floor(created.getTime() / 1000) : undefined,
  };
}

const UUID_OCTETS = 16;
const DATA_SECTION = 0x75;

/** Text, a number or a UUID; octets that are none of these are no id. @spec AMQP 1.0 §3.2.11 */
function idOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  if (value instanceof Buffer && value.length === UUID_OCTETS) return rhea.uuid_to_string(value);
  return textOf(value);
}

/** The name of a queue, as in 0-9-1; an address of something else as it is. */
function replyToOf(value: unknown): string | undefined {
  const address = textOf(value);
  return address === undefined ? undefined : (queueOf(address) ?? address);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Octets and text; nothing at all is an empty body. */
function octetsOf(body: unknown): Buffer | undefined {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Buffer) return body;
  if (field(body, 'typecode') !== DATA_SECTION) return undefined;
  const content = field(body, 'content');
  if (content instanceof Buffer) return content;
  return Array.isArray(content) && content.every((part) => part instanceof Buffer) ? Buffer.concat(content) : undefined;
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Of an object of rhea, whose fields are often those of its class. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
