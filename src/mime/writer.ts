import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { GatewayError } from '../errors.ts';
import { DEFAULT_PART_TYPE, parseContentType } from './content-type.ts';

export interface MimePart {
  readonly contentId: string;
  readonly contentType: string;
  /** File name; what a header cannot carry is replaced. */
  readonly name?: string;
  /** Octets of `body`. */
  readonly size: number;
  readonly body: Uint8Array | (() => Promise<Readable>);
}

export interface MimePackage {
  /** Value of the HTTP Content-Type. */
  readonly contentType: string;
  readonly contentLength: number;
  /** One buffer when every part is in memory; else a stream, whose parts are opened one by one. */
  readonly body: Uint8Array | Readable;
}

export interface MimeRoot {
  readonly contentId: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

const CONTENT_ID = /^[!-;=?-~]+$/;
/** Long enough for every honest one, and not so long that the header of whoever repeats it overflows. */
const PART_CONTENT_TYPE = /^(?!multipart\/)[\x20-\x7e]{1,1000}$/i;
const NAME_MAX = 255;

/** Whether `writeMultipart` takes it: printable ASCII without blanks and angle brackets. */
export function isContentId(text: string): boolean {
  return CONTENT_ID.test(text);
}

/** Whether `writeMultipart` takes it as the Content-Type of a part: well-formed and no multipart. */
export function isPartContentType(text: string): boolean {
  return PART_CONTENT_TYPE.test(text) && parseContentType(text) !== undefined;
}

/** The type that a peer named, where it can be repeated; else what it names without parameters; else octets. */
export function writableType(text: string): string {
  const unfolded = text.replaceAll('\t', ' ');
  if (isPartContentType(unfolded)) return unfolded;
  const bare = parseContentType(text)?.type ?? '';
  return isPartContentType(bare) ? bare : DEFAULT_PART_TYPE;
}

/** What a peer named as Content-ID and Content-Type may be more than `writeMultipart` writes: what a header cannot carry is replaced. */
export function writablePart<Part extends Pick<MimePart, 'contentId' | 'contentType'>>(part: Part): Part {
  const { contentId, contentType } = part;
  return {
    ...part,
    contentId: isContentId(contentId) ? contentId : encodeURIComponent(contentId.toWellFormed()),
    contentType: writableType(contentType),
  };
}

/**
 * Packs envelope and payloads: the envelope first (peers take the first part, whatever `start` says), every part raw octets. Where
 * the Content-Type of the root has a `type`, as that of XOP has, it is told as start-info.
 * Throws REQUEST_INVALID when a Content-ID or Content-Type cannot stand in a header.
 * @spec ebMS2 §2.1.2, RFC 2387, XOP 1.0 §4.1
 */
export function writeMultipart(root: MimeRoot, parts: readonly MimePart[]): MimePackage {
  const boundary = boundaryOf(root, parts);
  const rootType = parseContentType(root.contentType);
  const startInfo = rootType?.parameters.get('type');
  const pieces: Piece[] = [partHeader(boundary, root), root.bytes];
  for (const part of parts) {
    pieces.push(Buffer.concat([LINE_END, partHeader(boundary, part)]));
    pieces.push(part.body instanceof Uint8Array ? part.body : { open: part.body, size: part.size });
  }
  pieces.push(Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1'));
  return {
    contentType:
      `multipart/related; boundary="${boundary}"; type="${rootType?.type ?? 'text/xml'}"; start="<${quoted(root.contentId)}>"` +
      (startInfo === undefined ? '' : `; start-info="${quoted(startInfo)}"`),
    contentLength: pieces.reduce((sum, piece) => sum + (piece instanceof Uint8Array ? piece.length : piece.size), 0),
    body: pieces.every((piece) => piece instanceof Uint8Array) ? Buffer.concat(pieces) : Readable.from(flow(pieces)),
  };
}

/**
 * The same for the same message, so that a repeat is the same octets. Nobody who writes a payload can foresee it: the
 * gateway puts random bits into each Content-ID when it has the payload.
 */
function boundaryOf(root: MimeRoot, parts: readonly MimePart[]): string {
  const named = Buffer.from(parts.map(({ contentId }) => `\n${contentId}`).join(''), 'utf8');
  return `postiljon_${hash('sha256', Buffer.concat([root.bytes, named]), 'base64url')}`;
}

type Piece = Uint8Array | StreamedPiece;

interface StreamedPiece {
  readonly open: () => Promise<Readable>;
  readonly size: number;
}

const LINE_END = Buffer.from('\r\n');

function partHeader(boundary: string, part: MimeRoot | MimePart): Buffer {
  if (!isContentId(part.contentId)) throw invalid('Content-ID', part.contentId);
  if (!isPartContentType(part.contentType)) throw invalid('Content-Type', part.contentType);
  const name = 'name' in part ? dispositionName(part.name ?? '') : '';
  return Buffer.from(
    `--${boundary}\r\nContent-Type: ${part.contentType}\r\nContent-ID: <${part.contentId}>\r\n${name}Content-Transfer-Encoding: binary\r\n\r\n`,
  );
}

/**
 * Raw UTF-8 in quotes and nothing behind it: ebms-core reads the name by a pattern that knows no backslash and no `filename*`,
 * and writes it so itself.
 */
function dispositionName(name: string): string {
  const safe = name
    .slice(0, NAME_MAX)
    .toWellFormed()
    .replace(/["\\]/g, '_')
    .replace(/\p{Cc}/gu, ' ')
    .trim();
  return safe === '' ? '' : `Content-Disposition: attachment; filename="${safe}"\r\n`;
}

function quoted(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}

async function* flow(pieces: readonly Piece[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) yield piece;
    else yield* measured(piece);
  }
}

/** The length was promised in Content-Length: a payload that has another one ends the request as a failure. */
async function* measured(piece: StreamedPiece): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of await piece.open()) {
    const octets: unknown = chunk;
    if (!(octets instanceof Uint8Array)) throw new TypeError('a payload stream must give octets');
    size += octets.length;
    if (size > piece.size) break;
    yield octets;
  }
  if (size !== piece.size) {
    throw new GatewayError('INTERNAL', { detail: `a payload of ${piece.size} octets has another length now` });
  }
}

function invalid(field: string, value: string): GatewayError {
  return new GatewayError('REQUEST_INVALID', { detail: `${field} of a part: ${JSON.stringify(value)}` });
}
