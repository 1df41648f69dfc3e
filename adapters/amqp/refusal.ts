import type { Message } from 'amqplib';
import type { GatewayError } from '../../src/index.ts';
import type { Publication } from './publication.ts';
import { SEND_KEY } from './topology.ts';

/** Their meaning to the broker would send the copy elsewhere, or to nobody. */
const FOR_THE_BROKER = /^(?:x-.*|CC|BCC)$/i;

/** What was refused, as it came, with our code and what to do: for the dead-letter exchange. */
export function refusedPublication(
  { content, properties }: Message,
  exchange: string,
  error: GatewayError,
): Publication {
  const { contentType, contentEncoding, correlationId, messageId, replyTo, timestamp, type, appId } = properties;
  const known = { contentType, contentEncoding, correlationId, messageId, replyTo, timestamp, type, appId };
  return {
    exchange,
    routingKey: SEND_KEY,
    content,
    options: {
      ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)),
      mandatory: true,
      persistent: true,
      headers: { ...plainHeaders(properties.headers), ...reasonOf(error) },
    },
  };
}

/** The `detail` of an INTERNAL error stays in the log. */
function reasonOf({ code, row, location, detail }: GatewayError): Record<string, string> {
  return {
    reason: code,
    title: row.title,
    ...(location === undefined ? {} : { location }),
    ...(detail === undefined || code === 'INTERNAL' ? {} : { detail }),
    remedy: row.remedy,
  };
}

function plainHeaders(headers: Readonly<Record<string, unknown>> = {}): Record<string, string | number | boolean> {
  const plain = Object.entries(headers).flatMap(([name, value]) =>
    !FOR_THE_BROKER.test(name) && (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      ? [[name, value] as const]
      : [],
  );
  return Object.fromEntries(plain);
}
