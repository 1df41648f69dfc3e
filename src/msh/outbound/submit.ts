import { toDateTime } from '../../clock.ts';
import type { Clock } from '../../clock.ts';
import type { Agreement } from '../../cpa/agreement.ts';
import { parsePartyKey, parseServiceKey } from '../../cpa/party-lookup.ts';
import { resolveSend } from '../../cpa/resolve.ts';
import { typedKey } from '../../cpa/typed-value.ts';
import type { ApplicationMessage, MessageOrder } from '../../ebms/message.ts';
import { writeMessage, type WriteExtra } from '../../ebms/write-message.ts';
import { GatewayError } from '../../errors.ts';
import { newId, newMessageId } from '../../ids.ts';
import { encodeCid } from '../../mime/content-id.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type {
  Lease,
  OrderPlace,
  OutboundRecord,
  OutboxJob,
  PayloadRecord,
  SentTerms,
  Store,
  SubmitOutcome,
} from '../../ports/store.ts';
import type { Signer } from '../../ports/trust.ts';
import { ACTOR_NEXT, ACTOR_NEXT_MSH } from '../../soap/header-blocks.ts';
import { digestAlgorithm } from '../../xmlsec/algorithms.ts';
import { signEnvelope } from '../../xmlsec/sign.ts';
import type { CpaRegister } from '../cpa-register.ts';
import { discardPayloads } from '../discard-payloads.ts';
import { endpointHost } from '../endpoint.ts';
import type { Submitted, SubmitRequest } from '../gateway.ts';
import { checkCpaDates } from '../inbound/checks/check-cpa-dates.ts';
import { readDigest } from '../inbound/read-package.ts';
import type { PartnerTerms } from '../parts.ts';
import { timeToLive } from '../retry-schedule.ts';
import { isSynchronous } from '../sync-reply.ts';
import { checkRequest } from './check-request.ts';
import { isNumbered, type Numbering } from './numbering.ts';
import { sealPayloads } from './seal-payloads.ts';
import type { WaitingRequest, WaitingRequests } from '../responses/waiting-requests.ts';
import { answerable } from '../responses/answerable.ts';
import type { OpenAnswer, Reservation } from './sender.ts';

export interface Submitter {
  readonly store: Store;
  readonly payloads: PayloadStore;
  readonly cpas: CpaRegister;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly ours: ReadonlySet<string>;
  readonly numbering: Numbering;
  readonly partners: ReadonlyMap<string, PartnerTerms>;
  readonly outbox: Outbox;
  /** Requests of partners whose HTTP answer may be a message of ours. */
  readonly waiting: WaitingRequests;
}

/** Who sends what is stored. */
export interface Outbox {
  reserve(lane: string): Reservation | undefined;
  wake(lane: string): void;
  leaseUntil(): number;
  answer(job: OutboxJob, terms: SentTerms, to: OpenAnswer): void;
}

/** Builds, signs once, stores, and only then answers. What it refuses leaves nothing behind. @spec ebMS2 §6.5.1 */
export async function submit(request: SubmitRequest, submitter: Submitter): Promise<Submitted> {
  try {
    const submitted = await store(request, submitter);
    if (submitted.repeated) await discard(request, submitter);
    return submitted;
  } catch (error) {
    await discard(request, submitter, error);
    throw error;
  }
}

async function store(request: SubmitRequest, submitter: Submitter): Promise<Submitted> {
  checkRequest(request);
  try {
    return await storeNew(request, submitter);
  } catch (refusal) {
    return await answerIfRepeated(request, submitter, refusal);
  }
}

