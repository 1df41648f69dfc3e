import { GatewayError, toGatewayError } from '../../errors.ts';
import { newId } from '../../ids.ts';
import type { Consultation, ConsultationEnd, ConsultationLog } from '../../ports/consultations.ts';
import type { IncomingAnswer, OutgoingRequest, Transport } from '../../ports/transport.ts';
import type { WusOutcome } from '../content.ts';
import { largeMessageRemark } from '../large-messages.ts';
import { messageUri } from '../message-uri.ts';
import { type MessageWriter, writeMessage, type WrittenMessage } from '../outgoing/write-message.ts';
import { partnerTerms } from '../partner-terms.ts';
import type { ConsumedService, WusService } from '../service.ts';
import type { WsdlOperation } from '../wsdl/wsdl.ts';
import type { WusCall, WusCalled } from '../wus.ts';
import { answerRefused, transportFailure, underlying } from './call-failures.ts';
import { chooseOperation, requestAddressing, requireConsumed } from './prepare.ts';
import { type AnswerReader, type ReadAnswer, readAnswer, type SentRequest } from './read-answer.ts';

export interface Consumer extends AnswerReader, MessageWriter {
  readonly services: readonly WusService[];
  readonly consultations: ConsultationLog;
  readonly transport: Transport;
  isStopping(): boolean;
  /** Aborts when nothing may be waited for any longer. */
  readonly cutOff: AbortSignal;
}

/** Asks a partner once: whether a second time does harm, only the application knows. See `Wus.call`. */
export async function call(request: WusCall, consumer: Consumer): Promise<WusCalled> {
  try {
    if (consumer.isStopping()) throw new GatewayError('BUSY');
    const service = requireConsumed(request.service, consumer.services);
    const operation = chooseOperation(request, service);
    return await consult({ request, service, operation, id: newId(), at: consumer.clock.now() }, consumer);
  } finally {
    for (const { content } of request.content.attachments) await consumer.payloads.discard(content);
  }
}

interface Call {
  readonly request: WusCall;
  readonly service: ConsumedService;
  readonly operation: WsdlOperation;
  /** Of its record. */
  readonly id: string;
  readonly at: number;
}

/** The record goes to disk while the partner is asked; nothing is told to the application before it is there. */
async function consult(called: Call, consumer: Consumer): Promise<WusCalled> {
  const { request, operation, id } = called;
  const messageId = messageUri();
  const begun = begin(called, messageId, consumer);
  // Nobody is asked before it is certain that nobody was.
  if (request.key !== undefined) await begun;
  request.begun?.({ operation: operation.name, messageId, consultation: id });
  const asked = ask(called, messageId, consumer);
  const [record, answered] = await Promise.allSettled([begun, asked]);
  if (record.status === 'rejected') {
    if (answered.status === 'fulfilled') await answered.value.discard();
    throw record.reason;
  }
  if (answered.status === 'rejected') {
    throw await fail(called, { messageId, thrown: answered.reason, end: { result: 'failed' } }, consumer);
  }
  const { value: answer } = answered;
  const { outcome, answerId } = answer;
  const ended = { ...resultOf(called, outcome), answerId: answerId === '' ? undefined : answerId };
  try {
    if (outcome.kind === 'answer') await request.handOver?.(outcome.content, operation.name);
  } catch (error) {
    await answer.discard();
    const thrown = answerRefused(error);
    throw await fail(called, { messageId, thrown, end: { ...ended, result: 'undelivered' } }, consumer);
  }
  await end(called, ended, consumer);
  return { outcome, operation: operation.name, messageId, answerId, consultation: id, release: () => answer.discard() };
}

interface Failure {
  readonly messageId: string;
  readonly thrown: unknown;
  readonly end: Pick<Result, 'result'> & Partial<Result>;
}

/** On record and in the log with its precise code; gives what who called gets. */
async function fail(called: Call, { messageId, thrown, end: known }: Failure, consumer: Consumer): Promise<unknown> {
  const { name, partner } = called.service;
  const error = toGatewayError(thrown);
  const { code, detail } = underlying(error);
  await end(called, { answerId: undefined, ...known, code, detail }, consumer);
  const { result } = known;
  consumer.log.warn({ service: name, partner, messageId, result, code, detail }, 'a call failed');
  return error;
}

async function ask({ request, service, operation }: Call, messageId: string, consumer: Consumer): Promise<ReadAnswer> {
  const { partners, clock, transport } = consumer;
  const { discard, signatureValue, ...message } = await writeMessage(
    {
      service,
      addressing: requestAddressing(service, operation, messageId),
      content: request.content,
      confirms: undefined,
      encryptFor: service.encryptFor ?? partnerTerms(partners, service.partner).encryptFor,
      now: clock.now(),
    },
    consumer,
  );
  try {
    const answer = await post(transport, {
      url: service.endpoint,
      headers: headersOf(message, operation),
      contentLength: message.contentLength,
      body: message.body,
      timeoutMs: service.timeoutMs,
      maxAnswerBytes: service.maxEnvelopeBytes,
      takesParts: true,
      signal: consumer.cutOff,
    });
    return await read(answer, { service, operation, messageId, signatureValue }, consumer);
  } finally {
    await discard();
  }
}

async function post(transport: Transport, request: OutgoingRequest): Promise<IncomingAnswer> {
  try {
    return await transport.post(request);
  } catch (error) {
    throw transportFailure(error);
  }
}

async function read(answer: IncomingAnswer, sent: SentRequest, reader: AnswerReader): Promise<ReadAnswer> {
  try {
    return await readAnswer(answer, sent, reader);
  } catch (error) {
    throw answerRefused(error);
  }
}

/** @spec Digikoppeling WS002 */
function headersOf(
  { contentType }: Pick<WrittenMessage, 'contentType'>,
  { inputAction }: WsdlOperation,
): Record<string, string> {
  return { 'content-type': contentType, soapaction: `"${inputAction}"` };
}

function begin(
  { id, service, operation, at, request }: Call,
  messageId: string,
  { consultations, log }: Consumer,
): Promise<void> {
  const remark = largeMessageRemark(request.content);
  if (remark !== undefined) log.warn({ service: service.name, partner: service.partner }, remark);
  const key = request.key && { ...request.key, again: service.idempotent };
  const record: Consultation = {
    id,
    role: 'consumer',
    service: service.name,
    party: service.oin,
    operation: operation.name,
    partner: service.partner,
    tlsOin: undefined,
    at,
    messageId,
    answerId: undefined,
    result: 'running',
    code: undefined,
    detail: remark,
    durationMs: undefined,
    remote: new URL(service.endpoint).host,
  };
  return consultations.begin(record, key);
}

type Result = Omit<ConsultationEnd, 'durationMs'>;

function resultOf({ request, service }: Call, outcome: WusOutcome): Omit<Result, 'answerId'> {
  const isAnswer = outcome.kind === 'answer';
  const answer = isAnswer ? outcome.content.body : undefined;
  return {
    result: isAnswer ? 'answered' : 'fault',
    code: isAnswer ? undefined : outcome.fault.faultcode.localName,
    detail: isAnswer ? largeMessageRemark(request.content) : outcome.fault.faultstring,
    ...(service.logContent ? { content: { request: request.content.body, answer } } : {}),
  };
}

/** The partner was asked, whatever the store can take now. */
async function end({ id, at }: Call, result: Result, { consultations, clock, log }: Consumer): Promise<void> {
  try {
    await consultations.end(id, { ...result, durationMs: clock.now() - at });
  } catch (thrown) {
    log.error({ err: toGatewayError(thrown), consultation: id }, 'the end of a consultation could not be stored');
  }
}
