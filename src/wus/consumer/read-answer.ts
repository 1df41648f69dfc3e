import { Readable } from 'node:stream';
import { certificateOin } from '../../cpa/certificate-oin.ts';
import { GatewayError } from '../../errors.ts';
import type { IncomingAnswer } from '../../ports/transport.ts';
import { type AnswerAddressing, checkAnswer } from '../addressing/check-addressing.ts';
import { parseAddressing } from '../addressing/parse-addressing.ts';
import type { WusFault, WusOutcome } from '../content.ts';
import { bodyElement, isElement } from '../envelope/body-element.ts';
import { checkHeaderBlocks } from '../envelope/header-blocks.ts';
import { openEnvelope } from '../envelope/open-envelope.ts';
import { parseArrived, type TimedEnvelope, timeOfArrival } from '../envelope/parse-arrived.ts';
import { standalone } from '../envelope/standalone.ts';
import { readFault } from '../faults/read-fault.ts';
import { collectLimits } from '../message-limits.ts';
import { includedAttachments } from '../mtom/inline-attachments.ts';
import { readWusPackage, type WusPackage } from '../mtom/read-package.ts';
import { WSA_NAMESPACE } from '../namespaces.ts';
import type { PartnerJudge, WusParts } from '../parts.ts';
import { partnerTerms } from '../partner-terms.ts';
import type { OpenedEnvelope } from '../security/security.ts';
import { verifySecurity } from '../security/verify-security.ts';
import type { ConsumedService } from '../service.ts';
import type { WsdlOperation } from '../wsdl/wsdl.ts';
import { brokenOff } from './call-failures.ts';

export interface AnswerReader extends PartnerJudge, Pick<WusParts, 'payloads'> {}

/** The request that an answer has to fit. */
export interface SentRequest {
  readonly service: ConsumedService;
  readonly operation: WsdlOperation;
  readonly messageId: string;
  readonly signatureValue: string | undefined;
}

export interface ReadAnswer {
  readonly outcome: WusOutcome;
  /** '' for a fault that says none. */
  readonly answerId: string;
  /** Never throws. */
  discard(): Promise<void>;
}

/**
 * The outcome that the partner vouches for: as the profile wants it, signed by the partner, confirming and related to this request.
 * Throws WUS_PEER_ANSWER (no answer of SOAP), WUS_PEER_TIMEOUT, WUS_PEER_UNREACHABLE (it broke off), WUS_ANSWER, WUS_RELATES_TO,
 * WUS_FAULT_UNPROVEN, and what addressing and security throw for a message of anybody. When it throws nothing is left in the payload store. @spec Digikoppeling WB011, WB013, WB014, WA001
 */
export async function readAnswer(answer: IncomingAnswer, sent: SentRequest, reader: AnswerReader): Promise<ReadAnswer> {
  const { status } = answer;
  if (status !== 200 && status !== 500) {
    answer.parts?.destroy();
    throw new GatewayError('WUS_PEER_ANSWER', {
      detail: `status ${status}, Content-Type ${answer.contentType ?? 'none'}`,
    });
  }
  const read = await readPackage(answer, sent, reader);
  try {
    const opened = await requireProven(read, sent, reader);
    return { ...outcomeOf(opened, status, sent), discard: () => read.discard() };
  } catch (error) {
    await read.discard();
    throw error;
  }
}

async function readPackage(
  { body, parts, contentType }: IncomingAnswer,
  { service }: SentRequest,
  { payloads, clock }: AnswerReader,
): Promise<WusPackage<TimedEnvelope>> {
  const stream = parts ?? Readable.from([body]);
  try {
    return await readWusPackage(stream, contentType, {
      payloads,
      limits: collectLimits(service),
      readEnvelope(root) {
        const parsed = parseArrived(root.envelope, root.charset);
        checkHeaderBlocks(parsed.soap, service.profile);
        return { ...parsed, arrivedAt: clock.now() };
      },
    });
  } catch (error) {
    throw unusable(error);
  } finally {
    stream.destroy();
  }
}

/** What cannot be read is no answer; what we could not do ourselves stays what it is. */
function unusable(thrown: unknown): unknown {
  if (!(thrown instanceof GatewayError) || thrown.row.retriable || thrown.code === 'WUS_ANSWER') return thrown;
  if (thrown.code === 'HTTP_MALFORMED') return brokenOff(thrown);
  return new GatewayError('WUS_ANSWER', { detail: `${thrown.code} ${thrown.message}`, cause: thrown });
}

