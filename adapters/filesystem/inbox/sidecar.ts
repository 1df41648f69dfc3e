import { hash } from 'node:crypto';
import { toDateTime } from '../../../src/index.ts';
import type { HandedMessage, HandedPayload } from '../../../src/index.ts';
import { endingOf } from '../content-types.ts';
import { compactTime, harmless } from '../names.ts';

const DIGEST_DIGITS = 32;

/**
 * The same for the same message at every attempt, another for every other: when it came, its MessageId as far as that
 * makes a name, and a digest of sender and MessageId. Names sort in the order in which messages came.
 */
export function stableName({ messageId, fromPartyId, receivedAt }: HandedMessage): string {
  const digest = hash('sha256', `${fromPartyId}\n${messageId}`, 'hex').slice(0, DIGEST_DIGITS);
  return `${compactTime(receivedAt)}_${harmless(messageId)}_${digest}`;
}

/** `n` counts from 1. */
export function payloadName(stable: string, n: number, { contentType }: HandedPayload): string {
  return `${stable}.${n}.${endingOf(contentType)}`;
}

export function sidecarName(stable: string): string {
  return `${stable}.json`;
}

/** What an application is told of a message, in the words of the headers that AMQP has. */
export function sidecarOf(message: HandedMessage): string {
  const stable = stableName(message);
  const { payloads } = message;
  return `${JSON.stringify(
    {
      messageId: message.messageId,
      conversationId: message.conversationId,
      refToMessageId: message.refToMessageId,
      timestamp: toDateTime(message.timestamp),
      receivedAt: toDateTime(message.receivedAt),
      cpaId: message.cpaId,
      fromPartyId: message.fromPartyId,
      fromRole: message.fromRole,
      toPartyId: message.toPartyId,
      toRole: message.toRole,
      service: message.service,
      action: message.action,
      payloads: payloads.map((payload, index) => ({
        file: payloadName(stable, index + 1, payload),
        name: payload.name,
        contentType: payload.contentType,
        size: payload.size,
        sha256: payload.sha256,
      })),
    },
    undefined,
    2,
  )}\n`;
}
