import { isUtf8 } from 'node:buffer';
import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Clock } from '../../../src/index.ts';
import { unless } from '../durable-files.ts';
import { encodedName } from '../names.ts';
import type { OutboxSettings } from '../settings.ts';
import { readRegular } from './read-regular.ts';
import { parseSidecar, SIDECAR_ENDING } from './sidecar.ts';
import type { Sidecar } from './sidecar.ts';

/** What a look at an outbox found. */
export interface Look {
  /** Names to claim now, in the order of their names. */
  readonly ready: readonly string[];
  /** To claim and refuse now: their names are not UTF-8, so that no string leads to them. */
  readonly misnamed: readonly Misnamed[];
  /** When something that is there will have been quiet for long enough; ms since 1970. */
  readonly quietAt: number | undefined;
}

export interface Misnamed {
  /** Percent-encoded. */
  readonly name: string;
  readonly path: Buffer;
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
  #seen: ReadonlyMap<string, Seen> = new Map();
  /** Whose names are not UTF-8: by an octet a character. */
  #misnamed: ReadonlyMap<string, Seen> = new Map();

  constructor(settings: OutboxSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  async look(): Promise<Look> {
    await this.#see();
    const names = [...this.#seen.keys()].sort();
    const ready = this.#settings.message === undefined ? await this.#messages(names) : names.filter(this.#isQuiet);
    const misnamed = [...this.#misnamed].filter(([, seen]) => this.#quietAt(seen) <= this.#clock.now());
    const all = [...this.#seen.values(), ...this.#misnamed.values()].map((seen) => this.#quietAt(seen));
    const waiting = all.filter((quietAt) => quietAt > this.#clock.now());
    return {
      ready,
      misnamed: misnamed.map(([octets]) => this.#toMisnamed(Buffer.from(octets, 'latin1'))),
      quietAt: waiting.length === 0 ? undefined : Math.min(...waiting),
    };
  }

  async #see(): Promise<void> {
    const seen = new Map<string, Seen>();
    const misnamed = new Map<string, Seen>();
    for (const octets of await readdir(this.#settings.folder, { encoding: 'buffer' })) {
      const named = isUtf8(octets);
      const name = octets.toString(named ? 'utf8' : 'latin1');
      if (UNFINISHED.test(name)) continue;
      const found = await unless('ENOENT', lstat(this.#pathOf(octets)));
      if (found === undefined || found.isDirectory()) continue;
      const before = (named ? this.#seen : this.#misnamed).get(name);
      (named ? seen : misnamed).set(name, this.#compare(found, before));
    }
    this.#seen = seen;
    this.#misnamed = misnamed;
  }

  #compare(found: Stats, before: Seen | undefined): Seen {
    const { size, mtimeMs, nlink: links } = found;
    const same = before?.size === size && before.mtimeMs === mtimeMs && before.links === links;
    const since = before !== undefined && same ? before.since : this.#clock.now();
    return { size, mtimeMs, links, regular: found.isFile(), since };
  }

  #pathOf(octets: Buffer): Buffer {
    return Buffer.concat([Buffer.from(this.#settings.folder + sep), octets]);
  }

  #toMisnamed(octets: Buffer): Misnamed {
    return { name: encodedName(octets), path: this.#pathOf(octets) };
  }

  #quietAt({ since }: Seen): number {
    return since + this.#settings.quietMs;
  }

  readonly #isQuiet = (name: string): boolean => {
    const seen = this.#seen.get(name);
    return seen !== undefined && this.#quietAt(seen) <= this.#clock.now();
  };

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