/** A fault that does not hold is told apart: it may say why, but nobody answers for it. */
async function requireProven(
  read: WusPackage<TimedEnvelope>,
  sent: SentRequest,
  reader: AnswerReader,
): Promise<OpenedEnvelope> {
  try {
    return await prove(read, sent, reader);
  } catch (error) {
    const fault = readFault(read.envelope.soap);
    if (fault === undefined || (error instanceof GatewayError && error.row.retriable)) throw error;
    const reason = error instanceof GatewayError ? error.code : String(error);
    const { faultcode, faultstring } = fault;
    throw new GatewayError('WUS_FAULT_UNPROVEN', {
      detail: `${faultcode.localName} ${JSON.stringify(faultstring)}, which does not hold: ${reason}`,
      cause: error,
    });
  }
}

async function prove(
  { envelope, attachments }: WusPackage<TimedEnvelope>,
  { service, signatureValue }: SentRequest,
  { partners, trust, decrypter, clock, log, skewMs, maxAgeMs }: AnswerReader,
): Promise<OpenedEnvelope> {
  const { partner, profile } = service;
  const { allow, certificates } = partnerTerms(partners, partner);
  const weakened = (weakening: string): void => log.warn({ partner, weakening }, 'a weakening was used');
  const opened = await openEnvelope({ ...envelope, attachments }, service, { decrypter, allow, weakened });
  if (!profile.signed) return opened;
  const now = clock.now();
  const { certificate } = await verifySecurity(opened, {
    now: timeOfArrival(envelope, { now, maxAgeMs }),
    skewMs,
    maxAgeMs,
    allow,
    certificates,
    confirms: signatureValue === undefined ? [] : [signatureValue],
    weakened,
  });
  await trust.check(certificate, now);
  const oin = certificateOin(certificate);
  if (oin === partner) return opened;
  throw new GatewayError('WUS_TOKEN', { detail: `the answer of ${partner} is signed by OIN ${oin ?? 'none'}` });
}

function outcomeOf(
  opened: OpenedEnvelope,
  status: number,
  { operation, messageId }: SentRequest,
): Pick<ReadAnswer, 'outcome' | 'answerId'> {
  const fault = readFault(opened.soap);
  if (fault !== undefined) return faultOf(fault, opened, messageId);
  const addressing = checkAnswer(parseAddressing(opened.soap.header), messageId);
  requireOutput(addressing, status, operation);
  const element = bodyElement(opened.soap);
  if (!isElement(element, operation.output)) {
    throw new GatewayError('WUS_ANSWER', {
      detail: `{${element.namespace}}${element.localName} is not the output of ${operation.name}`,
    });
  }
  const attachments = includedAttachments(element, opened.attachments);
  return {
    outcome: { kind: 'answer', content: { body: standalone(element), attachments } },
    answerId: addressing.messageId,
  };
}

/**
 * A fault may come from where addressing was not read yet, and says nothing of it then; what it says must be true. Signed ones
 * confirm the request anyway.
 */
function faultOf(
  fault: WusFault,
  { soap }: OpenedEnvelope,
  sent: string,
): { readonly outcome: WusOutcome; readonly answerId: string } {
  const { relatesTo, messageId } = parseAddressing(soap.header);
  if (relatesTo !== undefined && relatesTo !== UNSPECIFIED && relatesTo !== sent)
    throw new GatewayError('WUS_RELATES_TO', { detail: `a fault relates to ${relatesTo}, not to ${sent}` });
  return { outcome: { kind: 'fault', fault }, answerId: messageId ?? '' };
}

const UNSPECIFIED = `${WSA_NAMESPACE}/unspecified`;

function requireOutput({ action }: AnswerAddressing, status: number, { name, outputAction }: WsdlOperation): void {
  if (action !== outputAction)
    throw new GatewayError('WUS_ANSWER', { detail: `wsa:Action ${action} is not that of the answer of ${name}` });
  if (status !== 200) throw new GatewayError('WUS_ANSWER', { detail: `status ${status} with what is no fault` });
}
