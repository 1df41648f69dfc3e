import type { Agreement } from '../../cpa/agreement.ts';
import { typedKey } from '../../cpa/typed-value.ts';
import type { ApplicationMessage } from '../../ebms/message.ts';
import { GatewayError } from '../../errors.ts';
import type { Lease, OrderPlace, OutboundRecord, OutboxJob, PayloadRecord, SentTerms } from '../../ports/store.ts';
import type { SubmitRequest } from '../gateway.ts';
import type { Submitter } from './submitter.ts';

/** What the store keeps of a message that goes out. Throws CPA_INVALID when the partner has no address. */
export function recordOf(
  { header, ackRequested, syncReply }: ApplicationMessage,
  made: {
    readonly agreement: Agreement;
    readonly submitter: Pick<Submitter, 'partners' | 'clock'>;
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
