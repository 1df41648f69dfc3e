import { GatewayError } from '../errors.ts';
import { escapeCanonicalAttribute, escapeCanonicalText } from './escape.ts';

/** Text as markup, escaped as Canonical XML does. Throws XML_FORBIDDEN for characters that no document may hold. */
export function escapeText(s: string): string {
  return escapeCanonicalText(checked(s));
}

/** A value as markup between double quotes. Throws XML_FORBIDDEN as escapeText does. */
export function escapeAttribute(s: string): string {
  return escapeCanonicalAttribute(checked(s));
}

/**
 * An element as Canonical XML writes it: never the short form. Attributes come in the order given, undefined ones are left out;
 * `children` are markup.
 */
export function tag(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  ...children: readonly string[]
): string {
  let out = `<${name}`;
  for (const key in attributes) {
    const value = attributes[key];
    if (value !== undefined) out += ` ${key}="${escapeAttribute(value)}"`;
  }
  out += '>';
  for (const child of children) out += child;
  return `${out}</${name}>`;
}

const UNWRITABLE = new RegExp(
  `[${range(0x00, 0x08)}${range(0x0b, 0x0c)}${range(0x0e, 0x1f)}${range(0x80, 0x9f)}${range(0xfffe, 0xffff)}]`,
);

function range(first: number, last: number): string {
  return `${unit(first)}-${unit(last)}`;
}

function unit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

function checked(text: string): string {
  if (UNWRITABLE.test(text) || !text.isWellFormed()) {
    throw new GatewayError('XML_FORBIDDEN', { detail: 'a character that XML cannot hold' });
  }
  return text;
}
