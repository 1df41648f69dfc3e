const CID_SCHEME = /^cid:/i;

/** What may stand in a URL as it is: RFC 3986 pchar, so that an ordinary `uuid@host` is not touched. */
const NEEDS_ESCAPE = /[^A-Za-z0-9\-._~!$&'()*+,;=:@]+/g;

/**
 * Content-ID that a `cid:` reference names, percent-decoded exactly once.
 * `undefined` when it is no `cid:` URL, names nothing, or its percent-encoding is not UTF-8.
 * @spec RFC 2392 §2
 */
export function decodeCid(href: string): string | undefined {
  if (!CID_SCHEME.test(href)) return undefined;
  const escaped = href.slice('cid:'.length);
  if (escaped === '') return undefined;
  return escaped.includes('%') ? decodePercent(escaped) : escaped;
}

/** `cid:` URL of a Content-ID (without its angle brackets). @spec RFC 2392 §2 */
export function encodeCid(contentId: string): string {
  return `cid:${contentId.toWellFormed().replace(NEEDS_ESCAPE, encodeURIComponent)}`;
}

/** Without the angle brackets of RFC 2045 §7; a peer that leaves them out is read as well. */
export function stripBrackets(value: string): string {
  const trimmed = value.trim();
  return trimmed.startsWith('<') && trimmed.endsWith('>') ? trimmed.slice(1, -1) : trimmed;
}

function decodePercent(escaped: string): string | undefined {
  try {
    return decodeURIComponent(escaped);
  } catch {
    return undefined;
  }
}
