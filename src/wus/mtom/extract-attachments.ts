import { newId } from '../../ids.ts';
import { encodeCid } from '../../mime/content-id.ts';
import type { PayloadStore, PayloadWriter } from '../../ports/payload-store.ts';
import type { XmlLimits } from '../../xml/limits.ts';
import { parseXml, simpleText, type XmlElement } from '../../xml/tree.ts';
import { tag } from '../../xml/writer.ts';
import type { WusAttachment, WusContent } from '../content.ts';
import { XOP_NAMESPACE } from '../namespaces.ts';
import { attachmentSource } from './attachments.ts';
import { includedAttachments } from './inline-attachments.ts';
import { keyOf } from '../wsdl/names.ts';
import type { XsdSchema, XsdType } from '../wsdl/schema/schema.ts';

export interface ExtractTerms {
  /** Which elements are xs:base64Binary. */
  readonly schema: XsdSchema;
  readonly payloads: Pick<PayloadStore, 'createHeld' | 'open' | 'discard'>;
  readonly limits: XmlLimits;
  /** Attachments cost headers: what is shorter, in octets, stays where it is. */
  readonly minBytes?: number;
}

export interface Extracted extends WusContent {
  /** Those of `attachments` that were made here: for whoever discards them. */
  readonly made: readonly WusAttachment[];
}

const MIN_BYTES = 1024;
const ATTACHMENT_TYPE = 'application/octet-stream';

/**
 * Makes attachments of the base64 in a body, where its schema says xs:base64Binary; those that it has stay. What is not base64 stays
 * as it is. Throws XML_*, WUS_ATTACHMENT, STORE_UNAVAILABLE; nothing is left in the payload store then. @spec Digikoppeling WM001, MTOM §2
 */
export async function extractAttachments(content: WusContent, terms: ExtractTerms): Promise<Extracted> {
  if (content.body.length < (terms.minBytes ?? MIN_BYTES)) return { ...content, made: [] };
  const { root, bytes } = parseXml(content.body, terms.limits);
  const made: WusAttachment[] = [];
  const pieces: Buffer[] = [];
  let at = 0;
  try {
    for (const { element, octets } of binaryElements(root, terms)) {
      const attachment = await store(octets, terms.payloads);
      made.push(attachment);
      const { start, end } = contentOf(element);
      pieces.push(bytes.subarray(at, start), Buffer.from(includeMarkup(attachment.contentId), 'utf8'));
      at = end;
    }
    if (made.length === 0) return { ...content, made };
    const body = Buffer.concat([...pieces, bytes.subarray(at)]);
    const source = attachmentSource([...content.attachments, ...made], terms.payloads);
    return { body, attachments: includedAttachments(parseXml(body, terms.limits).root, source), made };
  } catch (error) {
    for (const one of made) await terms.payloads.discard(one.content);
    throw error;
  }
}

interface BinaryElement {
  readonly element: XmlElement;
  readonly octets: Buffer;
}

function* binaryElements(root: XmlElement, { schema, minBytes = MIN_BYTES }: ExtractTerms): Generator<BinaryElement> {
  for (const element of elementsOfType(root, schema.elements.get(keyOf(root))?.type())) {
    const octets = base64Octets(element);
    if (octets !== undefined && octets.length >= minBytes) yield { element, octets };
  }
}

/** Elements of type xs:base64Binary, in document order; of what the schema does not know, none. */
function* elementsOfType(el: XmlElement, type: XsdType | undefined): Generator<XmlElement> {
  if (type === undefined || type.kind === 'any') return;
  if (type.kind === 'simple' || type.text !== undefined) {
    if ((type.kind === 'simple' ? type.primitive : type.text) === 'base64') yield el;
    return;
  }
  for (const child of el.children) {
    if (child.kind !== 'element') continue;
    const declared = type.children.get(child.localName)?.element;
    if (declared?.name.namespace === child.namespace) yield* elementsOfType(child, declared.type());
  }
}

/** Undefined unless it is canonical base64, but for white space. */
function base64Octets(el: XmlElement): Buffer | undefined {
  const text = simpleText(el)?.replace(/[\t\n\r ]+/g, '');
  if (text === undefined || text === '') return undefined;
  const octets = Buffer.from(text, 'base64');
  return octets.toString('base64') === text ? octets : undefined;
}

/** Where the text of an element stands. */
function contentOf(el: XmlElement): { readonly start: number; readonly end: number } {
  const [first] = el.children;
  const last = el.children.at(-1);
  if (first?.kind !== 'text' || last?.kind !== 'text') throw new Error('base64 is text');
  return { start: first.start, end: last.end };
}

function includeMarkup(contentId: string): string {
  return tag('xop:Include', { 'xmlns:xop': XOP_NAMESPACE, href: encodeCid(contentId) });
}

async function store(octets: Buffer, payloads: Pick<PayloadStore, 'createHeld'>): Promise<WusAttachment> {
  const writer = payloads.createHeld();
  const { body, size } = await written(writer, octets);
  return { contentId: `${newId()}@postiljon`, contentType: ATTACHMENT_TYPE, size, content: body };
}

async function written(writer: PayloadWriter, octets: Buffer): ReturnType<PayloadWriter['finish']> {
  try {
    await writer.write(octets);
    return await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
