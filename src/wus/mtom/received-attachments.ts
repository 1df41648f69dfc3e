import { GatewayError } from '../../errors.ts';
import {
  type CollectLimits,
  type NamedPart,
  type PartDestination,
  type PartSink,
} from '../../mime/package-collector.ts';
import { isContentId, writableType } from '../../mime/writer.ts';
import type { PayloadStore, PayloadWriter } from '../../ports/payload-store.ts';
import type { DigestedForm } from '../../xml/c14n.ts';
import type { XmlElement } from '../../xml/tree.ts';
import type { WusAttachment } from '../content.ts';
import type { ArrivedEnvelope } from '../security/security.ts';
import { type AttachmentSource, attachmentSource } from './attachments.ts';
import { beginBodyDigest, isSameForm } from './body-digest.ts';
import type { ExpandedDigest } from './expanded-digest.ts';
import { findIncludes, type Include, placedIncludes } from './includes.ts';

export type ReadEnvelope = Pick<ArrivedEnvelope, 'document' | 'soap'>;
export type ReceivedAttachment = WusAttachment & NamedPart;

/**
 * Attachments on their way into the payload store, where they are held: a crash takes them along. Those that the Body's digest
 * waits for run through it as well.
 */
export class ReceivedAttachments {
  readonly #payloads: PayloadStore;
  readonly #limits: CollectLimits;
  #includes: readonly Include[] = [];
  #digest: ExpandedDigest | undefined;

  constructor({ payloads, limits }: { readonly payloads: PayloadStore; readonly limits: CollectLimits }) {
    this.#payloads = payloads;
    this.#limits = limits;
  }

  /** Throws WUS_ATTACHMENT for an Include that may not stand where it does, and for more Includes than a package may have parts. */
  envelopeRead({ soap }: ReadEnvelope): void {
    this.#includes = placedIncludes(soap);
    if (this.#includes.length > this.#limits.mime.maxParts) throw refusal(`${this.#includes.length} Includes`);
    if (findIncludes(soap.body).length > 0) this.#digest = beginBodyDigest(soap);
  }

  /** What could not be handed on in a package of ours is refused (Content-ID), or becomes plain octets (Content-Type). */
  begin(part: NamedPart): PartSink<ReceivedAttachment> {
    const { contentId, contentType, name } = part;
    if (contentId !== '' && !isContentId(contentId)) {
      throw new GatewayError('MIME_MALFORMED', { detail: `Content-ID ${JSON.stringify(contentId)}` });
    }
    const digest = this.#digest?.awaited === contentId ? this.#digest : undefined;
    const named = { contentId, contentType: writableType(contentType), name };
    return new ReceivingAttachment(named, this.#payloads.createHeld(), digest);
  }

  /**
   * Throws WUS_ATTACHMENT unless each Include has its attachment and each attachment its Include. XOP lets two Includes name one
   * attachment; together they may not amount to more than a message may have.
   */
  source(all: readonly ReceivedAttachment[]): AttachmentSource {
    const digestBegun = (element: XmlElement, form: DigestedForm): Promise<Buffer> | undefined =>
      this.#completed(element, form, source);
    const source = attachmentSource(all, this.#payloads, digestBegun);
    let expanded = 0;
    for (const { contentId } of this.#includes) expanded += source.find(contentId).size;
    if (expanded > this.#limits.maxMessageBytes) throw refusal(`Includes of ${expanded} octets`);
    const named = new Set(this.#includes.map((one) => one.contentId));
    const surplus = all.find((one) => !named.has(one.contentId));
    if (surplus !== undefined) throw refusal(`no Include names the attachment ${JSON.stringify(surplus.contentId)}`);
    return source;
  }

  #completed(element: XmlElement, form: DigestedForm, source: AttachmentSource): Promise<Buffer> | undefined {
    const digest = this.#digest;
    if (digest === undefined || digest.element !== element || !isSameForm(digest.form, form)) return undefined;
    this.#digest = undefined;
    return digest.finish(source);
  }
}

class ReceivingAttachment implements PartSink<ReceivedAttachment> {
  readonly #part: NamedPart;
  readonly #writer: PayloadWriter;
  readonly #digest: ExpandedDigest | undefined;

  constructor(part: NamedPart, writer: PayloadWriter, digest: ExpandedDigest | undefined) {
    this.#part = part;
    this.#writer = writer;
    this.#digest = digest;
  }

  write(octets: Uint8Array): Promise<void> | undefined {
    this.#digest?.update(octets);
    return this.#writer.write(octets);
  }

  async finish(): Promise<ReceivedAttachment> {
    this.#digest?.endAttachment();
    const { body, size } = await this.#writer.finish();
    return { ...this.#part, size, content: body };
  }

  abort(): Promise<void> {
    return this.#writer.abort();
  }
}

function refusal(detail: string): GatewayError {
  return new GatewayError('WUS_ATTACHMENT', { detail });
}

/** The parts of a package, told to `attachments`; `readEnvelope` is asked as soon as the envelope is complete. */
export function attachmentDestination(
  attachments: ReceivedAttachments,
  payloads: PayloadStore,
  rootComplete: NonNullable<PartDestination<ReceivedAttachment>['rootComplete']>,
): PartDestination<ReceivedAttachment> {
  return {
    begin: (part) => attachments.begin(part),
    rootComplete,
    open: ({ content }) => payloads.open(content),
    discard: ({ content }) => payloads.discard(content),
  };
}
