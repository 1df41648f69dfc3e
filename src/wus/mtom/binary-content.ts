import type { XmlElement } from '../../xml/tree.ts';
import { base64Text } from '../../xmlsec/strict-elements.ts';
import { type AttachmentSource, readAttachment } from './attachments.ts';
import { includeIn } from './includes.ts';

/**
 * The octets of an element that holds base64, or an xop:Include of an attachment instead: tokens and cipher texts come either way.
 * Throws SIGNATURE_INVALID for what is neither, WUS_ATTACHMENT for an attachment that is missing or over `maxBytes`. @spec XOP 1.0 §3
 */
export async function binaryContent(el: XmlElement, source: AttachmentSource, maxBytes: number): Promise<Buffer> {
  const include = includeIn(el);
  if (include === undefined) return Buffer.from(base64Text(el), 'base64');
  return await readAttachment(source.find(include.contentId), source, maxBytes);
}
