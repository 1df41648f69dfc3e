import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../src/index.ts';
import {
  isThere,
  makeFolder,
  makeOwnFolder,
  removeIfEmpty,
  renameIfThere,
  syncFolder,
  unless,
} from '../durable-files.ts';
import { compactTime } from '../names.ts';
import { WORK_FOLDER } from '../settings.ts';
import type { OutboxSettings } from '../settings.ts';

/** A message that this gateway, and no other, took out of the outbox. */
export interface Claim {
  /** Stays the same over restarts: the idempotency key of its submission. */
  readonly id: string;
  /** What was claimed: the sidecar, or the document where the folder has fixed properties. */
  readonly name: string;
  /** Its name in the outbox was not UTF-8; `name` is that name percent-encoded. It is never sent. */
  readonly misnamed: boolean;
  /** Where its files are, under their own names. */
  readonly folder: string;
}

/** What became of a payload that a claim names. */
export type Gathered = 'gathered' | 'missing' | 'folder';

/** In the id, so that it is known after a restart too: the file has another name then. */
const MISNAMED = 'misnamed-';

type ClaimedOutbox = Pick<OutboxSettings, 'folder' | 'work'>;

/**
 * `<outbox>/.postiljon/claims/<owner>/<id>/<name>/<name>`: the rename to there decides who sends. The folder of the name
 * keeps what was claimed apart from the payloads beside it. A store has one owner name: a claim belongs to the store that
 * knows whether it was submitted.
 */
export class Claims {
  readonly #outbox: string;
  readonly #work: string;
  readonly #all: string;
  readonly #folder: string;
  readonly #clock: Clock;

  constructor({ folder, work = join(folder, WORK_FOLDER) }: ClaimedOutbox, owner: string, clock: Clock) {
    this.#outbox = folder;
    this.#work = work;
    this.#all = join(this.#work, 'claims');
    this.#folder = join(this.#all, owner);
    this.#clock = clock;
  }

  /** Throws ENOENT when the outbox itself is not there, HANDOVER_FAILED when somebody else made our folder. */
  async prepare(): Promise<void> {
    await makeOwnFolder(this.#work);
    await makeFolder(this.#all);
    await makeFolder(this.#folder);
  }

  /** undefined when somebody else was first. On disk when this answers. `path`: where the name of the file is not `name`. */
  async claim(name: string, path?: Buffer): Promise<Claim | undefined> {
    const id = `${compactTime(this.#clock.now())}-${path === undefined ? '' : MISNAMED}${randomUUID()}`;
    const claim = this.#claimOf(id, name);
    await mkdir(claim.folder, { recursive: true });
    if (!(await renameIfThere(path ?? join(this.#outbox, name), join(claim.folder, name)))) {
      await this.forget(claim);
      return undefined;
    }
    for (const folder of [claim.folder, join(this.#folder, id), this.#folder, this.#outbox]) await syncFolder(folder);
    return claim;
  }

  /** Moves a payload to what was claimed; missing when it is neither here nor there. Folders stay where they are. */
  async gather(claim: Claim, file: string): Promise<Gathered> {
    const target = join(claim.folder, file);
    if (await isThere(target)) return 'gathered';
    const source = join(this.#outbox, file);
    const found = await unless('ENOENT', lstat(source));
    if (found?.isDirectory() === true) return 'folder';
    // Who goes on with the same claim, as gateways with one store do after a restart, may have moved it meanwhile.
    if (found === undefined || !(await renameIfThere(source, target)))
      return (await isThere(target)) ? 'gathered' : 'missing';
    await syncFolder(claim.folder);
    await syncFolder(this.#outbox);
    return 'gathered';
  }

  /** What was claimed before and is not settled, oldest first. */
  async unsettled(): Promise<readonly Claim[]> {
    const claims: Claim[] = [];
    for (const id of (await readdir(this.#folder)).sort()) {
      const [name] = (await unless('ENOENT', readdir(join(this.#folder, id)))) ?? [];
      const claim = this.#claimOf(id, name ?? '');
      if (name !== undefined && (await this.isHeld(claim))) claims.push(claim);
      else await this.forget(claim);
    }
    return claims;
  }

  /** False when it was settled meanwhile. */
  async isHeld({ folder, name }: Claim): Promise<boolean> {
    return await isThere(join(folder, name));
  }

  /** Removes what is left of a claim: folders only, and only when there is nothing in them. */
  async forget({ id, name, folder }: Claim): Promise<void> {
    if (name !== '') await removeIfEmpty(folder);
    await removeIfEmpty(join(this.#folder, id));
  }

  #claimOf(id: string, name: string): Claim {
    return { id, name, misnamed: id.includes(MISNAMED), folder: join(this.#folder, id, name) };
  }
}
