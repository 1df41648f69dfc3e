import type { MimePackage } from '../../mime/writer.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type { WusContent } from '../content.ts';
import { writeEnvelope } from '../envelope/write-envelope.ts';
import { attachmentSource } from '../mtom/attachments.ts';
import { writeWusPackage } from '../mtom/write-package.ts';
import { ENVELOPE_TYPE, withoutAttachments } from '../outgoing/write-message.ts';
import type { WusService } from '../service.ts';
import type { BodyForm } from './body-form.ts';

export interface WriteTerms {
  readonly payloads: PayloadStore;
  /** Attachments stand in the body as base64 in every form but `mtom`, up to its limit. */
  readonly service: Pick<WusService, 'maxEnvelopeBytes'>;
  /** What the element says, as JSON. Throws TRANSLATION_IMPOSSIBLE. */
  readonly toJson: (body: Buffer) => Buffer;
}

/** The body of an HTTP message; a stream where there are attachments that are not in memory. */
export type WrittenBody = MimePackage;

/** Throws WUS_INLINE_LIMIT when attachments make too much base64, WUS_ATTACHMENT, TRANSLATION_IMPOSSIBLE, STORE_UNAVAILABLE. */
export async function writeBody(content: WusContent, form: BodyForm, terms: WriteTerms): Promise<WrittenBody> {
  const source = attachmentSource(content.attachments, terms.payloads);
  if (form === 'mtom') return writeWusPackage(writeEnvelope([], content.body), content.attachments, source);
  const body = await withoutAttachments(content, source, terms.service.maxEnvelopeBytes);
  if (form === 'soap') return written(ENVELOPE_TYPE, writeEnvelope([], body));
  if (form === 'xml') return written('application/xml; charset=UTF-8', body);
  return written('application/json', terms.toJson(body));
}

function written(contentType: string, body: Buffer): WrittenBody {
  return { contentType, contentLength: body.length, body };
}
