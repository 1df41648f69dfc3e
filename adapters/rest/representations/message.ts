import { toDateTime } from '../../../src/index.ts';
import type {
  HandoverState,
  MessageDetail,
  MessageSummary,
  MessageUseCases,
  Page,
  PartnerError,
  Refusal,
} from '../../../src/index.ts';
import { API_BASE } from '../options.ts';

export function messageSummary(message: MessageSummary): object {
  return {
    messageId: message.messageId,
    direction: message.direction,
    state: message.state,
    stateAt: toDateTime(message.stateAt),
    cpaId: message.cpaId,
    fromPartyId: message.fromPartyId,
    fromRole: message.fromRole ?? null,
    toPartyId: message.toPartyId,
    toRole: message.toRole ?? null,
    service: message.service,
    action: message.action,
    conversationId: message.conversationId,
    refToMessageId: message.refToMessageId ?? null,
    timestamp: toDateTime(message.timestamp),
    timeToLive: message.timeToLive === undefined ? null : toDateTime(message.timeToLive),
    storedAt: toDateTime(message.storedAt),
    attempts: message.attempts,
    nextAttemptAt: message.nextAttemptAt === undefined ? null : toDateTime(message.nextAttemptAt),
    sequenceNumber: message.sequenceNumber ?? null,
    held: message.held,
    destination: message.destination ?? null,
  };
}

export function messageDetail(message: MessageDetail, isTranslated: MessageUseCases['isTranslated']): object {
  const choice = message.direction === 'in' ? `?from=${encodeURIComponent(message.fromPartyId)}` : '';
  return {
    ...messageSummary(message),
    payloads: message.payloads.map((payload, index) => ({
      number: index + 1,
      contentId: payload.contentId,
      contentType: payload.contentType,
      name: payload.name ?? null,
      size: payload.size,
      sha256: payload.sha256,
      json: isTranslated(message, index + 1),
      href: `${messagePath(message.messageId)}/payloads/${index + 1}${choice}`,
    })),
    signal: message.signal === undefined ? null : { messageId: message.signal.messageId },
    partnerError: message.partnerError === undefined ? null : partnerError(message.partnerError),
    ackSigned: message.ackSigned ?? null,
    syncReply: message.syncReply ?? null,
    resendOf: message.resendOf ?? null,
    replyTo: message.replyTo ?? null,
    handover: message.handover === undefined ? null : handoverState(message.handover),
  };
}

function handoverState({ attempts, failure, stopped }: HandoverState): object {
  return {
    attempts,
    failedAt: failure === undefined ? null : toDateTime(failure.at),
    code: failure?.code ?? null,
    detail: failure?.detail ?? null,
    stopped,
  };
}

function partnerError({ at, errorCode, severity, location, description }: PartnerError): object {
  return { at: toDateTime(at), errorCode, severity, location, description };
}

export function attemptList(message: MessageDetail): object {
  return {
    items: message.attemptLog.map((attempt) => ({
      number: attempt.number,
      startedAt: toDateTime(attempt.startedAt),
      endedAt: toDateTime(attempt.endedAt),
      status: attempt.status ?? null,
      code: attempt.code ?? null,
      detail: attempt.detail ?? null,
    })),
  };
}

export function refusal(entry: Refusal): object {
  return {
    id: entry.id,
    at: toDateTime(entry.at),
    code: entry.code,
    location: entry.location ?? null,
    detail: entry.detail ?? null,
    remote: entry.remote ?? null,
    messageId: entry.messageId ?? null,
    cpaId: entry.cpaId ?? null,
    fromPartyId: entry.fromPartyId ?? null,
    sample: Buffer.from(entry.sample).toString('base64'),
  };
}

export function pageOf<T>(page: Page<T>, represent: (item: T) => object): object {
  return { items: page.items.map(represent), ...(page.next === undefined ? {} : { next: page.next }) };
}

export function messagePath(messageId: string): string {
  return `${API_BASE}/messages/${encodeURIComponent(messageId)}`;
}
