import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { GatewayError } from '../index.ts';
import type { PayloadFile } from './upload.ts';

const SOAP_NS = 'http://schemas.xmlsoap.org/soap/envelope/';

/** Whether it is an envelope, or the element alone: an envelope says so in its first tag. */
export function isEnvelope(xml: string): boolean {
  const root = /<(?![?!])(?:[^\s:>]+:)?([^\s>/]+)[^>]*>/.exec(xml);
  return root?.[1] === 'Envelope' && root[0].includes(SOAP_NS);
}

export interface Upload {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | Readable;
}

/** An MTOM package that streams the files; each is known by its name (`cid:rapport.pdf`). Throws FILE_MISSING, REQUEST_INVALID. */
export async function mtomPackage(xml: string, files: readonly PayloadFile[]): Promise<Upload> {
  const boundary = `postiljon-${randomUUID()}`;
  const names = files.map(({ path }) => contentIdOf(path));
  const doubled = names.find((name, index) => names.indexOf(name) !== index);
  if (doubled !== undefined)
    throw new GatewayError('REQUEST_INVALID', { detail: `two attachments are called ${doubled}` });
  const head = `${part(boundary, 'root', 'application/xop+xml; charset=UTF-8; type="text/xml"')}${envelopeOf(xml)}`;
  const heads = files.map(({ contentType }, index) => `\r\n${part(boundary, names[index] ?? '', contentType)}`);
  const tail = `\r\n--${boundary}--\r\n`;
  const sizes = await Promise.all(files.map(({ path }) => sizeOf(path)));
  const texts = [head, ...heads, tail].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  async function* octets(): AsyncIterable<Uint8Array> {
    yield Buffer.from(head);
    for (const [index, { path }] of files.entries()) {
      yield Buffer.from(heads[index] ?? '');
      yield* createReadStream(path);
    }
    yield Buffer.from(tail);
  }
  return {
    headers: {
      'Content-Type': `multipart/related; type="application/xop+xml"; start="<root>"; start-info="text/xml"; boundary="${boundary}"`,
      'Content-Length': String(sizes.reduce((sum, size) => sum + size, texts)),
    },
    body: Readable.from(octets(), { objectMode: false }),
  };
}

function part(boundary: string, contentId: string, contentType: string): string {
  return `--${boundary}\r\nContent-Type: ${contentType}\r\nContent-ID: <${contentId}>\r\n\r\n`;
}

function envelopeOf(xml: string): string {
  if (isEnvelope(xml)) return xml;
  const element = xml.replace(/^\uFEFF?\s*<\?xml[^>]*\?>/, '');
  return `<soap:Envelope xmlns:soap="${SOAP_NS}"><soap:Body>${element}</soap:Body></soap:Envelope>`;
}

function contentIdOf(path: string): string {
  const name = basename(path);
  if (/^[\w.+-]+$/.test(name) && name !== 'root') return name;
  const detail = `${name}: the name of an attachment is letters, digits, . _ + and -: the body includes it as cid:<name>`;
  throw new GatewayError('REQUEST_INVALID', { location: '--attachment', detail });
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    throw new GatewayError('FILE_MISSING', { location: path, detail: `${path} cannot be read`, cause });
  }
}
