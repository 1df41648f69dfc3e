import { type FileHandle, open, stat } from 'node:fs/promises';
import { type RevocationList, readLists, unusable } from './list.ts';

export interface ListFilesOptions {
  readonly files: readonly string[];
  readonly maxBytes: number;
  /** Throws CRL_INVALID. */
  readonly take: (file: string, lists: readonly RevocationList[]) => void;
  /** Told once for each change that could not be taken. */
  readonly failed: (file: string, error: unknown) => void;
}

/** The lists that stand in files: read again when a file has changed. What it held before counts until then. */
export class ListFiles {
  readonly #options: ListFilesOptions;
  readonly #seen = new Map<string, string>();

  constructor(options: ListFilesOptions) {
    this.#options = options;
  }

  async poll(): Promise<void> {
    await Promise.all(this.#options.files.map((file) => this.#look(file)));
  }

  async #look(file: string): Promise<void> {
    const { maxBytes, take, failed } = this.#options;
    const state = await stateOf(file);
    if (this.#seen.get(file) === state) return;
    this.#seen.set(file, state);
    try {
      take(file, readLists(await readBounded(file, maxBytes)));
    } catch (error) {
      failed(file, error);
    }
  }
}

async function stateOf(file: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return 'absent';
  }
}

/** Never more than `maxBytes` in memory, whatever the file becomes meanwhile. Throws CRL_INVALID. */
export async function readBounded(path: string, maxBytes: number): Promise<Buffer> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const { size } = await file.stat();
    if (size > maxBytes) throw unusable(`it is larger than ${maxBytes} octets`);
    const octets = Buffer.alloc(size);
    const { bytesRead } = await file.read(octets, 0, size, 0);
    return octets.subarray(0, bytesRead);
  } catch (cause) {
    if (cause instanceof Error && 'errno' in cause) throw unusable(`${path} cannot be read`, cause);
    throw cause;
  } finally {
    await file?.close();
  }
}
