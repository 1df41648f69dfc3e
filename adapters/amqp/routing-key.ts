import { GatewayError } from '../../src/index.ts';

/** What AMQP lets a short string hold: routing keys, and the properties that are not in `headers`. @spec AMQP 0-9-1 §4.2.5.3 */
export const SHORT_OCTETS = 255;

/** Of what applications publish to be sent. */
export const SEND_KEY = 'send';
/** Of what they ask of partners by WUS. */
export const CALL_KEY = 'call';
/** Of answers that their queue did not take. */
export const REPLY_KEY = 'reply';
/** Of answers that are refused: they come by the name of their queue. */
export const ANSWER_KEY = 'answer';

const BEYOND_WORDS = /[^A-Za-z0-9_-]/g;

/**
 * `received.<service>.<action>`, each as one word, so that `received.*.*` matches every message.
 * Throws HANDOVER_REFUSED when it is longer than AMQP can carry.
 */
export function receivedKey(service: string, action: string): string {
  return short(`received.${word(service)}.${word(action)}`, 'routing key');
}

/** `request.<service>.<operation>`, of a provided service of WUS. Throws as `receivedKey`. */
export function requestKey(service: string, operation: string): string {
  return short(`request.${word(service)}.${word(operation)}`, 'routing key');
}

/** `event.<type>`; the dots of the type part words, so that `event.message.*` matches what it seems to. */
export function eventKey(type: string): string {
  return `event.${type}`;
}

/** Every octet outside `[A-Za-z0-9_-]` percent-encoded. */
function word(text: string): string {
  return Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(BEYOND_WORDS, (octet) => `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/** Throws HANDOVER_REFUSED when it is longer than a short string. */
export function short(text: string, what: string): string {
  if (Buffer.byteLength(text) <= SHORT_OCTETS) return text;
  const detail = `its ${what} is longer than the ${SHORT_OCTETS} octets that AMQP can carry: route it to the inbox`;
  throw new GatewayError('HANDOVER_REFUSED', { location: what, detail });
}
