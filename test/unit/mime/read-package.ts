import { parseContentType } from '../../../src/mime/content-type.ts';
import { MimeReader, type MimeLimits, type PartHeaders } from '../../../src/mime/reader.ts';

export interface ReadPart extends PartHeaders {
  readonly body: Buffer;
  readonly complete: boolean;
}

/** Reads a package that comes in the given chunks. */
export function readChunks(contentType: string, chunks: Iterable<Uint8Array>, limits?: MimeLimits): ReadPart[] {
  const type = parseContentType(contentType);
  if (type === undefined) throw new TypeError(`not a Content-Type: ${contentType}`);
  const parts: { headers: PartHeaders; pieces: Buffer[]; complete: boolean }[] = [];
  const reader = new MimeReader(
    type,
    {
      begin: (headers) => parts.push({ headers, pieces: [], complete: false }),
      data: (octets) => parts.at(-1)?.pieces.push(Buffer.from(octets)),
      end: () => {
        const part = parts.at(-1);
        if (part !== undefined) part.complete = true;
      },
    },
    limits,
  );
  for (const chunk of chunks) reader.write(chunk);
  reader.end();
  return parts.map(({ headers, pieces, complete }) => ({ ...headers, body: Buffer.concat(pieces), complete }));
}

export function readPackage(contentType: string, body: Uint8Array | string, limits?: MimeLimits): ReadPart[] {
  return readChunks(contentType, [typeof body === 'string' ? Buffer.from(body) : body], limits);
}

export function* oneByOne(body: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < body.length; at += 1) yield body.subarray(at, at + 1);
}

/** A package of two parts, the second of which the caller shapes. Boundary `b`. */
export function twoParts(headers: string, body: string): string {
  return [
    '--b',
    'Content-Type: text/xml; charset=UTF-8',
    'Content-ID: <root@example.nl>',
    '',
    '<root/>',
    `--b`,
    ...(headers === '' ? [] : [headers]),
    '',
    body,
    '--b--',
    '',
  ].join('\r\n');
}

export const RELATED = 'multipart/related; boundary=b; type="text/xml"; start="<root@example.nl>"';
