import type { Clock } from '../../clock.ts';
import { GatewayError } from '../../errors.ts';
import type { Argument, OperationName, Result } from './operations/index.ts';
import type { WorkerSettings } from './protocol.ts';
import { WorkerLink } from './worker-link.ts';

/** After this time without a question the thread goes: it costs some 10 MB. */
const IDLE_MS = 30_000;

/** What may take long: lists, searches, the audit. None of them changes anything. */
export type ReadName = Extract<
  OperationName,
  | 'listMessages'
  | 'listEventsAbout'
  | 'listRefusals'
  | 'listCpas'
  | 'auditTotals'
  | 'auditMessages'
  | 'auditEvents'
  | 'listConsultations'
  | 'findConsultation'
  | 'listDeadLetters'
>;

interface ReadLinkOptions {
  readonly worker: URL;
  readonly settings: WorkerSettings;
  readonly clock: Clock;
}

/**
 * A second connection, read-only, on a thread of its own: a slow search delays no message. It is started by the first
 * question and let go when nobody asks any more. It sees every transaction whose promise has resolved.
 */
export class ReadLink {
  readonly #options: ReadLinkOptions;
  #link: WorkerLink | undefined;
  #asking = 0;
  #closed = false;
  #cancelIdle: (() => void) | undefined;
  #leaving: Promise<void> = Promise.resolve();

  constructor(options: ReadLinkOptions) {
    this.#options = options;
  }

  /** Whether the thread is there. */
  get running(): boolean {
    return this.#link !== undefined;
  }

  async call<Name extends ReadName>(name: Name, argument: Argument<Name>): Promise<Result<Name>> {
    if (this.#closed) throw new GatewayError('STORE_UNAVAILABLE', { detail: 'the store is closed' });
    this.#cancelIdle?.();
    const { worker, settings } = this.#options;
    this.#link ??= new WorkerLink({ worker, settings: { ...settings, readOnly: true }, restartable: true });
    this.#asking++;
    try {
      return await this.#link.call(name, () => argument);
    } finally {
      this.#asking--;
      if (this.#asking === 0 && this.#link !== undefined) this.#leaveLater();
    }
  }

  /** What was asked is answered first. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelIdle?.();
    this.#leave();
    await this.#leaving;
  }

  #leaveLater(): void {
    const { clock } = this.#options;
    this.#cancelIdle?.();
    this.#cancelIdle = clock.schedule(clock.now() + IDLE_MS, () => this.#leave());
  }

  #leave(): void {
    const link = this.#link;
    this.#link = undefined;
    if (link !== undefined) this.#leaving = Promise.all([this.#leaving, link.close()]).then(() => undefined);
  }
}
