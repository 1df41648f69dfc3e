import { Deadlines, GatewayError } from '../../src/index.ts';
import type { Clock } from '../../src/index.ts';
import type { LinkUser } from './broker-connection.ts';
import type { Link, Outcome, Publication } from './transport.ts';

const CONFIRM_WITHIN_MS = 60_000;

/** Publishes with confirms: what the broker has not taken, or has no queue for, is not published. */
export class Publisher implements LinkUser {
  readonly #deadlines: Deadlines;
  readonly #failing = new Set<(detail: string) => void>();
  #link: Link | undefined;
  #blocked: string | undefined;

  constructor(clock: Clock) {
    this.#deadlines = new Deadlines(clock, CONFIRM_WITHIN_MS);
  }

  async open(link: Link): Promise<void> {
    this.#link = link;
  }

  lost(reason: string): void {
    this.#link = undefined;
    for (const fail of this.#failing) fail(`the connection to the broker was lost: ${reason}`);
  }

  block(reason: string | undefined): void {
    this.#blocked = reason;
  }

  /** Resolves once the broker has it in every queue it belongs to. Throws HANDOVER_FAILED; it may have been taken all the same. */
  async publish(publication: Publication): Promise<void> {
    const outcome = await this.offer(publication);
    if (outcome.is !== 'confirmed') throw failed(whyOf(outcome, publication));
  }

  /**
   * As `publish`, for where refused input goes. When somebody removed that, the link ends, so that it is declared anew with the next one;
   * over 1.0 nothing is declared, and it waits for an operator.
   */
  async refuse(publication: Publication): Promise<void> {
    const link = this.#link;
    const outcome = await this.offer(publication);
    if (outcome.is === 'confirmed') return;
    const why = whyOf(outcome, publication);
    if (outcome.is === 'returned' && publication.exchange !== '' && this.#link === link)
      link?.giveUp(publication, new Error(`${why}; it is declared anew`));
    throw failed(why);
  }

  /** What the broker says of it. Throws HANDOVER_FAILED where it says nothing; it may have been taken all the same. */
  offer(publication: Publication): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const link = this.#link;
      if (link === undefined) throw failed('there is no connection to the broker');
      if (this.#blocked !== undefined) throw failed(`the broker takes no messages now: ${this.#blocked}`);
      const end = (): void => {
        this.#failing.delete(fail);
        this.#deadlines.end(late);
      };
      const fail = (detail: string): void => {
        end();
        reject(failed(detail));
      };
      const late = (): void => {
        const why = `the broker confirmed nothing within ${CONFIRM_WITHIN_MS / 1000} s`;
        fail(why);
        // What is never confirmed would stay in memory for as long as the link holds. One that is blocked says so, and gets no more.
        if (this.#link === link && this.#blocked === undefined) link.giveUp(publication, new Error(why));
      };
      this.#failing.add(fail);
      this.#deadlines.begin(late);
      link.publish(publication).then(
        (outcome) => {
          end();
          resolve(outcome);
        },
        (error: unknown) => {
          end();
          reject(error);
        },
      );
    });
  }
}

/** Why a publication was not confirmed. */
export function whyOf({ is, why }: Outcome, publication: Publication): string {
  return why ?? (is === 'confirmed' ? 'it was confirmed' : WHY[is](publication));
}

const WHY: Readonly<Record<Exclude<Outcome['is'], 'confirmed'>, (publication: Publication) => string>> = {
  returned: ({ exchange, routingKey }) =>
    exchange === '' ? `there is no queue ${routingKey}` : `no queue is bound to exchange ${exchange} for ${routingKey}`,
  rejected: () => 'the broker refused it: a queue is full, or has no leader',
  forbidden: () => 'the user of the gateway may not write there',
};

function failed(detail: string): GatewayError {
  return new GatewayError('HANDOVER_FAILED', { detail });
}
