import { GatewayError } from '../../errors.ts';
import { findCipherText, parseSkeleton } from './cipher-value.ts';
import { ContentDecipher } from './content-decipher.ts';
import { type EncryptedData, readEncryptedData } from './encrypted-data.ts';
import { legacyOf, refuseLegacy } from './legacy.ts';
import type { OpenedPart, OpenerLimits, PartOpenerOptions } from './opened-part.ts';
import { describeRecipient, findRecipient } from './recipient.ts';
import { decryptionFailed } from './refusal.ts';

const LIMITS: OpenerLimits = { maxHead: 64 * 1024, maxTail: 4 * 1024 };
const LESS = 0x3c;

/** What is known when the markup before the cipher text has been read. */
interface Head {
  readonly data: EncryptedData;
  /** Those of ours that the key may be wrapped for. */
  readonly certificates: readonly Uint8Array[];
  /** Where the cipher text begins. */
  readonly offset: number;
}

/**
 * Opens the octets of one EncryptedData as they come, in memory that does not grow with it. Whatever is wrong is refused in `finish`
 * and nowhere else, with one error for all causes; until then the whole input is taken, and a key that could not be unwrapped is a
 * random one that nobody can tell from a real one. The plain octets are never more than the octets given, since nothing is
 * decompressed. CBC content that was altered may come out as other octets instead of being refused: verify the signature before
 * trusting it, and refuse that exactly as this is refused, location included.
 * @spec XML Encryption 1.1 §4.4, Digikoppeling ENC003
 */
export class PartOpener {
  readonly #options: PartOpenerOptions;
  readonly #limits: OpenerLimits;
  #stage: 'head' | 'content' | 'tail' | 'failed' = 'head';
  #fault: GatewayError | undefined;
  /** Markup that has come: before the cipher text, or behind it. */
  #markup: Buffer[] = [];
  #size = 0;
  #head: Buffer | undefined;
  #content: ContentDecipher | undefined;

  constructor(options: PartOpenerOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
  }

  /** Takes the next octets. One call at a time: the next one after the promise, where there is one, is kept. */
  write(chunk: Uint8Array): Promise<void> | undefined {
    const octets = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#stage === 'content') return this.#decipher(octets);
    if (this.#stage === 'failed') return undefined;
    this.#keep(octets);
    return this.#stage === 'head' && this.#size >= this.#limits.maxHead ? this.#begin() : undefined;
  }

  /** Throws DECRYPTION_FAILED for every cause; and unchanged what the sink or the decrypter threw. */
  async finish(): Promise<OpenedPart> {
    if (this.#stage === 'head') await this.#begin();
    const last = this.#attempt(() => this.#content?.finish());
    if (last !== undefined && last.length > 0) await this.#options.sink(last);
    const opened = this.#attempt(() => this.#describe());
    if (opened === undefined || this.#fault !== undefined) throw this.#fault ?? decryptionFailed('broken off');
    return opened;
  }

  /** Reads the head, unwraps the key, and goes on with what has come of the cipher text. */
  async #begin(): Promise<void> {
    const markup = this.#takeMarkup();
    const head = this.#attempt(() => this.#readHead(markup));
    this.#stage = 'failed';
    if (head === undefined) return;
    const { algorithm, key } = head.data;
    const { wrapping, wrapped } = key;
    const work = { certificates: head.certificates, wrapping, wrapped, length: algorithm.keyLength };
    this.#content = new ContentDecipher(algorithm, await this.#options.decrypter.unwrap(work));
    this.#head = markup.subarray(0, head.offset);
    this.#stage = 'content';
    await this.#decipher(markup.subarray(head.offset));
  }

  #readHead(markup: Buffer): Head {
    const { offset, closing } = findCipherText(markup.subarray(0, this.#limits.maxHead));
    const data = readEncryptedData(parseSkeleton(markup.subarray(0, offset), closing));
    refuseLegacy(data, this.#options.allow);
    const certificates = findRecipient(data.key.recipient, this.#options.decrypter.certificates());
    if (certificates.length === 0)
      throw decryptionFailed(`no key of ours belongs to the recipient: ${describeRecipient(data.key.recipient)}`);
    return { data, certificates, offset };
  }

  #decipher(octets: Buffer): Promise<void> | undefined {
    const end = octets.indexOf(LESS);
    const plain = this.#attempt(() => this.#content?.update(end < 0 ? octets : octets.subarray(0, end)));
    if (plain === undefined) return undefined;
    if (end >= 0) {
      this.#stage = 'tail';
      this.#keep(octets.subarray(end));
    }
    return plain.length === 0 ? undefined : this.#options.sink(plain);
  }

  /** A copy, since what it is a piece of may be large. */
  #keep(octets: Buffer): void {
    this.#markup.push(Buffer.from(octets));
    this.#size += octets.length;
    if (this.#stage !== 'tail' || this.#size <= this.#limits.maxTail) return;
    this.#fail(decryptionFailed('too much markup behind the cipher text'));
  }

  #takeMarkup(): Buffer {
    const markup = Buffer.concat(this.#markup);
    this.#markup = [];
    this.#size = 0;
    return markup;
  }

  /** Head and tail once more, as the whole document that they must be. */
  #describe(): OpenedPart | undefined {
    if (this.#head === undefined) return undefined;
    const data = readEncryptedData(parseSkeleton(this.#head, this.#takeMarkup()));
    const { algorithm, key, mimeType } = data;
    return { contentType: mimeType, algorithm: algorithm.uri, keyTransport: key.algorithm, used: legacyOf(data) };
  }

  #attempt<T>(step: () => T): T | undefined {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      this.#fail(error);
      return undefined;
    }
  }

  #fail(error: GatewayError): void {
    this.#fault ??= error.code === 'DECRYPTION_FAILED' ? error : decryptionFailed(`${error.code}: ${error.message}`);
    this.#stage = 'failed';
    this.#content = undefined;
  }
}
