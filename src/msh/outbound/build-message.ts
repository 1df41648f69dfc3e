import { toDateTime } from '../../clock.ts';
import type { Agreement } from '../../cpa/agreement.ts';
import type { ApplicationMessage, MessageOrder } from '../../ebms/message.ts';
import { newId, newMessageId, newTimedId } from '../../ids.ts';
import type { OrderPlace, PayloadRecord } from '../../ports/store.ts';
import { ACTOR_NEXT } from '../../soap/header-blocks.ts';
import { endpointHost, ownEndpoint } from '../endpoint.ts';
import type { SubmitRequest } from '../message-use-cases.ts';
import { timeToLive } from '../retry-schedule.ts';
import { isSynchronous } from '../sync-reply.ts';

/** The message that the contract prescribes, still without Manifest and place in its conversation. `now` in ms since 1970. */
export function buildMessage(request: SubmitRequest, agreement: Agreement, now: number): ApplicationMessage {
  const { messageId } = request;
  const until = timeToLive(now, agreement.retry, agreement.persistDuration);
  return {
    kind: 'ApplicationMessage',
    header: {
      version: '2.0',
      from: { partyIds: agreement.from.partyIds, role: agreement.from.role },
      to: { partyIds: agreement.to.partyIds, role: agreement.to.role },
      cpaId: agreement.cpa.cpaId,
      conversationId: request.conversationId ?? newTimedId(),
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

/** A Content-ID of its own for each payload. */
export function describePayloads(request: SubmitRequest, message: ApplicationMessage): readonly PayloadRecord[] {
  const host = message.header.messageData.messageId.split('@').at(-1) ?? 'localhost';
  return request.payloads.map(({ name, contentType, content }) => ({
    contentId: `${newId()}@${host}`,
    contentType,
    name,
    ...content,
  }));
}

export function messageOrderOf({ number, reset }: OrderPlace): MessageOrder {
  return { version: '2.0', sequenceNumber: String(number), status: reset ? 'Reset' : 'Continue' };
}
