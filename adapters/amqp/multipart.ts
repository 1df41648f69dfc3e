import {
  DEFAULT_MIME_LIMITS,
  GatewayError,
  MimeReader,
  parseContentType,
  writablePart,
  writeMultipart,
} from '../../src/index.ts';

/** One payload in a body that holds several. */
export interface BodyPart {
  readonly contentId: string;
  readonly contentType: string;
  readonly name: string | undefined;
  readonly octets: Buffer;
}

/** multipart/related with the payloads in their order, each raw octets; what no header can carry is replaced. @spec RFC 2387 */
export function writeParts(parts: readonly BodyPart[]): { readonly contentType: string; readonly content: Buffer } {
  const [first, ...rest] = parts.map(writablePart).map(({ contentId, contentType, name, octets }) => ({
    contentId,
    contentType,
    ...(name === undefined ? {} : { name }),
    size: octets.length,
    bytes: octets,
    body: octets,
  }));
  if (first === undefined) throw new TypeError('a multipart has at least one part');
  const { contentType, body } = writeMultipart(first, rest);
  if (!(body instanceof Uint8Array)) throw new TypeError('parts in memory make a body in memory');
  return { contentType, content: Buffer.from(body.buffer, body.byteOffset, body.byteLength) };
}

/** The parts of a multipart/related body in their order. Throws MIME_MALFORMED, MIME_LIMIT. */
export function readParts(contentType: string, body: Buffer, maxParts: number): readonly BodyPart[] {
  const parsed = parseContentType(contentType);
  if (parsed === undefined) throw new GatewayError('MIME_MALFORMED', { location: 'content_type' });
  const parts: (Omit<BodyPart, 'octets'> & { readonly chunks: Uint8Array[] })[] = [];
  const reader = new MimeReader(
    parsed,
    {
      begin({ contentId = '', contentType: type = 'application/octet-stream', name }) {
        parts.push({ contentId, contentType: type, name, chunks: [] });
      },
      data: (octets) => void parts.at(-1)?.chunks.push(octets),
      end: () => undefined,
    },
    { ...DEFAULT_MIME_LIMITS, maxParts, maxBytes: body.length },
  );
  reader.write(body);
  reader.end();
  return parts.map(({ chunks, ...part }) => ({ ...part, octets: Buffer.concat(chunks) }));
}
