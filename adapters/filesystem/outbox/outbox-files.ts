import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../src/index.ts';
import { unless } from '../durable-files.ts';
import type { OutboxSettings } from '../settings.ts';
import { readRegular } from './read-regular.ts';
import { parseSidecar, SIDECAR_ENDING } from './sidecar.ts';
import type { Sidecar } from './sidecar.ts';

/** What a look at an outbox found. */
export interface Look {
  /** Names to claim now, in the order of their names. */
  readonly ready: readonly string[];
  /** When something that is there will have been quiet for long enough; ms since 1970. */
  readonly quietAt: number | undefined;
}

/** Names that programs give to what they have not written to its end; a dot before the name says the same. */
const UNFINISHED = /^\.|\.(?:tmp|part|partial|filepart|crdownload)$/i;

interface Seen {
  readonly size: number;
  readonly mtimeMs: number;
  readonly links: number;
  readonly regular: boolean;
  /** Since when it was seen like this. */
  readonly since: number;
}

/** Tells which files of an outbox are whole. It remembers between looks how long each has stayed as it is. */
export class OutboxFiles {
  readonly #settings: OutboxSettings;
  readonly #clock: Clock;
  #seen = new Map<string, Seen>();

  constructor(settings: OutboxSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  async look(): Promise<Look> {
    await this.#see();
    const names = [...this.#seen.keys()].sort();
    const ready = this.#settings.message === undefined ? await this.#messages(names) : names.filter(this.#isQuiet);
    const waiting = names.filter((name) => !this.#isQuiet(name)).map((name) => this.#quietAt(name));
    return { ready, quietAt: waiting.length === 0 ? undefined : Math.min(...waiting) };
  }

  async #see(): Promise<void> {
    const { folder } = this.#settings;
    const seen = new Map<string, Seen>();
    for (const name of await readdir(folder)) {
      if (UNFINISHED.test(name)) continue;
      const found = await unless('ENOENT', lstat(join(folder, name)));
      if (found === undefined || found.isDirectory()) continue;
      const { size, mtimeMs, nlink: links } = found;
      const before = this.#seen.get(name);
      const same = before?.size === size && before.mtimeMs === mtimeMs && before.links === links;
      const since = before !== undefined && same ? before.since : this.#clock.now();
      seen.set(name, { size, mtimeMs, links, regular: found.isFile(), since });
    }
    this.#seen = seen;
  }

  #quietAt(name: string): number {
    return (this.#seen.get(name)?.since ?? 0) + this.#settings.quietMs;
  }

  readonly #isQuiet = (name: string): boolean => this.#quietAt(name) <= this.#clock.now();

  /**
   * A sidecar that can be read and whose payloads are there is ready at once; one that cannot, or whose payloads are
   * missing, when it has been quiet: then it is refused. What another sidecar names is a payload whatever its ending.
   */
  async #messages(names: readonly string[]): Promise<readonly string[]> {
    const payloads = new Set<string>();
    const whole = new Set<string>();
    const candidates = names.filter((name) => name.toLowerCase().endsWith(SIDECAR_ENDING));
    for (const name of candidates) {
      const sidecar = await this.#tryRead(name);
      if (sidecar === undefined) continue;
      for (const { file } of sidecar.payloads) payloads.add(file);
      if (sidecar.payloads.every(({ file }) => this.#seen.get(file)?.regular === true)) whole.add(name);
    }
    const sidecars = candidates.filter((name) => !payloads.has(name) && (whole.has(name) || this.#isQuiet(name)));
    // A link or a pipe is no payload either; it would lie there for ever.
    const strange = names.filter((name) => this.#seen.get(name)?.regular === false && !payloads.has(name));
    return [...new Set([...sidecars, ...strange.filter(this.#isQuiet)])].sort();
  }

  /** undefined for what is no sidecar, or not yet. */
  async #tryRead(name: string): Promise<Sidecar | undefined> {
    const { folder, limits } = this.#settings;
    const seen = this.#seen.get(name);
    if (seen?.regular !== true || seen.size > limits.sidecar) return undefined;
    const chunks: Uint8Array[] = [];
    try {
      await readRegular(join(folder, name), limits.sidecar, (chunk) => void chunks.push(chunk));
      return parseSidecar(Buffer.concat(chunks), name);
    } catch {
      // Whatever it is: it is judged once it is quiet, and claimed.
      return undefined;
    }
  }
}
