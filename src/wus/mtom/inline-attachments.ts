import { GatewayError } from '../../errors.ts';
import type { XmlLimits } from '../../xml/limits.ts';
import { parseXml, type XmlElement } from '../../xml/tree.ts';
import type { WusAttachment } from '../content.ts';
import { type AttachmentSource, readAttachment } from './attachments.ts';
import { findIncludes } from './includes.ts';

/** The attachments that an element includes, in the order of their Includes, each once. Throws WUS_ATTACHMENT. */
export function includedAttachments(element: XmlElement, source: AttachmentSource): readonly WusAttachment[] {
  const contentIds = new Set(findIncludes(element).map((one) => one.contentId));
  return [...contentIds].map((contentId) => source.find(contentId));
}

/**
 * Puts base64 in the place of every xop:Include of a document: for what is encrypted, and for whoever wants no attachments. It is
 * held in memory: throws WUS_INLINE_LIMIT when it would be over `limits.maxBytes`, WUS_ATTACHMENT, STORE_UNAVAILABLE. @spec XOP 1.0 §3.2
 */
export async function inlineAttachments(xml: Buffer, source: AttachmentSource, limits: XmlLimits): Promise<Buffer> {
  const { root, bytes } = parseXml(xml, limits);
  const includes = findIncludes(root);
  if (includes.length === 0) return bytes;
  const sizes = includes.map(({ contentId }) => Math.ceil(source.find(contentId).size / 3) * 4);
  const total = sizes.reduce((sum, size) => sum + size, bytes.length);
  if (total > limits.maxBytes) {
    throw new GatewayError('WUS_INLINE_LIMIT', {
      detail: `with attachments as base64: ${total} octets, over ${limits.maxBytes}`,
    });
  }
  const pieces: Buffer[] = [];
  let at = 0;
  for (const { element, contentId } of includes) {
    const octets = await readAttachment(source.find(contentId), source, limits.maxBytes);
    pieces.push(bytes.subarray(at, element.start), Buffer.from(octets.toString('base64'), 'latin1'));
    at = element.end;
  }
  return Buffer.concat([...pieces, bytes.subarray(at)]);
}
