import { createHash, randomUUID } from 'node:crypto';
import type { X509Certificate } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pointsOf } from './facts.ts';
import { type RevocationList, readLists } from './list.ts';
import { hasBegun, speaksOf } from './register.ts';

export interface ListArchiveOptions {
  readonly folder: string;
  readonly failed: (source: string, error: unknown) => void;
}

/** A list in the folder, as its name says: `<CA>_<scope>_<thisUpdate>_<nextUpdate>.crl`, times in ms since 1970. */
interface Kept {
  readonly file: string;
  readonly authority: string;
  readonly scope: string;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
}

const NAME = /^([0-9a-f]{16})_([0-9a-f]{16})_(\d+)_(\d+)\.crl$/;
const DAY_MS = 86_400_000;

/**
 * The lists by which certificates were found good, for evidence of that time: CAs leave certificates out once these have ended. Of each
 * CA and scope one a day, as long as that is in force. Nothing removes them. What cannot be written costs a proof, and no message.
 */
export class ListArchive {
  readonly #options: ListArchiveOptions;
  #kept: Promise<Kept[]> | undefined;
  /** One after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: ListArchiveOptions) {
    this.#options = options;
  }

  /** Goes on behind what is asked next. */
  keep(authority: X509Certificate, list: RevocationList, now: number): void {
    const { folder, failed } = this.#options;
    this.#work = this.#work
      .then(() => this.#keep(authority, list, now))
      .catch((error: unknown) => failed(folder, error));
  }

  /** The newest that was in force at `at` (ms since 1970) and speaks of the certificate, which `authority` issued. */
  async find(
    authority: X509Certificate,
    certificate: X509Certificate,
    at: number,
  ): Promise<RevocationList | undefined> {
    await this.#work;
    const key = keyOf(pointsOf(authority).identity);
    const then = (await this.#known()).filter(
      (one) => one.authority === key && hasBegun(one, at) && one.nextUpdate >= at,
    );
    for (const { file } of then.toSorted((one, other) => other.thisUpdate - one.thisUpdate)) {
      const list = await this.#read(file);
      if (list !== undefined && speaksOf(list, certificate)) return list;
    }
    return undefined;
  }

  async #keep(
    issuer: X509Certificate,
    { thisUpdate, nextUpdate, scope, octets }: RevocationList,
    now: number,
  ): Promise<void> {
    const authority = keyOf(pointsOf(issuer).identity);
    const part = keyOf(JSON.stringify(scope));
    const known = await this.#known();
    const isCovered = (one: Kept): boolean => one.nextUpdate >= now && one.thisUpdate > thisUpdate - DAY_MS;
    if (known.some((one) => one.authority === authority && one.scope === part && isCovered(one))) return;
    const file = `${authority}_${part}_${thisUpdate}_${nextUpdate}.crl`;
    const { folder } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const fresh = join(folder, `${file}.${randomUUID()}`);
    await writeFile(fresh, octets, { mode: 0o600 });
    await rename(fresh, join(folder, file));
    known.push({ file, authority, scope: part, thisUpdate, nextUpdate });
  }

  #known(): Promise<Kept[]> {
    return (this.#kept ??= readdir(this.#options.folder).then(
      (names) => names.flatMap(readName),
      () => [],
    ));
  }

  async #read(file: string): Promise<RevocationList | undefined> {
    const path = join(this.#options.folder, file);
    try {
      return readLists(await readFile(path))[0];
    } catch (error) {
      this.#options.failed(path, error);
      return undefined;
    }
  }
}

function readName(file: string): readonly Kept[] {
  const [, authority, scope, thisUpdate, nextUpdate] = NAME.exec(file) ?? [];
  if (authority === undefined || scope === undefined) return [];
  return [{ file, authority, scope, thisUpdate: Number(thisUpdate), nextUpdate: Number(nextUpdate) }];
}

function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
