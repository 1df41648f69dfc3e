import { GatewayError, toGatewayError } from '../../errors.ts';
import type { PayloadWriter, StoredContent } from '../../ports/payload-store.ts';
import type { OpenedPart } from '../../xmlsec/encryption/opened-part.ts';
import type { PartOpener } from '../../xmlsec/encryption/part-opener.ts';

/** Makes the opener of one part; `sink` takes what it decrypts. */
export type OpenerFactory = (sink: (plain: Uint8Array) => Promise<void> | undefined) => PartOpener;

/**
 * What became of an encrypted part. A failure is not thrown where it happens: the signature is looked at first all the
 * same, so that neither answer nor time tells a bad padding from a bad signature.
 */
export type Opening = OpenedPart | { readonly failed: GatewayError };

/** Decrypts a part while it is written; memory does not grow with it. */
export class OpeningWriter {
  readonly #writer: PayloadWriter;
  readonly #opener: PartOpener;
  #busy: Promise<void> | undefined;
  #broken: unknown;

  constructor(writer: PayloadWriter, makeOpener: OpenerFactory) {
    this.#writer = writer;
    this.#opener = makeOpener((plain) => writer.write(plain));
  }

  /** One chunk after the other, whoever does not wait. Throws, or answers a promise that never rejects. */
  write(octets: Uint8Array): Promise<void> | undefined {
    if (this.#broken !== undefined) throw toGatewayError(this.#broken);
    const before = this.#busy;
    const working = before === undefined ? this.#opener.write(octets) : before.then(() => this.#writeNow(octets));
    if (working === undefined) return undefined;
    const busy = working.catch((thrown: unknown) => {
      this.#broken ??= thrown;
    });
    const done = busy.then(() => {
      if (this.#busy === done) this.#busy = undefined;
    });
    this.#busy = done;
    return done;
  }

  /** Throws what is no fault of the cipher text: STORE_UNAVAILABLE, BUSY. Then nothing is left behind. */
  async finish(): Promise<{ readonly content: StoredContent; readonly opening: Opening }> {
    try {
      await this.#busy;
      if (this.#broken !== undefined) throw toGatewayError(this.#broken);
      const opening = await this.#outcome();
      return { content: await this.#writer.finish(), opening };
    } catch (thrown) {
      await this.#writer.abort();
      throw thrown;
    }
  }

  async abort(): Promise<void> {
    await this.#busy;
    await this.#writer.abort();
  }

  async #writeNow(octets: Uint8Array): Promise<void> {
    if (this.#broken === undefined) await this.#opener.write(octets);
  }

  async #outcome(): Promise<Opening> {
    try {
      return await this.#opener.finish();
    } catch (thrown) {
      if (thrown instanceof GatewayError && thrown.code === 'DECRYPTION_FAILED') return { failed: thrown };
      throw thrown;
    }
  }
}
