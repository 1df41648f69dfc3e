import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../../clock.ts';
import type { ListFetcher } from '../../ports/trust.ts';
import { type RevocationList, readLists } from './list.ts';
import { readBounded } from './list-files.ts';

export interface ListDownloadsOptions {
  readonly fetch: ListFetcher;
  /** Where lists are kept, so that a restart needs no network; undefined: nowhere. */
  readonly folder: string | undefined;
  readonly maxBytes: number;
  readonly clock: Clock;
  /** Throws CRL_INVALID. */
  readonly take: (url: string, lists: readonly RevocationList[]) => void;
  readonly failed: (url: string, error: unknown) => void;
}

interface Download {
  /** When to fetch it (again); ms since 1970. */
  due: number;
  failures: number;
  running: Promise<void> | undefined;
}

const REFRESH_MS = 4 * 3_600_000;
const SOONEST_MS = 60_000;
const LONGEST_PAUSE_MS = 900_000;
/** A CA chooses the addresses; a certificate for every message with an address of its own fills no memory. */
const MAX_DOWNLOADS = 100;

/** The lists at the addresses that certificates name: fetched at first need, and again well before they end. */
export class ListDownloads {
  readonly #options: ListDownloadsOptions;
  readonly #downloads = new Map<string, Download>();

  constructor(options: ListDownloadsOptions) {
    this.#options = options;
  }

  /** Whether `want` could bring something now: an address that was not tried yet, or not lately. */
  hopes(urls: readonly string[]): boolean {
    return urls.filter(isWeb).some((url) => this.#isHopeful(url));
  }

  /** Sees to it that these lists are there, and kept fresh from now on. Never rejects. */
  async want(urls: readonly string[]): Promise<void> {
    await Promise.all(urls.filter(isWeb).map((url) => this.#ensure(url)));
  }

  async poll(): Promise<void> {
    const now = this.#options.clock.now();
    const due = [...this.#downloads].filter(([, one]) => one.due <= now && one.running === undefined);
    await Promise.all(due.map(([url, one]) => this.#run(one, () => this.#fetch(url, one))));
  }

  #isHopeful(url: string): boolean {
    const known = this.#downloads.get(url);
    if (known === undefined) return this.#downloads.size < MAX_DOWNLOADS;
    return known.running !== undefined || known.due <= this.#options.clock.now();
  }

  #ensure(url: string): Promise<void> {
    if (!this.#isHopeful(url)) return Promise.resolve();
    const known = this.#downloads.get(url);
    if (known !== undefined) return known.running ?? this.#run(known, () => this.#fetch(url, known));
    const download: Download = { due: 0, failures: 0, running: undefined };
    this.#downloads.set(url, download);
    return this.#run(download, () => this.#begin(url, download));
  }

  #run(download: Download, work: () => Promise<void>): Promise<void> {
    download.running = work().finally(() => {
      download.running = undefined;
    });
    return download.running;
  }

  /** What was kept from before, if it still counts. */
  async #begin(url: string, download: Download): Promise<void> {
    const file = this.#fileOf(url);
    try {
      const kept = file === undefined ? [] : readLists(await readBounded(file, this.#options.maxBytes));
      if (kept.length > 0) this.#take(url, kept, download);
      // Fetched some time ago: the next poll looks for a newer one, behind the work.
      if (kept.length > 0 && kept.every(({ nextUpdate }) => nextUpdate > this.#options.clock.now())) {
        download.due = 0;
        return;
      }
    } catch {
      // Not kept, or not usable: it is fetched.
    }
    await this.#fetch(url, download);
  }

  async #fetch(url: string, download: Download): Promise<void> {
    const { fetch, maxBytes, clock, failed } = this.#options;
    try {
      const octets = await fetch(url, maxBytes);
      this.#take(url, readLists(octets), download);
      await this.#keep(url, octets);
    } catch (error) {
      const pause = Math.min(SOONEST_MS * 2 ** download.failures, LONGEST_PAUSE_MS);
      download.failures += 1;
      download.due = clock.now() + pause;
      failed(url, error);
    }
  }

  #take(url: string, lists: readonly RevocationList[], download: Download): void {
    this.#options.take(url, lists);
    const now = this.#options.clock.now();
    const end = Math.min(...lists.map(({ nextUpdate }) => nextUpdate));
    download.failures = 0;
    download.due = now + Math.max(SOONEST_MS, Math.min(REFRESH_MS, (end - now) / 2));
  }

  /** Whole or not at all; a disk that is full costs the next start a download, and no message. */
  async #keep(url: string, octets: Uint8Array): Promise<void> {
    const file = this.#fileOf(url);
    if (file === undefined) return;
    try {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const fresh = `${file}.${randomUUID()}`;
      await writeFile(fresh, octets, { mode: 0o600 });
      await rename(fresh, file);
    } catch (error) {
      this.#options.failed(url, error);
    }
  }

  #fileOf(url: string): string | undefined {
    const { folder } = this.#options;
    return folder && join(folder, `${createHash('sha256').update(url).digest('hex')}.crl`);
  }
}

function isWeb(url: string): boolean {
  return /^https?:\/\//i.test(url);
}
