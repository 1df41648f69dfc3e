import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { GatewayError } from '../index.ts';
import { type PayloadFile, type StreamedUpload, streamed } from './upload.ts';

const SOAP_NS = 'http://schemas.xmlsoap.org/soap/envelope/';

/** Whether it is an envelope, or the element alone: an envelope says so in its first tag. */
export function isEnvelope(xml: string): boolean {
  const root = /<(?![?!])(?:[^\s:>]+:)?([^\s>/]+)[^>]*>/.exec(xml);
  return root?.[1] === 'Envelope' && root[0].includes(SOAP_NS);
}

/** An MTOM package that streams the files; each is known by its name (`cid:rapport.pdf`). Throws FILE_MISSING, REQUEST_INVALID. */
export async function mtomPackage(xml: string, files: readonly PayloadFile[]): Promise<StreamedUpload> {
  const boundary = `postiljon-${randomUUID()}`;
  const names = files.map(({ path }) => contentIdOf(path));
  const doubled = names.find((name, index) => names.indexOf(name) !== index);
  if (doubled !== undefined)
    throw new GatewayError('REQUEST_INVALID', { detail: `two attachments are called ${doubled}` });
  const head = `${part(boundary, 'root', 'application/xop+xml; charset=UTF-8; type="text/xml"')}${envelopeOf(xml)}`;
  const heads = files.map(({ contentType }, index) => `\r\n${part(boundary, names[index] ?? '', contentType)}`);
  const contentType = `multipart/related; type="application/xop+xml"; start="<root>"; start-info="text/xml"; boundary="${boundary}"`;
  return streamed({ contentType, boundary, head, heads, files });
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
