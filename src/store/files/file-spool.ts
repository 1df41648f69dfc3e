import { open, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Seam } from '../../mime/seam.ts';
import { addPiece } from './add-piece.ts';
import { folderOf, INCOMING, unavailable } from './layout.ts';
import { passedOctets } from './passed-octets.ts';

/** Octets that are written at once: TLS gives pieces of 16 KiB, and each call to the disk costs as much as copying several. */
const BATCH = 256 * 1024;
/** Octets that wait for the disk before a writer is held back. */
const HIGH_WATER = 2 * BATCH;

interface SpoolOptions {
  readonly directory: string;
  /** Generated; the file keeps it for life. */
  readonly name: string;
  /** Makes a folder beside `incoming/` durable, where it is not there. */
  readonly makeFolder: (folder: string) => Promise<void>;
  /** Called once, when the file is no longer in `incoming/` as this spool's. */
  readonly ended: () => void;
}

/** One file that is being written. A failure of the disk is kept and thrown by the next `write`, or by `keep`. */
export class FileSpool {
  readonly #options: SpoolOptions;
  readonly #path: string;
  #handle: FileHandle | undefined;
  #waiting: Uint8Array[] = [];
  readonly #seam = new Seam();
  #waitingOctets = 0;
  #pump: Promise<void> | undefined;
  #failure: unknown;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#path = join(options.directory, INCOMING, options.name);
  }

  get name(): string {
    return this.#options.name;
  }

  /** The promise, where there is one, never rejects. Throws STORE_UNAVAILABLE. */
  write(chunks: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#unavailable(this.#failure);
    for (const chunk of chunks) {
      addPiece(this.#waiting, chunk, this.#seam);
      this.#waitingOctets += chunk.length;
    }
    if (this.#waitingOctets >= BATCH) this.#pump ??= this.#run();
    return this.#waitingOctets > HIGH_WATER ? this.#pump : undefined;
  }

  /** Makes file and name durable; answers its reference. Throws STORE_UNAVAILABLE, and then leaves nothing behind. */
  async keep(): Promise<string> {
    await this.hold();
    try {
      return await this.#moveIn();
    } catch (thrown) {
      await this.drop();
      throw this.#unavailable(thrown);
    } finally {
      this.#options.ended();
    }
  }

  /** Makes the octets durable where they are, in `incoming/`. Throws STORE_UNAVAILABLE, and then leaves nothing behind. */
  async hold(): Promise<void> {
    await this.#pump;
    if (this.#waiting.length > 0) await this.#run();
    try {
      if (this.#failure !== undefined) throw this.#failure;
      await this.#handle?.sync();
      await this.#close();
    } catch (thrown) {
      await this.drop();
      throw this.#unavailable(thrown);
    }
  }

  /** Never throws. */
  async drop(): Promise<void> {
    this.#waiting = [];
    await this.#pump;
    await this.#close().catch(() => undefined);
    await unlink(this.#path).catch(() => undefined);
    this.#options.ended();
  }

  async #run(): Promise<void> {
    try {
      this.#handle ??= await open(this.#path, 'wx', 0o600);
      while (this.#waiting.length > 0) {
        const octets = this.#waitingOctets;
        await writeAll(this.#handle, this.#waiting.splice(0));
        this.#waitingOctets -= octets;
        passedOctets(octets);
      }
    } catch (thrown) {
      this.#failure = thrown;
      this.#waiting = [];
    }
    this.#pump = undefined;
  }

  async #moveIn(): Promise<string> {
    const { directory, name, makeFolder } = this.#options;
    await makeFolder(folderOf(name));
    const folder = join(directory, folderOf(name));
    await rename(this.#path, join(folder, name));
    await syncFolder(folder);
    return `${folderOf(name)}/${name}`;
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  #unavailable(cause: unknown): Error {
    return unavailable('a payload cannot be written', cause);
  }
}

/** writev may write less than it was given. */
async function writeAll(handle: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  const { bytesWritten } = await handle.writev(chunks);
  let skip = bytesWritten;
  for (const chunk of chunks) {
    const rest = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - rest.length;
    // writeFile goes on at the place of the handle until all is written.
    if (rest.length > 0) await handle.writeFile(rest);
  }
}

export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
