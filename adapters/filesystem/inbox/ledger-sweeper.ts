import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GatewayError } from '../../../src/index.ts';
import { removeAll, unless } from '../durable-files.ts';
import type { FilesHost } from '../host.ts';
import { Ledger } from './ledger.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Longer than any attempt lasts. */
const STAGING_MS = HOUR_MS;
/** An attempt that lost its lease has ended by then. */
const ENTRY_MS = 7 * DAY_MS;

/** Keeps the folder of the adapter small: what a crash left in staging, and entries of messages that are TAKEN. */
export class LedgerSweeper {
  readonly #ledger: Ledger;
  readonly #inbox: string;
  readonly #host: FilesHost;
  #cancel: (() => void) | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(inbox: string, host: FilesHost, work?: string) {
    this.#inbox = inbox;
    this.#ledger = new Ledger(inbox, work);
    this.#host = host;
  }

  start(): void {
    this.#running = this.#sweepDaily();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#running;
  }

  async #sweepDaily(): Promise<void> {
    const { clock, log } = this.#host;
    try {
      await this.sweep();
    } catch (err) {
      log.warn({ inbox: this.#inbox, err }, 'what is left of handing over could not be cleared');
    }
    if (this.#stopped) return;
    this.#cancel = clock.schedule(clock.now() + DAY_MS, () => this.start());
  }

  async sweep(): Promise<void> {
    await this.#ledger.prepare();
    for (const name of await readdir(this.#ledger.staging)) {
      const folder = join(this.#ledger.staging, name);
      if (await this.#isOlder(folder, STAGING_MS)) await removeAll(folder);
    }
    for (const stable of await this.#ledger.list()) {
      if (this.#stopped) return;
      const { folder, marker } = this.#ledger.entry(stable);
      if ((await this.#isOlder(marker, ENTRY_MS)) && (await this.#isTaken(marker))) await removeAll(folder);
    }
  }

  async #isOlder(path: string, ms: number): Promise<boolean> {
    const found = await unless('ENOENT', lstat(path));
    return found !== undefined && found.mtimeMs < this.#host.clock.now() - ms;
  }

  /** As long as the store may hand it over again its entry stays; so it does for a message of another gateway. */
  async #isTaken(marker: string): Promise<boolean> {
    const { messageId, fromPartyId }: Record<string, unknown> = JSON.parse(await readFile(marker, 'utf8'));
    if (typeof messageId !== 'string' || typeof fromPartyId !== 'string') return false;
    try {
      const { state } = await this.#host.gateway.messages.find(messageId, 'in', fromPartyId);
      return state === 'TAKEN';
    } catch (thrown) {
      if (thrown instanceof GatewayError && thrown.code === 'NOT_FOUND') return false;
      throw thrown;
    }
  }
}
