/*
 * Escaping as Canonical XML writes it. Works on octet strings and on proper strings alike: all that is escaped is ASCII.
 * @spec Canonical XML 1.0 §2.3
 */

const IN_TEXT = 1;
const IN_ATTRIBUTE = 2;
const ESCAPED: readonly { readonly char: string; readonly where: number; readonly reference: string }[] = [
  { char: '&', where: IN_TEXT | IN_ATTRIBUTE, reference: '&amp;' },
  { char: '<', where: IN_TEXT | IN_ATTRIBUTE, reference: '&lt;' },
  { char: '>', where: IN_TEXT, reference: '&gt;' },
  { char: '"', where: IN_ATTRIBUTE, reference: '&quot;' },
  { char: '\t', where: IN_ATTRIBUTE, reference: '&#x9;' },
  { char: '\n', where: IN_ATTRIBUTE, reference: '&#xA;' },
  { char: '\r', where: IN_TEXT | IN_ATTRIBUTE, reference: '&#xD;' },
];
const WHERE = new Uint8Array(128);
const REFERENCES: string[] = [];
for (const { char, where, reference } of ESCAPED) {
  WHERE[char.charCodeAt(0)] = where;
  REFERENCES[char.charCodeAt(0)] = reference;
}

export function escapeCanonicalText(text: string): string {
  return escape(text, IN_TEXT);
}

export function escapeCanonicalAttribute(text: string): string {
  return escape(text, IN_ATTRIBUTE);
}

function escape(text: string, where: number): string {
  const { length } = text;
  let written = '';
  let from = 0;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x3e || ((WHERE[code] ?? 0) & where) === 0) continue;
    written += text.slice(from, at) + (REFERENCES[code] ?? '');
    from = at + 1;
  }
  return from === 0 ? text : written + text.slice(from);
}
