import { backoffMs, GatewayError, toGatewayError } from '../../src/index.ts';
import { pause } from './pause.ts';
import type { ReaderParts } from './queue-reader.ts';
import { refusedPublication } from './refusal.ts';
import { REPLY_KEY } from './routing-key.ts';
import type { ReplyAddress } from './reply-address.ts';
import type { Publication } from './transport.ts';

/** What it gets there. */
export interface Reply {
  readonly content: Buffer;
  readonly contentType: string;
  /** Stays the same when it comes twice. */
  readonly messageId: string;
  readonly type: string;
  readonly headers: Publication['headers'];
}

/** An error as an application that waits for an answer gets it, with what more is known. */
export function problemReply(
  error: GatewayError,
  more: { readonly messageId: string; readonly headers?: Reply['headers']; readonly fault?: object },
): Reply {
  const { code, row, location } = error;
  const { title, remedy, http: status } = row;
  const detail = code === 'INTERNAL' ? undefined : error.detail;
  const problem = { type: `urn:postiljon:error:${code}`, title, status, code, detail, location, remedy };
  return {
    content: Buffer.from(JSON.stringify({ ...problem, fault: more.fault })),
    contentType: 'application/problem+json',
    messageId: more.messageId,
    type: 'problem',
    headers: { ...more.headers, reason: code, title },
  };
}

const MOST_ATTEMPTS = 5;

/**
 * Publishes it to the queue that was named. Where that takes nothing for a while it lies among what is refused, so that it neither
 * is lost nor holds up others. Rejects when `ended` comes first, and with HANDOVER_FAILED when even that has no place.
 */
export async function sendReply(reply: Reply, to: ReplyAddress, by: ReaderParts, ended: AbortSignal): Promise<void> {
  const { publisher, clock, random, settings, log } = by;
  const publication = replyPublication(reply, to, clock.now());
  for (let attempt = 1; ; attempt++) {
    try {
      return await publisher.publish(publication);
    } catch (thrown) {
      ended.throwIfAborted();
      const { code, detail = code } = toGatewayError(thrown);
      const fields = { ...to, messageId: reply.messageId, detail };
      if (attempt === MOST_ATTEMPTS) {
        log.warn(fields, 'an answer cannot be delivered, and lies among what is refused');
        const error = new GatewayError('REPLY_UNDELIVERABLE', { location: 'reply_to', detail, cause: thrown });
        const copy = { ...publication, properties: { ...publication.properties, replyTo: to.replyTo } };
        const headers = { ...reply.headers, replyTo: to.replyTo };
        const place = { exchange: settings.refused, routingKey: REPLY_KEY };
        return await publisher.publish(refusedPublication({ ...copy, headers }, place, error));
      }
      await pause(clock, backoffMs(attempt, random), ended);
    }
  }
}

function replyPublication(
  { content, contentType, messageId, type, headers }: Reply,
  { replyTo, correlationId }: ReplyAddress,
  at: number,
): Publication {
  return {
    exchange: '',
    routingKey: replyTo,
    mandatory: true,
    content,
    properties: { messageId, correlationId, contentType, type, timestamp: Math.floor(at / 1000) },
    headers,
  };
}
