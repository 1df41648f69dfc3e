import type { XsdPrimitive } from '../wsdl/schema/schema.ts';

const ENDS = /^[ \t\r\n]+|[ \t\r\n]+$/g;
const WHITE_SPACE = /[ \t\r\n]+/g;
const INTEGER = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;
const FLOATING = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Values of float and double that no JSON number is. */
const NO_NUMBER: ReadonlySet<string> = new Set(['INF', '-INF', 'NaN', '-0']);

/** The value of a text; undefined where it is none of its type. @spec XML Schema 1.0 Part 2 §3.2, §3.3 */
export function valueOf(text: string, primitive: XsdPrimitive): string | number | boolean | undefined {
  if (primitive === 'string') return text;
  if (primitive === 'base64') return readBase64(text.replaceAll(WHITE_SPACE, ''));
  const trimmed = text.replaceAll(ENDS, '');
  if (primitive === 'boolean') return readBoolean(trimmed);
  if (primitive === 'integer') return readInteger(trimmed);
  if (primitive === 'number') return readNumber(trimmed);
  return (primitive === 'digits' ? INTEGER : DECIMAL).test(trimmed) ? trimmed : undefined;
}

function readBoolean(text: string): boolean | undefined {
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : undefined;
}

function readInteger(text: string): number | undefined {
  const value = Number(text);
  return INTEGER.test(text) && Number.isSafeInteger(value) ? value + 0 : undefined;
}

function readNumber(text: string): number | string | undefined {
  if (NO_NUMBER.has(text)) return text;
  const value = FLOATING.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) return undefined;
  return Object.is(value, -0) ? '-0' : value;
}

/** Only what a strict reader reads: the alphabet, padding, no bits left over. */
function readBase64(text: string): string | undefined {
  return Buffer.from(text, 'base64').toString('base64') === text ? text : undefined;
}

/** The text of a JSON value; undefined where it is none of that type. Integers of any length and decimals may be whole numbers. */
export function textOf(value: unknown, primitive: XsdPrimitive): string | undefined {
  if (typeof value === 'string') return textOfString(value, primitive);
  if (typeof value === 'boolean') return primitive === 'boolean' ? String(value) : undefined;
  if (typeof value !== 'number') return undefined;
  if (primitive === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? String(value) : undefined;
  const whole = primitive === 'integer' || primitive === 'digits' || primitive === 'decimal';
  return whole && Number.isSafeInteger(value) ? String(value) : undefined;
}

function textOfString(value: string, primitive: XsdPrimitive): string | undefined {
  if (primitive === 'string') return value;
  if (primitive === 'digits') return INTEGER.test(value) ? value : undefined;
  if (primitive === 'decimal') return DECIMAL.test(value) ? value : undefined;
  if (primitive === 'base64') return readBase64(value);
  return primitive === 'number' && NO_NUMBER.has(value) ? value : undefined;
}

/** For people: what a value of that type looks like in JSON. */
export const EXPECTED: Readonly<Record<XsdPrimitive, string>> = {
  string: 'a string',
  boolean: 'true or false',
  integer: 'a whole number',
  digits: 'a string of digits',
  decimal: 'a string with a decimal number',
  number: 'a number',
  base64: 'a string of base64, or an attachment',
};
