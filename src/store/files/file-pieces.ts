import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { passedOctets } from './passed-octets.ts';

/** Octets of one piece that is read. */
const READ_BYTES = 128 * 1024;

/** A file from its beginning to its end; the handle is closed with the stream. */
export class FilePieces extends Readable {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    super({ highWaterMark: READ_BYTES });
    this.#handle = handle;
  }

  override _read(): void {
    this.#readPiece().then(
      (piece) => this.push(piece),
      (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#handle.close().then(
      () => done(error),
      (closing: unknown) => done(error ?? (closing instanceof Error ? closing : new Error(String(closing)))),
    );
  }

  async #readPiece(): Promise<Buffer | null> {
    const piece = Buffer.allocUnsafeSlow(READ_BYTES);
    const { bytesRead } = await this.#handle.read(piece, 0, READ_BYTES);
    passedOctets(bytesRead);
    return bytesRead === 0 ? null : piece.subarray(0, bytesRead);
  }
}
