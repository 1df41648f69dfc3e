import { DEFAULT_PART_TYPE } from '../../mime/content-type.ts';
import { type ArrivedRoot, type NamedPart, type PartDestination, type PartSink } from '../../mime/package-collector.ts';
import { writableType } from '../../mime/writer.ts';
import type { PayloadStore, PayloadWriter, StoredContent } from '../../ports/payload-store.ts';
import { beginsEncryptedData } from './encrypted-data.ts';
import { type Opening, type OpenerFactory, OpeningWriter } from './opening-writer.ts';

export interface ReceivedPart extends NamedPart {
  readonly content: StoredContent;
  /**
   * Unset: the part came plain. `sealed`: it begins like an EncryptedData, and `content` is that. Otherwise it was opened
   * while it came, with that outcome; `content` is what was decrypted, held back (`PayloadStore.release`).
   */
  readonly encryption?: 'sealed' | Opening;
}

export interface PartTerms {
  readonly payloads: PayloadStore;
  /** Asked once, when the envelope is complete. Throws, or answers a promise that rejects, to end the reading there. */
  readonly judge?: (root: ArrivedRoot) => Promise<void> | undefined;
  /** Asked when a part follows the envelope: whether parts are of no use. */
  readonly alone?: () => boolean;
  /**
   * Asked for a part that begins like an EncryptedData when the envelope is complete: what opens it while it comes.
   * undefined: it is kept as it came. Never throws.
   */
  readonly unseal?: () => OpenerFactory | undefined;
}

/** Parts go to the payload store; what is encrypted is opened on its way there. */
export function payloadDestination({ payloads, judge, alone, unseal }: PartTerms): PartDestination<ReceivedPart> {
  const factory = (root: ArrivedRoot | undefined): OpenerFactory | undefined =>
    root === undefined ? undefined : unseal?.();
  return {
    ...(judge === undefined ? {} : { rootComplete: judge }),
    ...(alone === undefined ? {} : { isRootAlone: alone }),
    begin: (part, root) => new ReceivingPart(part, payloads, () => factory(root)),
    open: ({ content }) => payloads.open(content.body),
    discard: ({ content }) => payloads.discard(content.body),
  };
}

const NOTHING = new Uint8Array(0);

/** Looks at the first octets of a part to tell whether it is encrypted. */
class ReceivingPart implements PartSink<ReceivedPart> {
  readonly #part: NamedPart;
  readonly #payloads: PayloadStore;
  /** What came before the root is opened afterwards: the contract is not known yet. */
  readonly #opener: () => OpenerFactory | undefined;
  /** What came while it is not clear yet whether the part is encrypted. */
  #head: Uint8Array = NOTHING;
  #sealed = false;
  #writer: PayloadWriter | OpeningWriter | undefined;

  constructor(part: NamedPart, payloads: PayloadStore, opener: () => OpenerFactory | undefined) {
    this.#part = { ...part, contentType: writableType(part.contentType) };
    this.#payloads = payloads;
    this.#opener = opener;
  }

  write(octets: Uint8Array): Promise<void> | undefined {
    if (this.#writer !== undefined) return this.#writer.write(octets);
    this.#head = this.#head.length === 0 ? octets : Buffer.concat([this.#head, octets]);
    const sealed = beginsEncryptedData(this.#head);
    return sealed === undefined ? undefined : this.#begin(sealed);
  }

  async finish(): Promise<ReceivedPart> {
    if (this.#writer === undefined) await this.#begin(false);
    const part = this.#part;
    const writer = this.#writer;
    if (writer instanceof OpeningWriter) {
      const { content, opening } = await writer.finish();
      return { ...part, contentType: plainType(opening), content, encryption: opening };
    }
    if (writer === undefined) throw new Error('a part ends after it was looked at');
    const content = await writer.finish();
    return this.#sealed ? { ...part, content, encryption: 'sealed' } : { ...part, content };
  }

  async abort(): Promise<void> {
    await this.#writer?.abort();
  }

  #begin(sealed: boolean): Promise<void> | undefined {
    const head = this.#head;
    this.#head = NOTHING;
    this.#sealed = sealed;
    const opener = sealed ? this.#opener() : undefined;
    this.#writer =
      opener === undefined ? this.#payloads.create() : new OpeningWriter(this.#payloads.createHeld(), opener);
    return head.length > 0 ? this.#writer.write(head) : undefined;
  }
}

/** The Content-Type of the plain octets, as the EncryptedData says it. */
export function plainType(opening: Opening): string {
  const type = 'failed' in opening ? undefined : opening.contentType;
  return type === undefined ? DEFAULT_PART_TYPE : writableType(type);
}
