import { GatewayError } from '../../errors.ts';
import { impossible, type JsonPlace, within } from './json.ts';

/**
 * A JSON text in UTF-8. Throws REQUEST_INVALID where it is none, and TRANSLATION_IMPOSSIBLE where something would be lost: for a
 * member that an object has twice, and a number that would be rounded to a whole one. @spec RFC 8259 §4, §6
 */
export function parseJson(octets: Uint8Array): unknown {
  const text = decoded(octets);
  try {
    const value: unknown = JSON.parse(text);
    refuseLosses(text);
    return value;
  } catch (cause) {
    if (cause instanceof SyntaxError) throw noJson(cause);
    throw cause;
  }
}

function decoded(octets: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch (cause) {
    throw noJson(cause);
  }
}

function noJson(cause: unknown): GatewayError {
  const detail = `it is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new GatewayError('REQUEST_INVALID', { location: 'body', detail, cause });
}

interface Open {
  /** Names so far; undefined: an array. */
  readonly names: Set<string> | undefined;
  step: string | number;
  /** The next string is a name. */
  awaitsName: boolean;
}

/** Also a number, whole. */
const MARKS = /["{}[\],]|[-\d][-+.\deE]*/g;

/** The text is known to be JSON. */
function refuseLosses(text: string): void {
  const open: Open[] = [];
  MARKS.lastIndex = 0;
  for (let mark = MARKS.exec(text); mark !== null; mark = MARKS.exec(text)) {
    const at = open.at(-1);
    const [char] = mark;
    if (char === '{') open.push({ names: new Set(), step: '', awaitsName: true });
    else if (char === '[') open.push({ names: undefined, step: 0, awaitsName: false });
    else if (char === '}' || char === ']') open.pop();
    else if (char === ',') goOn(at);
    else if (char !== '"') refuseRounded(char, open);
    else {
      const end = endOfString(text, mark.index);
      if (at?.awaitsName === true) addName(at, text.slice(mark.index, end), open);
      MARKS.lastIndex = end;
    }
  }
}

const FRACTION = /^-?(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/;

/** 0.99999999999999999999 would be 1; what stays a fraction, or too large to be counted by, only a type of such numbers takes. */
function refuseRounded(number: string, open: readonly Open[]): void {
  const value = Number(number);
  if (!Number.isSafeInteger(value)) return;
  const [, whole = '', fraction = '', exponent = '0'] = FRACTION.exec(number) ?? [];
  const digits = whole + fraction;
  let end = digits.length;
  while (digits.charAt(end - 1) === '0') end--;
  if (end === 0 || Number(exponent) - fraction.length + (digits.length - end) >= 0) return;
  throw impossible(placeOf(open), `the number has more digits than are kept: it would be ${value}`);
}

function goOn(at: Open | undefined): void {
  if (at === undefined) return;
  if (typeof at.step === 'number') at.step++;
  else at.awaitsName = true;
}

function addName(at: Open, quoted: string, open: readonly Open[]): void {
  const name = String(JSON.parse(quoted));
  at.step = name;
  at.awaitsName = false;
  if (at.names?.has(name) === true) throw impossible(placeOf(open), 'the member stands there twice');
  at.names?.add(name);
}

/** Behind the quote that ends the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at + 1;
}

function isEscaped(text: string, quote: number): boolean {
  let first = quote;
  while (text.charAt(first - 1) === '\\') first--;
  return (quote - first) % 2 === 1;
}

function placeOf(open: readonly Open[]): JsonPlace | undefined {
  return open.reduce<JsonPlace | undefined>((parent, { step }) => within(parent, step), undefined);
}
