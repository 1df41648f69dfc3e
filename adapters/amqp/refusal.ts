import type { GatewayError } from '../../src/index.ts';
import type { BrokerMessage, Publication } from './transport.ts';

/** Their meaning to the broker would send the copy elsewhere, or to nobody. */
const FOR_THE_BROKER = /^(?:x-.*|CC|BCC)$/i;

/** What was refused, as it came, with our code and what to do: for the dead-letter exchange. */
export function refusedPublication(
  { content, properties, headers }: BrokerMessage,
  place: Pick<Publication, 'exchange' | 'routingKey'>,
  error: GatewayError,
): Publication {
  return {
    ...place,
    mandatory: true,
    content,
    properties,
    headers: { ...plainHeaders(headers), ...reasonOf(error) },
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

function plainHeaders(headers: BrokerMessage['headers']): Record<string, string | number | boolean> {
  const plain = Object.entries(headers).flatMap(([name, value]) =>
    !FOR_THE_BROKER.test(name) && (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      ? [[name, value] as const]
      : [],
  );
  return Object.fromEntries(plain);
}
