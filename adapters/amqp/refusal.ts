import type { GatewayError } from '../../src/index.ts';
import { SHORT_OCTETS } from './routing-key.ts';
import type { AmqpSettings } from './settings.ts';
import type { BrokerMessage, Properties, Publication } from './transport.ts';

/** Their meaning to the broker would send the copy elsewhere, or to nobody. */
const FOR_THE_BROKER = /^(?:x-.*|CC|BCC)$/i;
/** Of the headers that came, together: a client takes no more than 64 KiB of them, and a broker no more than a frame. */
const MOST_HEADER_OCTETS = 32 * 1024;
/** Kind and length of a value, and a number. */
const FIELD_OCTETS = 16;
const LONGEST_DETAIL = 2048;

/**
 * What was refused, as it came, with our code and what to do: for the dead-letter exchange. What could not be published again
 * (a text that is longer once it is UTF-8, too many headers) is cut or left out: a message that can be refused nowhere would be
 * handled again and again.
 */
export function refusedPublication(
  { content, properties, headers }: BrokerMessage,
  place: Pick<Publication, 'exchange' | 'routingKey'>,
  error: GatewayError,
): Publication {
  const { kept, leftOut } = plainHeaders(headers);
  return {
    ...place,
    mandatory: true,
    content,
    properties: writable(properties),
    headers: { ...kept, ...(leftOut === 0 ? {} : { headersLeftOut: leftOut }), ...reasonOf(error) },
  };
}

/** Over 1.0 not every broker says that no queue is bound to an exchange: there it goes straight to the queue. */
export function refusedPlace(
  { protocol, refused }: Pick<AmqpSettings, 'protocol' | 'refused'>,
  routingKey: string,
): Pick<Publication, 'exchange' | 'routingKey'> {
  return protocol === '1.0' ? { exchange: '', routingKey: refused } : { exchange: refused, routingKey };
}

/** The `detail` of an INTERNAL error stays in the log. */
function reasonOf({ code, row, location, detail }: GatewayError): Record<string, string> {
  return {
    reason: code,
    title: row.title,
    ...(location === undefined ? {} : { location: location.slice(0, SHORT_OCTETS) }),
    ...(detail === undefined || code === 'INTERNAL' ? {} : { detail: detail.slice(0, LONGEST_DETAIL) }),
    remedy: row.remedy,
  };
}

function writable({ timestamp, ...texts }: Properties): Properties {
  const short = Object.entries(texts).map(([name, text]) => [name, text === undefined ? undefined : cut(text)]);
  return { ...Object.fromEntries(short), ...(Number.isSafeInteger(timestamp) ? { timestamp } : {}) };
}

/** As much of it as a short string holds: octets that were no UTF-8 are three each by now. */
function cut(text: string): string {
  let octets = 0;
  let kept = '';
  for (const sign of text) {
    octets += Buffer.byteLength(sign);
    if (octets > SHORT_OCTETS) return kept;
    kept += sign;
  }
  return kept;
}

type Plain = string | number | boolean;

function plainHeaders(headers: BrokerMessage['headers']): {
  readonly kept: Readonly<Record<string, Plain>>;
  readonly leftOut: number;
} {
  const kept: [string, Plain][] = [];
  let left = MOST_HEADER_OCTETS;
  let leftOut = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (FOR_THE_BROKER.test(name) || !isPlain(value)) continue;
    const octets = Buffer.byteLength(name) + FIELD_OCTETS + (typeof value === 'string' ? Buffer.byteLength(value) : 0);
    if (Buffer.byteLength(name) > SHORT_OCTETS || octets > left) {
      leftOut++;
      continue;
    }
    left -= octets;
    kept.push([name, value]);
  }
  return { kept: Object.fromEntries(kept), leftOut };
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}
