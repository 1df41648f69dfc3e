import { Readable } from 'node:stream';
import { GatewayError } from '../../errors.ts';
import { parseContentType } from '../../mime/content-type.ts';
import type { BackendAnswer } from '../../ports/backend.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import { parseEnvelope, type SoapEnvelope } from '../../soap/envelope.ts';
import { DEFAULT_XML_LIMITS } from '../../xml/limits.ts';
import { parseXml, type XmlElement } from '../../xml/tree.ts';
import type { WusOutcome } from '../content.ts';
import { bodyElement, isElement } from '../envelope/body-element.ts';
import { parseArrived } from '../envelope/parse-arrived.ts';
import { standalone } from '../envelope/standalone.ts';
import { readFault, readFaultElement } from '../faults/read-fault.ts';
import { collectLimits } from '../message-limits.ts';
import { type AttachmentSource, NO_ATTACHMENTS } from '../mtom/attachments.ts';
import { includedAttachments } from '../mtom/inline-attachments.ts';
import { readWusPackage } from '../mtom/read-package.ts';
import type { JsonTranslation } from '../parts.ts';
import type { ProvidedService } from '../service.ts';
import type { WsdlOperation } from '../wsdl/wsdl.ts';

export interface BackendOutcome {
  readonly outcome: WusOutcome;
  /** Whoever got it tells when its attachments have been sent. Never throws. */
  discard(): Promise<void>;
}

export interface BackendTerms {
  readonly service: ProvidedService;
  readonly operation: WsdlOperation;
  readonly payloads: PayloadStore;
  readonly translation: JsonTranslation;
}

/**
 * Reads the answer of a backend: the element that the WSDL names with 2xx, or a SOAP fault. Throws BACKEND_ANSWER for all else,
 * STORE_UNAVAILABLE.
 */
export async function readBackendAnswer(answer: BackendAnswer, terms: BackendTerms): Promise<BackendOutcome> {
  try {
    return await read(answer, terms);
  } catch (error) {
    if (!(error instanceof GatewayError) || error.row.retriable || error.code === 'BACKEND_ANSWER') throw error;
    throw unusable(`${error.code} ${error.message}`, error);
  }
}

function read(answer: BackendAnswer, terms: BackendTerms): Promise<BackendOutcome> | BackendOutcome {
  const { status, body } = answer;
  const type = answer.contentType === undefined ? undefined : parseContentType(answer.contentType);
  if (type?.type === 'multipart/related') return readParts(answer, terms);
  if (!Buffer.isBuffer(body)) {
    body.destroy();
    throw unusable(`Content-Type ${answer.contentType}`);
  }
  const isSuccess = status >= 200 && status < 300;
  if (!isSuccess && status !== 500) throw unusable(`status ${status}`);
  switch (type?.type) {
    case 'text/xml':
    case 'application/xml':
      return kept(outcomeOfXml(body, { isSuccess, charset: type.parameters.get('charset') }, terms));
    case 'application/json': {
      if (!isSuccess || terms.service.backend.format !== 'json') throw unusable(`JSON with status ${status}`);
      const element = terms.translation.fromJson(body, terms.operation.output, terms.service.wsdl);
      return kept({ kind: 'answer', content: { body: element, attachments: [] } });
    }
    default:
      throw unusable(`status ${status}, Content-Type ${answer.contentType ?? 'none'}`);
  }
}

function kept(outcome: WusOutcome): BackendOutcome {
  return { outcome, discard: nothing };
}

const nothing = (): Promise<void> => Promise.resolve();

interface Came {
  readonly isSuccess: boolean;
  readonly charset: string | undefined;
}

/** An envelope, or the bare element, whatever was asked: who answers with more than it has to does no harm. */
function outcomeOfXml(bytes: Buffer, { isSuccess, charset }: Came, terms: BackendTerms): WusOutcome {
  const maxBytes = Math.max(DEFAULT_XML_LIMITS.maxBytes, terms.service.maxEnvelopeBytes);
  const document = parseXml(bytes, { ...DEFAULT_XML_LIMITS, maxBytes });
  if (document.encoding !== 'UTF-8' || (charset ?? 'utf-8').toLowerCase() !== 'utf-8')
    throw unusable('it is not UTF-8');
  const { root } = document;
  if (root.localName === 'Envelope') return outcomeOfEnvelope(parseEnvelope(document), isSuccess, terms);
  const fault = readFaultElement(root);
  if (fault !== undefined) return { kind: 'fault', fault };
  return answerOf(root, isSuccess, { terms, attachments: NO_ATTACHMENTS });
}

function outcomeOfEnvelope(
  soap: SoapEnvelope,
  isSuccess: boolean,
  terms: BackendTerms,
  attachments = NO_ATTACHMENTS,
): WusOutcome {
  const fault = readFault(soap);
  if (fault !== undefined) return { kind: 'fault', fault };
  return answerOf(bodyElement(soap), isSuccess, { terms, attachments });
}

function answerOf(
  element: XmlElement,
  isSuccess: boolean,
  { terms, attachments }: { readonly terms: BackendTerms; readonly attachments: AttachmentSource },
): WusOutcome {
  const { operation } = terms;
  if (!isSuccess) throw unusable('status 500 without a fault');
  if (!isElement(element, operation.output))
    throw unusable(`{${element.namespace}}${element.localName} is not the output of ${operation.name}`);
  const included = includedAttachments(element, attachments);
  return { kind: 'answer', content: { body: standalone(element), attachments: included } };
}

async function readParts(answer: BackendAnswer, terms: BackendTerms): Promise<BackendOutcome> {
  const { status, body } = answer;
  const stream = Buffer.isBuffer(body) ? Readable.from([body]) : body;
  try {
    const { envelope, attachments, discard } = await readWusPackage(stream, answer.contentType, {
      payloads: terms.payloads,
      limits: collectLimits(terms.service),
      readEnvelope: (root) => parseArrived(root.envelope, root.charset),
    });
    try {
      return { outcome: outcomeOfEnvelope(envelope.soap, status !== 500, terms, attachments), discard };
    } catch (error) {
      await discard();
      throw error;
    }
  } finally {
    stream.destroy();
  }
}

function unusable(detail: string, cause?: unknown): GatewayError {
  return new GatewayError('BACKEND_ANSWER', { detail: `the answer of the backend: ${detail}`, cause });
}
