import type { Clock } from '../../clock.ts';
import type { GatewayError } from '../../errors.ts';
import type { Log } from '../../ports/log.ts';
import type { MessageDetail, Store } from '../../ports/store.ts';

interface UntoldParts {
  readonly store: Pick<Store, 'note'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Messages that are remembered as told; an application that asks for the same again and again is no news. */
const MOST = 10_000;

/** Tells once, in the life of the process, of each message in the inbox that an application cannot be given. */
export class Untold {
  readonly #parts: UntoldParts;
  readonly #told = new Set<string>();

  constructor(parts: UntoldParts) {
    this.#parts = parts;
  }

  /** Never throws. */
  async tell(message: MessageDetail, { code, detail = '' }: GatewayError): Promise<void> {
    const { messageId, cpaId, fromPartyId: from, destination = '', attempts } = message;
    const key = `${from}\n${messageId}`;
    if (this.#told.has(key)) return;
    if (this.#told.size >= MOST) this.#told.clear();
    this.#told.add(key);
    const { store, clock, log } = this.#parts;
    log.warn({ messageId, destination, code, detail }, 'a payload cannot be translated');
    const data = { from, destination, code, detail, attempts, stopped: true };
    const event = { type: 'handover.failed', at: clock.now(), messageId, direction: 'in', cpaId, data } as const;
    await store.note({ event }).catch((error: unknown) => {
      this.#told.delete(key);
      log.error({ messageId, err: error }, 'that a payload cannot be translated could not be stored');
    });
  }
}
