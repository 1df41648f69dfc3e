import type { Agreement } from '../../cpa/agreement.ts';
import { partyKeyOf, typedKey } from '../../cpa/typed-value.ts';
import type { ApplicationMessage } from '../../ebms/message.ts';
import type { Lease, OrderPlace, OutboundRecord, OutboxJob, PayloadRecord, SentTerms } from '../../ports/store.ts';
import { requireDestination } from '../endpoint.ts';
import type { SubmitRequest } from '../message-use-cases.ts';
import type { Submitter } from './submitter.ts';

/** What the store keeps of a message that goes out. Throws CPA_INVALID when the partner has no address. */
export function recordOf(
  { header, ackRequested, syncReply }: ApplicationMessage,
  made: {
    readonly agreement: Agreement;
    readonly submitter: Pick<Submitter, 'partners' | 'clock' | 'user'>;
    readonly envelope: Buffer;
    readonly payloads: readonly PayloadRecord[];
    readonly request: SubmitRequest;
    readonly order: OrderPlace | undefined;
  },
): OutboundRecord {
  const { agreement, submitter, request } = made;
  const { endpoint, lane } = requireDestination(agreement, submitter.partners);
  const now = submitter.clock.now();
  const { messageData } = header;
  return {
    messageId: messageData.messageId,
    cpaId: header.cpaId,
    fromPartyId: partyKeyOf(header.from.partyIds),
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
    ...(request.replyTo === undefined ? {} : { replyTo: request.replyTo }),
    ...(request.resendOf === undefined
      ? {}
      : { resend: resendOf(request.resendOf, header, { at: now, user: submitter.user }) }),
  };
}

function resendOf(
  of: string,
  header: ApplicationMessage['header'],
  { at, user }: { readonly at: number; readonly user: Submitter['user'] },
): NonNullable<OutboundRecord['resend']> {
  const { cpaId, messageData } = header;
  const by = user === undefined ? {} : { application: user.name };
  const about = { messageId: messageData.messageId, direction: 'out', cpaId } as const;
  return { of, event: { type: 'message.resent', at, ...about, data: { resendOf: of, ...by } } };
}

/** The attempt that needs no claim: the first, under a lease that `submitOutbound` gave. */
export function firstJob(record: OutboundRecord, lease: Lease): OutboxJob {
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

export function termsOf(record: OutboundRecord): Omit<SentTerms, 'state'> {
  const { cpaId, fromPartyId, fromRole, toPartyId, toRole, service, action } = record;
  const { timeToLive: until, retries, retryInterval, reliable, syncReply, ackSigned } = record;
  const parties = { cpaId, fromPartyId, fromRole, toPartyId, toRole, service, action };
  return { ...parties, timeToLive: until, retries, retryInterval, reliable, syncReply, ackSigned };
}
