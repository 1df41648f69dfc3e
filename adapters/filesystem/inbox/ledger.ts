import { randomUUID } from 'node:crypto';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, isThere, makeFolder, makeOwnFolder, removeAll, syncFolder } from '../durable-files.ts';
import { WORK_FOLDER } from '../settings.ts';

/**
 * What was, or is about to be, placed in an inbox:
 *
 *   <inbox>/.postiljon/staging/<stable>.<uuid>/    one attempt writes here
 *   <inbox>/.postiljon/ledger/<stable>/handed.json it is whole, and no other attempt of this message will be placed
 *   <inbox>/.postiljon/ledger/<stable>/files/      what is not in the inbox yet
 *
 * The rename from staging to ledger decides: it fails where there is an entry. A file leaves `files` by the rename that
 * places it, so that it is placed once, whoever crashes when and however many work at it, and also when the application
 * has taken it long since.
 */
export interface LedgerEntry {
  readonly folder: string;
  readonly files: string;
  readonly marker: string;
}

const MARKER = 'handed.json';
const FILES = 'files';

export class Ledger {
  readonly #work: string;
  readonly folder: string;
  readonly staging: string;

  constructor(inbox: string, work = join(inbox, WORK_FOLDER)) {
    this.#work = work;
    this.folder = join(this.#work, 'ledger');
    this.staging = join(this.#work, 'staging');
  }

  /** Throws ENOENT when the inbox itself is not there, HANDOVER_FAILED when somebody else made our folder. */
  async prepare(): Promise<void> {
    await makeOwnFolder(this.#work);
    await makeFolder(this.folder);
    await makeFolder(this.staging);
  }

  entry(stable: string): LedgerEntry {
    return entryIn(join(this.folder, stable));
  }

  async has(stable: string): Promise<boolean> {
    return await isThere(this.entry(stable).marker);
  }

  /** Makes what `write` puts into `files` the one and only content of this message, unless there is one. */
  async commit(stable: string, write: (staged: LedgerEntry) => Promise<void>): Promise<void> {
    const staged = entryIn(join(this.staging, `${stable}.${randomUUID()}`));
    try {
      await makeFolder(staged.folder);
      await makeFolder(staged.files);
      await write(staged);
      await syncFolder(staged.files);
      await syncFolder(staged.folder);
      await rename(staged.folder, this.entry(stable).folder);
      await syncFolder(this.folder);
    } catch (thrown) {
      await removeAll(staged.folder);
      if (!(await this.#wasFirst(stable, thrown))) throw thrown;
    }
  }

  /** Another attempt at the same message, of this gateway or of another one, came before. */
  async #wasFirst(stable: string, thrown: unknown): Promise<boolean> {
    return ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(codeOf(thrown) ?? '') && (await this.has(stable));
  }

  /** Stable names of all entries. */
  async list(): Promise<readonly string[]> {
    return await readdir(this.folder);
  }
}

function entryIn(folder: string): LedgerEntry {
  return { folder, files: join(folder, FILES), marker: join(folder, MARKER) };
}
