import type { Readable } from 'node:stream';
import { GatewayError } from '../../errors.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type { DigestedForm } from '../../xml/c14n.ts';
import type { XmlElement } from '../../xml/tree.ts';
import type { WusAttachment } from '../content.ts';

/** The attachments of one message by Content-ID. A `cid:` is decoded once and compared exactly. @spec XOP 1.0 §4, RFC 2392 */
export interface AttachmentSource {
  readonly all: readonly WusAttachment[];
  /** Throws WUS_ATTACHMENT when there is none of that name. */
  find(contentId: string): WusAttachment;
  /** Its octets from the beginning; may be asked more than once. */
  open(attachment: WusAttachment): Promise<Readable>;
  /** A digest with Includes expanded that was begun while attachments came, made complete; undefined: none of that was begun. */
  digestBegun?(element: XmlElement, form: DigestedForm): Promise<Buffer> | undefined;
}

type Begun = NonNullable<AttachmentSource['digestBegun']>;

export function attachmentSource(
  all: readonly WusAttachment[],
  payloads: Pick<PayloadStore, 'open'>,
  digestBegun?: Begun,
): AttachmentSource {
  return new StoredAttachments(all, payloads, digestBegun);
}

class StoredAttachments implements AttachmentSource {
  readonly all: readonly WusAttachment[];
  readonly #byId: ReadonlyMap<string, WusAttachment>;
  readonly #payloads: Pick<PayloadStore, 'open'>;
  readonly #digestBegun: Begun | undefined;

  constructor(all: readonly WusAttachment[], payloads: Pick<PayloadStore, 'open'>, digestBegun: Begun | undefined) {
    this.all = all;
    this.#byId = new Map(all.map((one) => [one.contentId, one]));
    this.#payloads = payloads;
    this.#digestBegun = digestBegun;
  }

  find(contentId: string): WusAttachment {
    const attachment = this.#byId.get(contentId);
    if (attachment === undefined) throw missing(contentId);
    return attachment;
  }

  open({ content }: WusAttachment): Promise<Readable> {
    return this.#payloads.open(content);
  }

  digestBegun(element: XmlElement, form: DigestedForm): Promise<Buffer> | undefined {
    return this.#digestBegun?.(element, form);
  }
}

/** Of a message that has none: an Include in it names nothing. */
export const NO_ATTACHMENTS: AttachmentSource = attachmentSource([], { open: openNothing });

function openNothing(): Promise<Readable> {
  return Promise.reject(new Error('there are no attachments'));
}

/** Octets of an attachment that is known to be small. Throws WUS_ATTACHMENT over `maxBytes`. */
export async function readAttachment(
  attachment: WusAttachment,
  source: Pick<AttachmentSource, 'open'>,
  maxBytes: number,
): Promise<Buffer> {
  const { contentId, size } = attachment;
  if (size > maxBytes) throw new GatewayError('WUS_ATTACHMENT', { detail: `${contentId}: ${size} octets` });
  const chunks: Buffer[] = [];
  for await (const chunk of (await source.open(attachment)) as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function missing(contentId: string): GatewayError {
  return new GatewayError('WUS_ATTACHMENT', { detail: `no attachment ${JSON.stringify(contentId.slice(0, SHOWN))}` });
}

/** Characters of a Content-ID that the log shows. */
const SHOWN = 200;
