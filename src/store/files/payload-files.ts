import { mkdir, open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { GatewayError } from '../../errors.ts';
import { newId } from '../../ids.ts';
import type { PayloadBody, PayloadStore, PayloadWriter } from '../../ports/payload-store.ts';
import { FilePieces } from './file-pieces.ts';
import { FileSpool, syncFolder } from './file-spool.ts';
import { folderOf, INCOMING, isFileReference, isSpoolName, listFolders, unavailable } from './layout.ts';
import { PartWriter } from './part-writer.ts';

interface PayloadFilesOptions {
  readonly directory: string;
  /** Octets; a larger part becomes a file. */
  readonly inlineLimit?: number;
}

const INLINE_LIMIT = 64 * 1024;

/** Makes the folder (0700) where it is not there. Throws STORE_UNAVAILABLE when it cannot be used. */
export async function openPayloadFiles(options: PayloadFilesOptions): Promise<PayloadStore> {
  const { directory, inlineLimit = INLINE_LIMIT } = options;
  try {
    await mkdir(join(directory, INCOMING), { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw unavailable(`the payload folder ${directory} cannot be used`, thrown);
  }
  return new PayloadFiles(directory, inlineLimit);
}

class PayloadFiles implements PayloadStore {
  readonly #directory: string;
  readonly #inlineLimit: number;
  /** Spool files of this process that are being written: no orphans. */
  readonly #writing = new Set<string>();
  /** By reference: complete, but still in `incoming/`. */
  readonly #held = new Map<string, FileSpool>();

  /** By name: made, and on disk, in this life of the process. */
  readonly #folders = new Map<string, Promise<void>>();

  constructor(directory: string, inlineLimit: number) {
    this.#directory = directory;
    this.#inlineLimit = inlineLimit;
  }

  create(): PayloadWriter {
    return this.#writer((spool) => spool.keep());
  }

  createHeld(): PayloadWriter {
    return this.#writer(async (spool) => {
      await spool.hold();
      const file = `${folderOf(spool.name)}/${spool.name}`;
      this.#held.set(file, spool);
      return file;
    });
  }

  async release(body: PayloadBody): Promise<void> {
    const spool = 'file' in body ? this.#held.get(body.file) : undefined;
    if (spool === undefined || !('file' in body)) return;
    await spool.keep();
    this.#held.delete(body.file);
  }

  #writer(keep: (spool: FileSpool) => Promise<string>): PayloadWriter {
    const makeSpool = (): FileSpool => {
      const name = newId();
      this.#writing.add(name);
      const ended = (): boolean => this.#writing.delete(name);
      return new FileSpool({
        directory: this.#directory,
        name,
        ended,
        makeFolder: (folder) => this.#makeFolder(folder),
      });
    };
    return new PartWriter({ inlineLimit: this.#inlineLimit, makeSpool, keep });
  }

  async open(body: PayloadBody): Promise<Readable> {
    if ('inline' in body) return Readable.from([Buffer.from(body.inline)], { objectMode: false });
    const path = this.#pathOf(body.file);
    try {
      const handle = await open(path, 'r');
      return new FilePieces(handle);
    } catch (thrown) {
      throw unavailable(`the payload file ${body.file} cannot be read`, thrown);
    }
  }

  async sizeOf(body: PayloadBody): Promise<number | undefined> {
    if ('inline' in body) return body.inline.length;
    if (!isFileReference(body.file)) return undefined;
    try {
      return (await stat(this.#pathOf(body.file))).size;
    } catch (thrown) {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
      throw unavailable(`the payload file ${body.file} cannot be looked at`, thrown);
    }
  }

  async discard(body: PayloadBody): Promise<void> {
    if (!('file' in body) || !isFileReference(body.file)) return;
    const held = this.#held.get(body.file);
    this.#held.delete(body.file);
    if (held === undefined) await removeQuietly(this.#pathOf(body.file));
    else await held.drop();
  }

  async sweep(isReferenced: (file: string) => Promise<boolean>, before: number): Promise<number> {
    try {
      return (await this.#sweepIncoming()) + (await this.#sweepFolders(isReferenced, before));
    } catch (thrown) {
      if (thrown instanceof GatewayError) throw thrown;
      throw unavailable(`the payload folder ${this.#directory} cannot be swept`, thrown);
    }
  }

  /** What no writer of this process has open was left by a process that died. */
  async #sweepIncoming(): Promise<number> {
    const folder = join(this.#directory, INCOMING);
    let removed = 0;
    for (const name of await readdir(folder)) {
      if (!isSpoolName(name) || this.#writing.has(name)) continue;
      if (await removeQuietly(join(folder, name))) removed++;
    }
    return removed;
  }

  async #sweepFolders(isReferenced: (file: string) => Promise<boolean>, before: number): Promise<number> {
    let removed = 0;
    for (const folder of await listFolders(this.#directory)) {
      for (const name of await readdir(join(this.#directory, folder))) {
        const file = `${folder}/${name}`;
        if (!isFileReference(file) || !(await isOlder(join(this.#directory, file), before))) continue;
        if (!(await isReferenced(file)) && (await removeQuietly(join(this.#directory, file)))) removed++;
      }
    }
    return removed;
  }

  #makeFolder(name: string): Promise<void> {
    const known = this.#folders.get(name);
    if (known !== undefined) return known;
    const made = makeDurableFolder(this.#directory, name).catch((thrown: unknown) => {
      this.#folders.delete(name);
      throw thrown;
    });
    this.#folders.set(name, made);
    return made;
  }

  /** Only names that `create` generated lead to a path: nothing outside the folder can be named. */
  #pathOf(file: string): string {
    const held = this.#held.get(file);
    if (held !== undefined) return join(this.#directory, INCOMING, held.name);
    if (isFileReference(file)) return join(this.#directory, file);
    throw new GatewayError('NOT_FOUND', { detail: 'the payload reference is not one of this store' });
  }
}

async function makeDurableFolder(directory: string, name: string): Promise<void> {
  await mkdir(join(directory, name), { recursive: true, mode: 0o700 });
  await syncFolder(directory);
}

async function isOlder(path: string, before: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.mtimeMs < before;
}

async function removeQuietly(path: string): Promise<boolean> {
  return unlink(path).then(
    () => true,
    () => false,
  );
}
