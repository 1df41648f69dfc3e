import { backoffMs, GatewayError, toGatewayError } from '../../src/index.ts';
import { pause } from './pause.ts';
import { whyOf } from './publisher.ts';
import type { ReaderParts } from './queue-reader.ts';
import { refusedPlace, refusedPublication } from './refusal.ts';
import { REPLY_KEY } from './routing-key.ts';
import type { ReplyAddress } from './reply-address.ts';
import type { AmqpSettings } from './settings.ts';
import type { Outcome, Publication } from './transport.ts';

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
 * Publishes it to the queue that was named. Where that takes nothing for a while (`mostWhereGone` attempts when there is no such
 * queue), or the gateway may not write there, it lies among what is refused, so that it neither is lost nor holds up others.
 * Rejects when `ended` comes first, and with HANDOVER_FAILED when even that has no place.
 */
export async function sendReply(
  reply: Reply,
  to: ReplyAddress,
  by: ReaderParts,
  ended: AbortSignal,
  mostWhereGone = MOST_ATTEMPTS,
): Promise<void> {
  const { publisher, clock, random, settings, log } = by;
  const publication = replyPublication(reply, to, clock.now());
  for (let attempt = 1; ; attempt++) {
    const outcome = await publisher.offer(publication).catch(unsaid);
    if (outcome.is === 'confirmed') return;
    ended.throwIfAborted();
    const most = outcome.is === 'returned' ? mostWhereGone : MOST_ATTEMPTS;
    if (attempt >= most || outcome.is === 'forbidden') {
      const detail = whyOf(outcome, publication);
      log.warn(
        { ...to, messageId: reply.messageId, detail },
        'an answer cannot be delivered, and lies among what is refused',
      );
      return await publisher.refuse(undeliverable(publication, detail, settings));
    }
    await pause(clock, backoffMs(attempt, random), ended);
  }
}

function unsaid(thrown: unknown): Outcome {
  const { code, detail = code } = toGatewayError(thrown);
  return { is: 'rejected', why: detail };
}

/** A publication that the queue named for it did not take, for where refused input lies. */
export function undeliverable(
  publication: Publication,
  detail: string,
  { protocol, refused }: Pick<AmqpSettings, 'protocol' | 'refused'>,
): Publication {
  const { routingKey: replyTo, properties, headers } = publication;
  const error = new GatewayError('REPLY_UNDELIVERABLE', { location: 'reply_to', detail });
  const copy = { ...publication, properties: { ...properties, replyTo }, headers: { ...headers, replyTo } };
  return refusedPublication(copy, refusedPlace({ protocol, refused }, REPLY_KEY), error);
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
