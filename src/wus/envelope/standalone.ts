import { canonicalize, namespacesInScope } from '../../xml/c14n.ts';
import type { XmlElement, XmlNamespace } from '../../xml/tree.ts';
import { escapeAttribute } from '../../xml/writer.ts';

const COMMENT = Buffer.from('<!--', 'latin1');

/**
 * The element as a document of its own: its octets, and the declarations that its place had in scope. With comments in it, its
 * canonical form without them: no signature covers a comment, and a reader might take what stands before one for the whole text.
 */
export function standalone(element: XmlElement): Buffer {
  const { source, start, end, name, declarations } = element;
  const octets = source.subarray(start, end);
  if (octets.includes(COMMENT)) return withoutComments(element);
  const inherited = namespacesInScope(element).filter(
    ({ prefix, uri }) => uri !== '' && !declarations.some((own) => own.prefix === prefix),
  );
  if (inherited.length === 0) return octets;
  const at = start + '<'.length + name.octets.length;
  const added = inherited.map(({ prefix, uri }) => ` ${declaration(prefix)}="${escapeAttribute(uri)}"`).join('');
  return Buffer.concat([source.subarray(start, at), Buffer.from(added, 'utf8'), source.subarray(at, end)]);
}

function declaration(prefix: string): string {
  return prefix === '' ? 'xmlns' : `xmlns:${prefix}`;
}

function withoutComments(element: XmlElement): Buffer {
  const inclusivePrefixes = namespacesInScope(element).map(listed);
  return canonicalize(element, { exclusive: true, comments: false, inclusivePrefixes });
}

function listed({ prefix }: XmlNamespace): string {
  return prefix === '' ? '#default' : prefix;
}
