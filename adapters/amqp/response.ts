import { GatewayError } from '../../src/index.ts';
import type { HandoverLetter } from '../../src/index.ts';
import { whyOf } from './publisher.ts';
import type { ReaderParts } from './queue-reader.ts';
import { undeliverable } from './reply.ts';
import type { Publication } from './transport.ts';

/** So long a response waits for its queue: over a weekend, too. */
const LONGEST_MS = 3 * 24 * 60 * 60 * 1000;

/**
 * Hands a response to the queue that was named for it. One whose queue does not take it for three days lies among what is refused: the
 * application may be gone with its queue, and nobody could make room for it. Throws HANDOVER_FAILED.
 */
export async function deliverResponse(
  publication: Publication,
  receivedAt: number,
  { publisher, clock, settings }: Pick<ReaderParts, 'publisher' | 'clock' | 'settings'>,
): Promise<HandoverLetter | void> {
  const outcome = await publisher.offer(publication);
  if (outcome.is === 'confirmed') return;
  const detail = whyOf(outcome, publication);
  if (clock.now() - receivedAt < LONGEST_MS) throw new GatewayError('HANDOVER_FAILED', { detail });
  await publisher.refuse(undeliverable(publication, detail, settings));
  return { code: 'REPLY_UNDELIVERABLE', detail };
}
