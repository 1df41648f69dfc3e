import { randomUUID } from 'node:crypto';

/** A fresh MessageId in the form of RFC 5322 msg-id, without the brackets. @spec ebMS2 §3.1.6.1, Digikoppeling EB013 */
export function newMessageId(host: string): string {
  return `${newTimedId()}@${host}`;
}

export function newId(): string {
  return randomUUID();
}

const TIME_DIGITS = 12;
const VERSION_7 = '7';

/** A fresh UUID that sorts by the time it was made, so that an index over many grows at its end. @spec RFC 9562 §5.7 */
export function newTimedId(): string {
  const time = Date.now().toString(16).padStart(TIME_DIGITS, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-${VERSION_7}${randomUUID().slice('00000000-0000-4'.length)}`;
}

const TIMED = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** When such an id was made, in ms since 1970; undefined when it is none. */
export function timeOfId(id: string): number | undefined {
  const [, high, low] = TIMED.exec(id) ?? [];
  return high === undefined || low === undefined ? undefined : parseInt(high + low, 16);
}

const ATEXT = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const MESSAGE_ID = new RegExp(`^${ATEXT}(?:\\.${ATEXT})*@(?:${ATEXT}(?:\\.${ATEXT})*|\\[[!-Z^-~]*\\])$`);
const MESSAGE_ID_MAX = 255;

/** Whether `text` may be sent as a MessageId: RFC 5322 §3.6.4 id-left "@" id-right, at most 255 characters. */
export function isMessageId(text: string): boolean {
  return text.length <= MESSAGE_ID_MAX && MESSAGE_ID.test(text);
}