async function storeNew(request: SubmitRequest, submitter: Submitter): Promise<Submitted> {
  const agreement = agreeToSend(request, submitter);
  const message = buildMessage(request, agreement, submitter.clock.now());
  const payloads = describePayloads(request, message);
  const sealed = sealPayloads(payloads, agreement, submitter.partners);
  const { messageId } = message.header.messageData;
  const submitAt = async (order: OrderPlace | undefined): Promise<SubmitOutcome> => {
    const placed = order === undefined ? message : { ...message, messageOrder: messageOrderOf(order) };
    // The signature covers the plain octets: the receiver decrypts first.
    const envelope = await seal(placed, payloads, { agreement, submitter });
    const record = recordOf(placed, { agreement, envelope, payloads: sealed, request, submitter, order });
    const waiting = answerable(submitter.waiting.find(message.header), agreement);
    if (waiting === undefined) return storeAndSend(record, submitter);
    const bundle = await sealBundle(placed, payloads, { agreement, submitter, waiting });
    return storeAndAnswer(bundle === undefined ? record : { ...record, bundle }, waiting, submitter);
  };
  if (!isNumbered(agreement, submitter.partners.get(typedKey(agreement.to.partyIds[0] ?? { value: '' }))))
    return submittedOf(await submitAt(undefined), messageId);
  const { cpaId, conversationId } = message.header;
  const conversation = JSON.stringify([cpaId, agreement.from.partyIds, conversationId]);
  return submittedOf(await submitter.numbering.submit(conversation, submitAt), messageId);
}

function submittedOf(outcome: SubmitOutcome, messageId: string): Submitted {
  switch (outcome.kind) {
    case 'submitted':
      return { messageId, state: 'QUEUED', repeated: false };
    case 'repeated':
      return { messageId: outcome.messageId, state: outcome.state, repeated: true };
    case 'idempotency-conflict':
      throw new GatewayError('IDEMPOTENCY_CONFLICT', { location: 'Idempotency-Key' });
    case 'message-exists':
      throw new GatewayError('MESSAGE_EXISTS', { location: 'messageId', detail: messageId });
    case 'order-conflict':
      throw new Error('a message without MessageOrder has no place');
  }
}

/** The first attempt begins as soon as the message is on disk: at once where its lane has a place, else by a claim. */
async function storeAndSend(record: OutboundRecord, { store: to, outbox }: Submitter): Promise<SubmitOutcome> {
  const place = outbox.reserve(record.lane);
  let lease: Lease | undefined;
  try {
    const outcome = await to.submitOutbound(place === undefined ? record : { ...record, leaseUntil: place.leaseUntil });
    if (outcome.kind === 'submitted') lease = outcome.lease;
    if (outcome.kind === 'submitted' && lease === undefined) outbox.wake(record.lane);
    return outcome;
  } finally {
    if (lease === undefined) place?.release();
    else place?.run(firstJob(record, lease));
  }
}

/** The first attempt is the HTTP answer to the request, where that still waits when the message is about to be stored. */
async function storeAndAnswer(
  record: OutboundRecord,
  waiting: WaitingRequest,
  submitter: Submitter,
): Promise<SubmitOutcome> {
  if (!waiting.claim()) {
    const { bundle: _bundle, ...alone } = record;
    return storeAndSend(alone, submitter);
  }
  const { store: to, outbox } = submitter;
  let lease: Lease | undefined;
  try {
    const outcome = await to.submitOutbound({ ...record, leaseUntil: outbox.leaseUntil() });
    if (outcome.kind === 'submitted') lease = outcome.lease;
    return outcome;
  } finally {
    if (lease === undefined) waiting.release();
    else {
      const job = firstJob({ ...record, envelope: record.bundle ?? record.envelope }, lease);
      outbox.answer(job, { ...termsOf(record), state: 'QUEUED' }, waiting);
    }
  }
}

function firstJob(record: OutboundRecord, lease: Lease): OutboxJob {
  const { endpoint, lane, envelope, payloads, messageId } = record;
  return {
    lease,
    endpoint,
    lane,
    envelope,
    payloads,
    messageId,
    attempt: 1,
    message: { ...termsOf(record), state: 'QUEUED' },
  };
}

function termsOf(record: OutboundRecord): Omit<SentTerms, 'state'> {
  const { cpaId, fromPartyId, fromRole, toPartyId, toRole, service, action } = record;
  const { timeToLive: until, retries, retryInterval, reliable, syncReply, ackSigned } = record;
  const parties = { cpaId, fromPartyId, fromRole, toPartyId, toRole, service, action };
  return { ...parties, timeToLive: until, retries, retryInterval, reliable, syncReply, ackSigned };
}

/** A CPA that was deactivated since, or a key that is gone, says nothing against a request that was answered then. */
async function answerIfRepeated(request: SubmitRequest, submitter: Submitter, refusal: unknown): Promise<Submitted> {
  const { idempotency } = request;
  const known =
    idempotency === undefined ? undefined : await submitter.store.findSubmitted(idempotency).catch(() => undefined);
  if (known === undefined) throw refusal;
  return submittedOf(known, '');
}

