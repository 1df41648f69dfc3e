import { GatewayError } from '../../errors.ts';
import { type ContentType, parseContentType } from '../../mime/content-type.ts';
import { type ArrivedRoot, type CollectLimits, collectEnvelope, collectPackage } from '../../mime/package-collector.ts';
import type { IncomingBody } from '../../mime/pump-body.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type { AttachmentSource } from './attachments.ts';
import {
  attachmentDestination,
  ReceivedAttachments,
  type ReadEnvelope,
  type ReceivedAttachment,
} from './received-attachments.ts';

export type { ArrivedRoot, CollectLimits } from '../../mime/package-collector.ts';
export type { ReadEnvelope } from './received-attachments.ts';

export interface ReadTerms<Envelope extends ReadEnvelope> {
  readonly payloads: PayloadStore;
  readonly limits: CollectLimits;
  /**
   * Asked once, as soon as the envelope is complete and mostly before the attachments come: parses it, and may refuse it by
   * throwing. What it gives is the document that the digests begun here are of, so that it is not parsed again.
   */
  readonly readEnvelope: (root: ArrivedRoot) => Envelope;
}

/** A message taken apart: the envelope in memory, attachments in the payload store. */
export interface WusPackage<Envelope extends ReadEnvelope> {
  readonly envelope: Envelope;
  readonly attachments: AttachmentSource;
  /** Whether it came as an MTOM package, with attachments or without. */
  readonly mtom: boolean;
  /** Whoever got it tells when nobody reads its attachments any more. Never throws. */
  readonly discard: () => Promise<void>;
}

/**
 * Reads a body of text/xml, or of multipart/related with type application/xop+xml: of another type, as SOAP with Attachments is,
 * the profile knows nothing. Memory does not grow with attachments. When it throws (HTTP_*, MIME_*, XML_LIMIT, WUS_ATTACHMENT,
 * STORE_UNAVAILABLE, and what `readEnvelope` throws) nothing is left in the payload store. @spec Digikoppeling WM001, MTOM, XOP 1.0 §4
 */
export async function readWusPackage<Envelope extends ReadEnvelope>(
  body: IncomingBody,
  contentType: string | undefined,
  terms: ReadTerms<Envelope>,
): Promise<WusPackage<Envelope>> {
  const type = requireWusType(contentType);
  const attachments = new ReceivedAttachments(terms);
  const read = (root: ArrivedRoot): Envelope => {
    const envelope = terms.readEnvelope(root);
    attachments.envelopeRead(envelope);
    return envelope;
  };
  if (type.type === 'text/xml') {
    const envelope = read(await collectEnvelope(body, type, terms.limits));
    return { envelope, attachments: attachments.source([]), mtom: false, discard: () => Promise.resolve() };
  }
  const { envelope, parts } = await collect(body, type, { terms, attachments, read });
  const discard = (): Promise<void> => discardAll(parts, terms.payloads);
  try {
    const source = attachments.source(parts);
    return { envelope, attachments: source, mtom: true, discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

async function collect<Envelope extends ReadEnvelope>(
  body: IncomingBody,
  type: ContentType,
  {
    terms: { payloads, limits },
    attachments,
    read,
  }: {
    readonly terms: ReadTerms<Envelope>;
    readonly attachments: ReceivedAttachments;
    readonly read: (root: ArrivedRoot) => Envelope;
  },
): Promise<{ readonly envelope: Envelope; readonly parts: readonly ReceivedAttachment[] }> {
  let envelope: Envelope | undefined;
  const to = attachmentDestination(attachments, payloads, (root, headers) => {
    requireXop(headers.contentType);
    envelope = read(root);
  });
  const { parts } = await collectPackage(body, type, { limits, to });
  if (envelope === undefined) throw new Error('a package is complete without its root');
  return { envelope, parts };
}

async function discardAll(parts: readonly ReceivedAttachment[], payloads: PayloadStore): Promise<void> {
  for (const { content } of parts) await payloads.discard(content);
}

const XOP_TYPE = 'application/xop+xml';

function requireWusType(header: string | undefined): ContentType {
  const contentType = header === undefined ? undefined : parseContentType(header);
  if (contentType?.type === 'text/xml') return contentType;
  const root = contentType?.parameters.get('type')?.toLowerCase();
  if (contentType?.type === 'multipart/related' && root === XOP_TYPE) return contentType;
  throw new GatewayError('HTTP_CONTENT_TYPE', { detail: `Content-Type ${String(header)}` });
}

function requireXop(header: string | undefined): void {
  if (header !== undefined && parseContentType(header)?.type === XOP_TYPE) return;
  throw new GatewayError('MIME_MALFORMED', { detail: `the root of an MTOM package is ${String(header)}` });
}
