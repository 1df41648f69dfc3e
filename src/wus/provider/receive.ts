import { Readable } from 'node:stream';
import type { Clock } from '../../clock.ts';
import { GatewayError, toGatewayError } from '../../errors.ts';
import type { ConsultationEnd } from '../../ports/consultations.ts';
import type { IncomingRequest, OutgoingAnswer, Receive } from '../../ports/transport.ts';
import { checkHeaderBlocks } from '../envelope/header-blocks.ts';
import { parseArrived, type TimedEnvelope } from '../envelope/parse-arrived.ts';
import { collectLimits } from '../message-limits.ts';
import { readWusPackage } from '../mtom/read-package.ts';
import type { PartnerJudge } from '../parts.ts';
import type { WusProfile } from '../profiles.ts';
import type { WusOutcome } from '../content.ts';
import type { ProvidedService } from '../service.ts';
import type { ArrivedRoot } from '../../mime/package-collector.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import { accept } from './accept.ts';
import { address } from './address.ts';
import { announce, requireService } from './announce.ts';
import { type Reply, replyOf, type WrittenReply, writeReply } from './answer.ts';
import { authenticate } from './authenticate.ts';
import { consult, type Consulted, type Consulter } from './consult.ts';
import { type Refuser, refuse } from './refuse.ts';
import type { ReplayMemory } from './replay-memory.ts';
import { shownToPartner } from './shown-fault.ts';
import type { AcceptedRequest, AnnouncedRequest, Arrival, ReadRequest } from './stages.ts';

export interface Provider extends PartnerJudge, Refuser, Consulter {
  readonly services: ReadonlyMap<string, ProvidedService>;
  readonly memory: ReplayMemory;
  /** Work that an answer does not wait for. */
  background(work: Promise<void>): void;
  isStopping(): boolean;
}

/**
 * One request of a partner, from its headers to its answer:
 *
 *   headers → AnnouncedRequest → ReadRequest → AuthenticRequest → AddressedRequest → AcceptedRequest → backend → answer
 *
 * Each stage returns a narrower type than it took. What throws on the way is refused in one place.
 */
export function createReceive(provider: Provider): Receive {
  return async (request) => {
    const arrival: Arrival = {
      request,
      receivedAt: provider.clock.now(),
      stage: {},
      discard: undefined,
      consultation: undefined,
    };
    try {
      return await handle(arrival, provider);
    } catch (thrown) {
      return await refuse(toGatewayError(thrown), arrival, provider);
    } finally {
      if (arrival.discard !== undefined) provider.background(arrival.discard());
    }
  };
}

async function handle(arrival: Arrival, provider: Provider): Promise<OutgoingAnswer> {
  const accepted = await admit(arrival, provider);
  const { service, partner, remark } = accepted;
  if (remark !== undefined) provider.log.warn({ service: service.name, partner }, remark);
  const consulted = await consult(accepted, arrival, provider);
  return await reply(consulted, accepted, { arrival, provider });
}

/** All that can be said against it, before anyone is asked. A function of its own, since what it knows on the way ends with it. */
async function admit(arrival: Arrival, provider: Provider): Promise<AcceptedRequest> {
  const { request } = arrival;
  const service = requireService(request.path, provider.services);
  arrival.stage = { request, service };
  if (provider.isStopping()) throw new GatewayError('BUSY');
  const announced = announce(request, service, provider.partners);
  arrival.stage = announced;
  await requireUnrevoked(request, provider);
  const read = await readRequest(announced, provider);
  arrival.stage = read;
  arrival.discard = read.package.discard;
  const authentic = await authenticate(read, provider);
  arrival.stage = authentic;
  const addressed = address(authentic);
  arrival.stage = addressed;
  const accepted = accept(addressed, provider.memory);
  arrival.stage = accepted;
  return accepted;
}

/** Throws or rejects with CERTIFICATE_REVOKED, REVOCATION_UNKNOWN for who connects. @spec Digikoppeling PKI003 */
function requireUnrevoked({ clientCertificate }: IncomingRequest, { trust }: Provider): Promise<void> | undefined {
  return clientCertificate === undefined ? undefined : trust.checkPeer(clientCertificate);
}

