import { hash } from 'node:crypto';

/**
 * Identity of an unsigned message: its envelope's octets and every part's octets after transfer decoding, in order of
 * Content-ID. HTTP, MIME headers, boundaries and the order of parts do not count. A signed message's identity is that
 * of its verified References.
 */
export function identityOfOctets(
  envelope: Uint8Array,
  parts: readonly { readonly contentId: string; readonly content: { readonly sha256: string } }[],
): string {
  const lines = parts.map((part) => `${part.content.sha256} ${part.contentId}\n`).sort();
  const octets = Buffer.concat([hash('sha256', envelope, 'buffer'), Buffer.from(lines.join(''), 'utf8')]);
  return hash('sha256', octets, 'hex');
}
