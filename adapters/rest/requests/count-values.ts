import { GatewayError } from '../../../src/index.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** `{`, `[` and `,`: with each of them begins a value, or a member. */
const BEGINNINGS: ReadonlySet<number> = new Set([0x7b, 0x5b, 0x2c]);
const OF_A_MESSAGE = 1000;
const OF_A_PAYLOAD = 10;

/** How many values a JSON body may hold where a message has so many payloads at most. */
export function mostValues({ parts }: { readonly parts: number }): number {
  return OF_A_MESSAGE + OF_A_PAYLOAD * parts;
}

/**
 * Refuses JSON text of more values than any honest body has, before it is parsed: the validator finds all that is wrong, and
 * a few octets for each value would otherwise cost it thousands. Throws HTTP_TOO_LARGE.
 */
export function requireFewValues(text: string, most: number): void {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text.charCodeAt(at);
    if (sign === QUOTE) at = endOfString(text, at);
    else if (BEGINNINGS.has(sign) && ++count > most)
      throw new GatewayError('HTTP_TOO_LARGE', { location: 'body', detail: `the body holds more than ${most} values` });
  }
}

/** Where the string that begins at `from` ends: strings are long (base64), so that they are not looked at sign by sign. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let first = at;
    while (text.charCodeAt(first - 1) === BACKSLASH) first--;
    if ((at - first) % 2 === 0) return at;
  }
  return text.length;
}