function messageOrderOf({ number, reset }: OrderPlace): MessageOrder {
  return { version: '2.0', sequenceNumber: String(number), status: reset ? 'Reset' : 'Continue' };
}

function agreeToSend(request: SubmitRequest, { cpas, clock, ours }: Submitter): Agreement {
  const known = cpas.get(request.cpaId);
  checkCpaDates({ known, receivedAt: clock.now() });
  const { cpa } = known;
  const agreement = resolveSend(cpa, {
    from: [parsePartyKey(request.from, cpa)],
    ...(request.to === undefined ? {} : { to: [parsePartyKey(request.to, cpa)] }),
    ...(request.fromRole === undefined ? {} : { fromRole: request.fromRole }),
    ...(request.toRole === undefined ? {} : { toRole: request.toRole }),
    service: parseServiceKey(request.service, cpa),
    action: request.action,
  });
  if (!agreement.from.partyIds.every((partyId) => ours.has(typedKey(partyId)))) {
    throw new GatewayError('NOT_OUR_PARTY', {
      location: 'from',
      detail: `${request.from} is not one of the parties of this gateway`,
    });
  }
  // Such a request for a receipt stands outside of the signature, and no receipt of the To Party would answer it.
  if (agreement.ackRequested === 'always' && agreement.actor === ACTOR_NEXT_MSH)
    throw new GatewayError('FEATURE_UNSUPPORTED', {
      location: 'cpaId',
      detail: 'the CPA asks receipts of the next MSH',
    });
  return agreement;
}

function buildMessage(request: SubmitRequest, agreement: Agreement, now: number): ApplicationMessage {
  const { messageId } = request;
  const until = timeToLive(now, agreement.retry, agreement.persistDuration);
  return {
    kind: 'ApplicationMessage',
    header: {
      version: '2.0',
      from: { partyIds: agreement.from.partyIds, role: agreement.from.role },
      to: { partyIds: agreement.to.partyIds, role: agreement.to.role },
      cpaId: agreement.cpa.cpaId,
      conversationId: request.conversationId ?? newId(),
      service: agreement.service,
      action: agreement.action,
      messageData: {
        messageId: messageId ?? newMessageId(endpointHost(ownEndpoint(agreement))),
        timestamp: toDateTime(now),
        refToMessageId: request.refToMessageId,
        timeToLive: until === undefined ? undefined : toDateTime(until),
      },
      duplicateElimination: agreement.duplicateElimination === 'always',
      descriptions: [],
    },
    syncReply: isSynchronous(agreement.syncReplyMode) ? { version: '2.0', actor: ACTOR_NEXT } : undefined,
    messageOrder: undefined,
    ackRequested:
      agreement.ackRequested === 'always'
        ? { version: '2.0', actor: agreement.actor, signed: agreement.ackSignatureRequested === 'always' }
        : undefined,
    nextMshAckRequested: false,
    manifest: undefined,
  };
}

/** The host of our own side: what the partner sends to. */
function ownEndpoint({ from, sendChannel }: Agreement): string | undefined {
  return from.info.transports.get(sendChannel.transportId)?.endpoints[0]?.uri;
}

function describePayloads(request: SubmitRequest, message: ApplicationMessage): readonly PayloadRecord[] {
  const host = message.header.messageData.messageId.split('@').at(-1) ?? 'localhost';
  return request.payloads.map(({ name, contentType, content }) => ({
    contentId: `${newId()}@${host}`,
    contentType,
    name,
    ...content,
  }));
}

interface Sealing {
  readonly agreement: Agreement;
  readonly submitter: Submitter;
}

/**
 * The same message with the receipt of the request in its header, for the HTTP answer; undefined where there is none to give.
 * A repeat goes without it: whoever reads no receipt beside a message can read that. @spec ebMS2 §6.3.2
 */
async function sealBundle(
  message: ApplicationMessage,
  payloads: readonly PayloadRecord[],
  { waiting, ...sealing }: Sealing & { readonly waiting: WaitingRequest },
): Promise<Buffer | undefined> {
  const { acknowledgment, referencesXml } = waiting.request;
  if (acknowledgment === undefined) return undefined;
  const extra = referencesXml === undefined ? {} : { referencesXml };
  return await seal({ ...message, acknowledgment }, payloads, { ...sealing, extra });
}

