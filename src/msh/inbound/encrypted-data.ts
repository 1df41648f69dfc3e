/** Octets of a part that are looked at, at most: an EncryptedData shows itself at once. */
const LOOK_BYTES = 1024;

const LESS_THAN = 0x3c;
const BLANK_OR_MARK = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);
const NAME = /<(?:[^\s<>/:!?]+:)?([^\s<>/:!?]+)[\s/>]/y;
const UNFINISHED_NAME = /^<[^\s<>/!?]*$/;
const SKIPPED = [
  ['<?', '?>'],
  ['<!--', '-->'],
] as const;

/**
 * Whether a part begins like the document of an xenc:EncryptedData; undefined while more octets may tell. A look, no
 * parse: what passes is read strictly afterwards. @spec XML Encryption 1.1 §3.1
 */
export function beginsEncryptedData(head: Uint8Array): boolean | undefined {
  // Nearly every part that is no XML is decided here.
  const [first] = head;
  if (first !== undefined && first !== LESS_THAN && !BLANK_OR_MARK.has(first)) return false;
  const found = look(Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, LOOK_BYTES)).toString('latin1'));
  return found === undefined && head.length >= LOOK_BYTES ? false : found;
}

/** Steps over a byte order mark, blanks, the declaration and comments to the first element; linear in `text`. */
function look(text: string): boolean | undefined {
  let at = text.startsWith('\u00ef\u00bb\u00bf') ? 3 : 0;
  for (;;) {
    while (' \t\r\n'.includes(text[at] ?? 'x')) at += 1;
    const skipped = SKIPPED.find(([begin]) => text.startsWith(begin, at));
    if (skipped === undefined) break;
    const end = text.indexOf(skipped[1], at + skipped[0].length);
    if (end < 0) return undefined;
    at = end + skipped[1].length;
  }
  NAME.lastIndex = at;
  const name = NAME.exec(text)?.[1];
  if (name !== undefined) return name === 'EncryptedData';
  const rest = text.slice(at);
  const open = rest === '' || UNFINISHED_NAME.test(rest) || '<!--'.startsWith(rest);
  return open ? undefined : false;
}
