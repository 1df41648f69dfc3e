import type { Readable } from 'node:stream';
import { GatewayError } from '../../errors.ts';
import { type ContentType, parseContentType } from '../../mime/content-type.ts';
import { type ArrivedRoot, collectEnvelope } from '../../mime/package-collector.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import { checkMustUnderstand } from '../../soap/header-blocks.ts';
import { DEFAULT_XML_LIMITS } from '../../xml/limits.ts';
import { parseXml } from '../../xml/tree.ts';
import type { WusContent, WusFault } from '../content.ts';
import { bodyElement } from '../envelope/body-element.ts';
import { parseArrived, requireUtf8 } from '../envelope/parse-arrived.ts';
import { standalone } from '../envelope/standalone.ts';
import { readFaultElement } from '../faults/read-fault.ts';
import { collectLimits } from '../message-limits.ts';
import { NO_ATTACHMENTS } from '../mtom/attachments.ts';
import { includedAttachments } from '../mtom/inline-attachments.ts';
import { readWusPackage } from '../mtom/read-package.ts';
import type { WusService } from '../service.ts';
import { type BodyForm, formOf } from './body-form.ts';

export interface ReadTerms {
  readonly payloads: PayloadStore;
  readonly service: Pick<WusService, 'maxEnvelopeBytes' | 'maxMessageBytes'>;
  /** The element that JSON says. Throws TRANSLATION_IMPOSSIBLE, REQUEST_INVALID. */
  readonly fromJson: (json: Buffer) => Buffer;
}

/** What an application gave, of whatever form: the body of a message and its attachments. */
export interface ReadBody {
  readonly form: BodyForm;
  readonly content: WusContent;
  /** When the body is a soap:Fault. */
  readonly fault: WusFault | undefined;
  /** Forgets the attachments. Never throws. */
  discard(): Promise<void>;
}

/**
 * Reads what an application sends: attachments stream to the payload store, the rest is held in memory. When it throws
 * (MEDIA_TYPE_UNSUPPORTED, HTTP_*, MIME_*, XML_*, SOAP_*, WUS_BODY, WUS_ENCODING, WUS_ATTACHMENT, REQUEST_INVALID,
 * TRANSLATION_IMPOSSIBLE, STORE_UNAVAILABLE) nothing is left behind.
 */
export async function readBody(body: Readable, contentType: string | undefined, terms: ReadTerms): Promise<ReadBody> {
  const type = contentType === undefined ? undefined : parseContentType(contentType);
  const form = type && formOf(type.type);
  if (contentType === undefined || type === undefined || form === undefined) {
    throw new GatewayError('MEDIA_TYPE_UNSUPPORTED', { detail: `Content-Type ${String(contentType)}` });
  }
  if (form === 'soap' || form === 'mtom') return readEnvelope(body, contentType, { form, terms });
  const arrived = await collectEnvelope(body, type, collectLimits(terms.service));
  const bytes = form === 'xml' ? elementOf(arrived) : terms.fromJson(jsonOf(arrived, type));
  return { form, content: { body: bytes, attachments: [] }, fault: undefined, discard: () => Promise.resolve() };
}

async function readEnvelope(
  body: Readable,
  contentType: string,
  { form, terms }: { readonly form: BodyForm; readonly terms: ReadTerms },
): Promise<ReadBody> {
  const read = await readWusPackage(body, contentType, {
    payloads: terms.payloads,
    limits: collectLimits(terms.service),
    readEnvelope: (root) => parseArrived(root.envelope, root.charset),
  });
  try {
    const { envelope, attachments } = read;
    checkMustUnderstand(envelope.soap.header, () => false);
    const element = bodyElement(envelope.soap);
    const content = { body: standalone(element), attachments: includedAttachments(element, attachments) };
    return { form, content, fault: readFaultElement(element), discard: () => read.discard() };
  } catch (error) {
    await read.discard();
    throw error;
  }
}

/** An Include needs a package around it: here it stands for nothing. */
function elementOf({ envelope, charset }: ArrivedRoot): Buffer {
  requireUtf8(charset, 'the charset');
  const limits = { ...DEFAULT_XML_LIMITS, maxBytes: Math.max(envelope.length, DEFAULT_XML_LIMITS.maxBytes) };
  const { root, encoding } = parseXml(envelope, limits);
  if (encoding !== 'UTF-8') throw new GatewayError('WUS_ENCODING', { detail: `the body is ${encoding}` });
  includedAttachments(root, NO_ATTACHMENTS);
  return standalone(root);
}

function jsonOf({ envelope }: ArrivedRoot, { parameters }: ContentType): Buffer {
  requireUtf8(parameters.get('charset'), 'the charset');
  return envelope;
}
