import type { Readable } from 'node:stream';
import { newId } from '../../ids.ts';
import { type MimePackage, writeMultipart } from '../../mime/writer.ts';
import type { WusAttachment } from '../content.ts';

const XOP_ROOT = 'application/xop+xml; charset=UTF-8; type="text/xml"';

/**
 * Packs an envelope and its attachments as MTOM wants it; attachments are opened one by one while the package is read.
 * Throws REQUEST_INVALID for a Content-ID or Content-Type that cannot stand in a header. @spec MTOM, XOP 1.0 §4.1, Digikoppeling WM001
 */
export function writeWusPackage(
  envelope: Uint8Array,
  attachments: readonly WusAttachment[],
  source: { open(attachment: WusAttachment): Promise<Readable> },
): MimePackage {
  const root = { contentId: `root.${newId()}@postiljon`, contentType: XOP_ROOT, bytes: envelope };
  const parts = attachments.map((one) => {
    const { contentId, contentType, size, content } = one;
    return { contentId, contentType, size, body: 'inline' in content ? content.inline : () => source.open(one) };
  });
  return writeMultipart(root, parts);
}
