import { createHash, type Hash, hash } from 'node:crypto';
import { Seam } from '../../mime/seam.ts';
import type { PayloadWriter, StoredContent } from '../../ports/payload-store.ts';
import { addPiece } from './add-piece.ts';
import type { FileSpool } from './file-spool.ts';

export interface PartWriterOptions {
  readonly inlineLimit: number;
  readonly makeSpool: () => FileSpool;
  /** Makes a spool durable under its name, or holds it; answers the reference. */
  readonly keep: (spool: FileSpool) => Promise<string>;
}

/** Keeps a part in memory up to the limit, then lets it run into a file; its SHA-256 is taken as it passes. */
export class PartWriter implements PayloadWriter {
  readonly #inlineLimit: number;
  readonly #makeSpool: () => FileSpool;
  readonly #keep: (spool: FileSpool) => Promise<string>;
  /** Of what runs into a file; what stays in memory is digested at once. */
  #hash: Hash | undefined;
  #held: Uint8Array[] = [];
  readonly #seam = new Seam();
  #size = 0;
  #spool: FileSpool | undefined;

  constructor(options: PartWriterOptions) {
    this.#inlineLimit = options.inlineLimit;
    this.#makeSpool = options.makeSpool;
    this.#keep = options.keep;
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    this.#size += chunk.length;
    this.#hash?.update(chunk);
    if (this.#spool !== undefined) return this.#spool.write([chunk]);
    addPiece(this.#held, chunk, this.#seam);
    if (this.#size <= this.#inlineLimit) return undefined;
    this.#spool = this.#makeSpool();
    this.#hash = createHash('sha256');
    for (const held of this.#held) this.#hash.update(held);
    return this.#spool.write(this.#held.splice(0));
  }

  async finish(): Promise<StoredContent> {
    if (this.#spool === undefined || this.#hash === undefined) {
      const inline = Buffer.concat(this.#held);
      return { body: { inline }, size: this.#size, sha256: hash('sha256', inline, 'hex') };
    }
    const sha256 = this.#hash.digest('hex');
    return { body: { file: await this.#keep(this.#spool) }, size: this.#size, sha256 };
  }

  async abort(): Promise<void> {
    this.#held = [];
    await this.#spool?.drop();
  }
}
