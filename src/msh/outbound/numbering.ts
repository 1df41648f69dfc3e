import type { Agreement } from '../../cpa/agreement.ts';
import { GatewayError } from '../../errors.ts';
import type { OrderPlace, SubmitOutcome } from '../../ports/store.ts';
import type { PartnerTerms } from '../parts.ts';
import { isSynchronous } from '../sync-reply.ts';

/** Conversations whose next number is remembered: after these the store is asked, at the price of a signature. */
const REMEMBERED = 1000;
const TRIES = 10;
const FIRST: OrderPlace = { number: 0, reset: true };

type Submit = (place: OrderPlace) => Promise<SubmitOutcome>;

/**
 * Numbers the messages of a conversation. The number is signed with the message, and the store takes the message only
 * when the number is still the next one; so no number is skipped or used twice, whatever fails between. Within this
 * process the messages of a conversation queue, so that one of them is seldom signed twice. @spec ebMS2 §9.1.1
 */
export class Numbering {
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #next = new Map<string, OrderPlace>();

  async submit(conversation: string, submit: Submit): Promise<SubmitOutcome> {
    const before = this.#queues.get(conversation) ?? Promise.resolve();
    const submitted = before.then(() => this.#inTurn(conversation, submit));
    const settled = submitted.catch(() => undefined);
    this.#queues.set(conversation, settled);
    try {
      return await submitted;
    } finally {
      if (this.#queues.get(conversation) === settled) this.#queues.delete(conversation);
    }
  }

  async #inTurn(conversation: string, submit: Submit): Promise<SubmitOutcome> {
    let place = this.#next.get(conversation) ?? FIRST;
    for (let tries = 0; tries < TRIES; tries += 1) {
      const outcome = await submit(place);
      if (outcome.kind === 'submitted') this.#remember(conversation, { number: place.number + 1, reset: false });
      if (outcome.kind !== 'order-conflict') return outcome;
      place = outcome.next;
    }
    throw new GatewayError('BUSY', { detail: 'others number this conversation all the time' });
  }

  /** A wrong guess costs a signature and no more. */
  #remember(conversation: string, place: OrderPlace): void {
    this.#next.delete(conversation);
    this.#next.set(conversation, place);
    const [oldest] = this.#next.keys();
    if (this.#next.size > REMEMBERED && oldest !== undefined) this.#next.delete(oldest);
  }
}

/**
 * Whether messages under this agreement get a MessageOrder: the sender binding says Guaranteed, and the message has what
 * MessageOrder demands. One beside SyncReply is forbidden. @spec ebMS2 §9.1, §9.2
 */
export function isNumbered(agreement: Agreement, partner: PartnerTerms | undefined): boolean {
  return (
    agreement.messageOrder.sender &&
    partner?.messageOrder !== 'off' &&
    agreement.ackRequested === 'always' &&
    agreement.duplicateElimination === 'always' &&
    !isSynchronous(agreement.syncReplyMode)
  );
}