async function readRequest(
  announced: AnnouncedRequest,
  { payloads, clock }: { readonly payloads: PayloadStore; readonly clock: Clock },
): Promise<ReadRequest> {
  const { request, service } = announced;
  const { profile } = service;
  const contentType = request.headers['content-type'];
  const read = await readWusPackage(request.body, typeof contentType === 'string' ? contentType : undefined, {
    payloads,
    limits: { ...collectLimits(service), memory: request.memory },
    readEnvelope: (root) => readEnvelope(root, profile, clock.now()),
  });
  return { ...announced, package: read };
}

function readEnvelope({ envelope, charset }: ArrivedRoot, profile: WusProfile, arrivedAt: number): TimedEnvelope {
  const parsed = parseArrived(envelope, charset);
  checkHeaderBlocks(parsed.soap, profile);
  return { ...parsed, arrivedAt };
}

async function reply(
  consulted: Consulted,
  accepted: AcceptedRequest,
  { arrival, provider }: { readonly arrival: Arrival; readonly provider: Provider },
): Promise<OutgoingAnswer> {
  const { operation, addressing, service, partner } = accepted;
  const { outcome } = consulted;
  const shown = service.backend.faults === 'all' ? outcome : shownToPartner(outcome, operation);
  if (shown !== outcome) noteHeldBack(outcome, accepted, provider);
  const answering = replyOf(shown, operation, addressing.messageId);
  const written = await writeRecorded(answering, accepted, { consulted, provider });
  const end: ConsultationEnd = {
    result: outcome.kind === 'answer' ? 'answered' : 'fault',
    code: outcome.kind === 'answer' ? undefined : outcome.fault.faultcode.localName,
    detail: accepted.remark,
    durationMs: provider.clock.now() - arrival.receivedAt,
    answerId: written.messageId,
    ...contentToKeep(accepted, answering),
  };
  provider.background(record(end, arrival.consultation, provider));
  const { messageId } = addressing;
  provider.log.info(
    { service: service.name, operation: operation.name, partner, messageId },
    `consultation ${end.result}`,
  );
  const discard = (): void => {
    provider.background(consulted.discard());
    provider.background(written.discard());
  };
  if (written.answer.body instanceof Readable) return { ...written.answer, written: discard };
  discard();
  return written.answer;
}

/** What a partner does not get is for operators. */
function noteHeldBack(
  outcome: WusOutcome,
  { service, operation, partner, addressing: { messageId } }: AcceptedRequest,
  { log }: Provider,
): void {
  if (outcome.kind === 'answer') return;
  const { faultcode, faultstring, detail } = outcome.fault;
  const fault = { code: faultcode.localName, text: faultstring, detail: Buffer.concat(detail).toString('utf8') };
  log.warn(
    { service: service.name, operation: operation.name, partner, messageId, fault },
    'a fault of a backend was not passed on whole',
  );
}

/** The answer, which is signed while the record still goes to disk. What throws leaves nothing of it behind. */
async function writeRecorded(
  answering: Reply,
  accepted: AcceptedRequest,
  { consulted, provider }: { readonly consulted: Consulted; readonly provider: Provider },
): Promise<WrittenReply> {
  const [written, recorded] = await Promise.allSettled([writeReply(answering, accepted, provider), consulted.recorded]);
  if (written.status === 'rejected') {
    await consulted.discard();
    throw ourFailure(written.reason);
  }
  if (recorded.status === 'fulfilled') return written.value;
  const { body } = written.value.answer;
  if (body instanceof Readable) body.destroy();
  await Promise.all([consulted.discard(), written.value.discard()]);
  throw recorded.reason;
}

/** Nothing that a partner did: a missing key of ours must not look like a wrong one of theirs. */
function ourFailure(thrown: unknown): GatewayError {
  const error = toGatewayError(thrown);
  if (error.row.retriable || error.code === 'WUS_INLINE_LIMIT') return error;
  return new GatewayError('INTERNAL', { detail: `the answer: ${error.code} ${error.message}`, cause: thrown });
}

function contentToKeep({ service, content }: AcceptedRequest, answering: Reply): Pick<ConsultationEnd, 'content'> {
  return service.logContent ? { content: { request: content.body, answer: answering.content.body } } : {};
}

/** Waits for the disk, and so knows nothing of the request but the id of its record. */
async function record(
  end: ConsultationEnd,
  consultation: string | undefined,
  { consultations, log }: Provider,
): Promise<void> {
  if (consultation === undefined) return;
  try {
    await consultations.end(consultation, end);
  } catch (thrown) {
    log.error({ err: toGatewayError(thrown), consultation }, 'the end of a consultation could not be stored');
  }
}
