import { hash } from 'node:crypto';
import { SOAP_NS } from '../../soap/envelope.ts';
import { digestCanonicalOctets } from '../../xml/c14n.ts';
import { DEFAULT_XML_LIMITS } from '../../xml/limits.ts';
import { attribute, parseXml } from '../../xml/tree.ts';
import type { AttachmentSource } from '../mtom/attachments.ts';
import { WSA_NAMESPACE, WSU_NAMESPACE } from '../namespaces.ts';
import type { SignedMarkup } from './confirmation.ts';
import { digestElement } from './digests.ts';

/** What a Reference says. */
export interface SignedPart {
  readonly id: string;
  readonly digest: Buffer;
}

const FORM = { exclusive: true, comments: false };
const HASH = 'sha256';
const INCLUDE = Buffer.from('Include', 'latin1');
export const BODY_END = Buffer.from('</soap:Body>', 'latin1');

/** Markup that is its own exclusive canonical form. */
export function signWritten({ id, markup }: SignedMarkup): SignedPart {
  return { id, digest: hash(HASH, markup, 'buffer') };
}

const TEXT = '(?:[^<>&\\p{Cc}]|&amp;)*';
/** A header block of our own writing, which is its own exclusive canonical form, with its Id. */
const WRITTEN_BLOCK = new RegExp(
  `^<(wsa:[A-Za-z]+) xmlns:wsa="${WSA_NAMESPACE}" xmlns:wsu="${WSU_NAMESPACE}" wsu:Id="([\\w-]+)">` +
    `(?:${TEXT}|<wsa:Address>${TEXT}</wsa:Address>)</\\1>$`,
  'u',
);

/** A header block that declares its namespaces and has a wsu:Id. Throws XML_*. */
export function signBlock(markup: string): SignedPart {
  const written = WRITTEN_BLOCK.exec(markup)?.[2];
  if (written !== undefined) return signWritten({ id: written, markup });
  const octets = Buffer.from(markup, 'utf8');
  const id = attribute(parseXml(octets).root, WSU_NAMESPACE, 'Id');
  if (id === undefined) throw new Error('a header block without wsu:Id cannot be signed');
  return { id, digest: digestCanonicalOctets(octets, { ...FORM, digest: HASH }) };
}

/** soap:Body with its content, which declares what it uses: a document of its own. */
export interface WrittenBody {
  readonly start: string;
  readonly content: Buffer;
}

export function writeBody(id: string, content: Buffer): WrittenBody {
  return { start: `<soap:Body xmlns:soap="${SOAP_NS}" xmlns:wsu="${WSU_NAMESPACE}" wsu:Id="${id}">`, content };
}

export function bodyOctets({ start, content }: WrittenBody): readonly Buffer[] {
  return [Buffer.from(start, 'latin1'), content, BODY_END];
}

/** False: there is no xop:Include in it for sure. Names of elements stand in a document as they are. */
export function mayInclude(octets: Buffer): boolean {
  return octets.includes(INCLUDE);
}

/** With attachments as base64. Throws XML_* for content that is not well-formed, WUS_ATTACHMENT. */
export async function signBody(id: string, written: WrittenBody, attachments: AttachmentSource): Promise<SignedPart> {
  const octets = Buffer.concat(bodyOctets(written));
  // What the application may send was decided when it came.
  const limits = { ...DEFAULT_XML_LIMITS, maxBytes: octets.length, maxNodes: octets.length };
  const digest = mayInclude(octets)
    ? await digestElement(parseXml(octets, limits).root, { form: FORM, hash: HASH }, attachments)
    : digestCanonicalOctets(octets, { ...FORM, digest: HASH }, limits);
  return { id, digest };
}
