import { stripBrackets } from './content-id.ts';

export interface ContentType {
  /** Lower-case type/subtype. */
  readonly type: string;
  /** Lower-case names; values without quotes. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Of a part that does not say its type, or none that could be repeated. */
export const DEFAULT_PART_TYPE = 'application/octet-stream';

const TYPE = /[A-Za-z0-9!#$%&'*+.^_`|~-]+\/[A-Za-z0-9!#$%&'*+.^_`|~-]+/y;

/** A value without quotes may hold what RFC 2045 asks to quote (`boundary=----=_Part_1`, `type=text/xml`): peers do so. */
const PARAMETER =
  /[ \t]*;[ \t]*(?:([A-Za-z0-9!#$%&'*+.^_`|~-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+)))?[ \t]*/y;

/**
 * Reads a Content-Type: any case, parameters in any order, quoted or not.
 * `undefined` when it is malformed or names a parameter twice, which two readers could take for two different things.
 * @spec RFC 2045 §5.1
 */
export function parseContentType(header: string): ContentType | undefined {
  const text = header.trim();
  const type = matchAt(TYPE, text, 0)?.[0];
  if (type === undefined) return undefined;
  const parameters = parseParameters(text, type.length);
  return parameters === undefined ? undefined : { type: type.toLowerCase(), parameters };
}

/** Content-ID of the root part: the `start` parameter without brackets. Without it the first part is the root. @spec RFC 2387 §3.2 */
export function rootContentId(contentType: ContentType): string | undefined {
  const start = contentType.parameters.get('start');
  if (start === undefined) return undefined;
  return stripBrackets(start);
}

/** The `; name=value` list from `from` to the end of `text`; `undefined` when it is malformed or has a name twice. */
export function parseParameters(text: string, from: number): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  let at = from;
  while (at < text.length) {
    const match = matchAt(PARAMETER, text, at);
    if (match === undefined) return undefined;
    at += match[0].length;
    const name = match[1]?.toLowerCase();
    if (name === undefined) continue;
    if (parameters.has(name)) return undefined;
    parameters.set(name, match[3] ?? unescapeQuoted(match[2] ?? ''));
  }
  return parameters;
}

function unescapeQuoted(value: string): string {
  return value.includes('\\') ? value.replace(/\\(.)/g, '$1') : value;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}