/** Octets of the envelope that every attempt will carry: signed now, or never. */
async function seal(
  message: ApplicationMessage,
  payloads: readonly PayloadRecord[],
  sealing: Sealing & { readonly extra?: WriteExtra },
): Promise<Buffer> {
  const references = payloads.map(({ contentId }) => ({ href: encodeCid(contentId), role: undefined }));
  const markup = writeMessage(
    references.length === 0 ? message : { ...message, manifest: { version: '2.0', references } },
    sealing.extra,
  );
  const { signing } = sealing.agreement;
  if (signing === undefined) return Buffer.from(markup, 'utf8');
  const { certificate, hashFunction, signatureAlgorithm } = signing;
  const { signer, payloads: payloadStore } = sealing.submitter;
  if (certificate === undefined || !signer.has(certificate))
    throw new GatewayError('SIGNING_KEY_MISSING', { location: 'from' });
  const hash = digestAlgorithm(hashFunction)?.hash;
  if (hash === undefined) throw new GatewayError('SIGNATURE_ALGORITHM', { detail: hashFunction });
  const parts = payloads.map(async ({ body, size, sha256, contentId, contentType, name }) => {
    const part = { contentId, contentType, name, content: { body, size, sha256 } };
    return { contentId, digest: await readDigest(hash, part, payloadStore) };
  });
  const sign = (name: string, data: Uint8Array): Promise<Buffer> => signer.sign(certificate, name, data);
  return signEnvelope({
    canonical: true,
    envelope: markup,
    parts: await Promise.all(parts),
    digest: hashFunction,
    signature: signatureAlgorithm,
    certificate,
    sign,
  });
}

function recordOf(
  { header, ackRequested, syncReply }: ApplicationMessage,
  made: Sealing & {
    readonly envelope: Buffer;
    readonly payloads: readonly PayloadRecord[];
    readonly request: SubmitRequest;
    readonly order: OrderPlace | undefined;
  },
): OutboundRecord {
  const { agreement, submitter, request } = made;
  const lane = typedKey(agreement.to.partyIds[0] ?? { value: '' });
  const endpoint = submitter.partners.get(lane)?.endpoint ?? agreement.endpoint;
  if (endpoint === undefined)
    throw new GatewayError('CPA_INVALID', { location: 'cpaId', detail: 'the partner has no Endpoint in the CPA' });
  const now = submitter.clock.now();
  const { messageData } = header;
  return {
    messageId: messageData.messageId,
    cpaId: header.cpaId,
    fromPartyId: typedKey(header.from.partyIds[0] ?? { value: '' }),
    fromRole: header.from.role,
    toPartyId: lane,
    toRole: header.to.role,
    service: typedKey(header.service),
    action: header.action,
    conversationId: header.conversationId,
    refToMessageId: messageData.refToMessageId,
    timestamp: Date.parse(messageData.timestamp),
    timeToLive: messageData.timeToLive === undefined ? undefined : Date.parse(messageData.timeToLive),
    storedAt: now,
    envelope: made.envelope,
    payloads: made.payloads,
    endpoint,
    lane,
    retries: agreement.retry.retries,
    retryInterval: agreement.retry.retryInterval,
    reliable: agreement.retry.reliable,
    syncReply: syncReply !== undefined,
    ackSigned: ackRequested?.signed === true,
    idempotency: request.idempotency,
    order: made.order,
    ...(request.resendOf === undefined ? {} : { resend: resendOf(request.resendOf, header, now) }),
  };
}

function resendOf(of: string, header: ApplicationMessage['header'], at: number): NonNullable<OutboundRecord['resend']> {
  const { cpaId, messageData } = header;
  const about = { messageId: messageData.messageId, direction: 'out', cpaId } as const;
  return { of, event: { type: 'message.resent', at, ...about, data: { resendOf: of } } };
}

async function discard(request: SubmitRequest, submitter: Submitter, reason?: unknown): Promise<void> {
  const bodies = request.payloads.map(({ content }) => content.body);
  await discardPayloads(bodies, reason, submitter);
}
