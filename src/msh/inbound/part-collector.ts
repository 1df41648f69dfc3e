import { GatewayError } from '../../errors.ts';
import { parseContentType } from '../../mime/content-type.ts';
import type { PartHandler, PartHeaders } from '../../mime/reader.ts';
import type { PayloadStore, PayloadWriter, StoredContent } from '../../ports/payload-store.ts';
import type { MessageLimits } from '../limits.ts';
import { beginsEncryptedData } from './encrypted-data.ts';
import { type Opening, type OpenerFactory, OpeningWriter } from './opening-writer.ts';

/** A request body taken apart: the envelope in memory, every other part in the payload store. */
export interface MimePackage extends ArrivedRoot {
  readonly parts: readonly ReceivedPart[];
}

export interface ArrivedRoot {
  readonly envelope: Buffer;
  /** The charset parameter of the envelope's own Content-Type. */
  readonly charset: string | undefined;
}

export interface ReceivedPart {
  readonly contentId: string;
  readonly contentType: string;
  readonly name: string | undefined;
  readonly content: StoredContent;
  /**
   * Unset: the part came plain. `sealed`: it begins like an EncryptedData, and `content` is that. Otherwise it was opened
   * while it came, with that outcome; `content` is what was decrypted, held back (`PayloadStore.release`).
   */
  readonly encryption?: 'sealed' | Opening;
}

/** Where parts go. */
export interface PartDestination {
  readonly payloads: PayloadStore;
  /**
   * Asked for a part that begins like an EncryptedData when the envelope is complete: what opens it while it comes.
   * undefined: it is kept as it came. Never throws.
   */
  readonly unseal?: (root: ArrivedRoot) => OpenerFactory | undefined;
}

export class RootBuffer {
  readonly #max: number;
  #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(max: number) {
    this.#max = max;
  }

  write(chunk: Uint8Array): undefined {
    this.#size += chunk.length;
    if (this.#size > this.#max) throw new GatewayError('XML_LIMIT', { detail: `envelope over ${this.#max} octets` });
    this.#chunks.push(chunk);
  }

  bytes(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    const [first] = this.#chunks;
    return first === undefined ? Buffer.alloc(0) : Buffer.from(first.buffer, first.byteOffset, first.length);
  }
}

interface OpenPart {
  readonly contentId: string;
  readonly contentType: string;
  readonly name: string | undefined;
  /** What came while it is not clear yet whether the part is encrypted; undefined once it is. */
  head: Uint8Array | undefined;
  sealed: boolean;
  writer: PayloadWriter | OpeningWriter | undefined;
}

const DEFAULT_PART_TYPE = 'application/octet-stream';
const NOTHING = new Uint8Array(0);

/** Takes the parts of a package as they come. When it throws, `discard` leaves nothing in the payload store. */
export class PartCollector implements PartHandler {
  readonly #start: string | undefined;
  readonly #to: PartDestination;
  readonly #root: RootBuffer;
  readonly #finished: Promise<ReceivedPart>[] = [];
  #rootSeen = false;
  #charset: string | undefined;
  #inRoot = false;
  #open: OpenPart | undefined;
  #pending: Promise<unknown> | undefined;

  constructor(start: string | undefined, limits: MessageLimits, to: PartDestination) {
    this.#start = start;
    this.#to = to;
    this.#root = new RootBuffer(limits.maxEnvelopeBytes);
  }

  begin(headers: PartHeaders, index: number): void {
    this.#inRoot = this.#start === undefined ? index === 0 : headers.contentId === this.#start;
    if (this.#inRoot) {
      this.#rootSeen = true;
      this.#charset = charsetOf(headers.contentType);
      return;
    }
    if (headers.contentId === undefined && index > 0) {
      throw new GatewayError('MIME_MALFORMED', { detail: `part ${index + 1} has no Content-ID` });
    }
    this.#open = {
      contentId: headers.contentId ?? '',
      contentType: headers.contentType ?? DEFAULT_PART_TYPE,
      name: headers.name,
      head: NOTHING,
      sealed: false,
      writer: undefined,
    };
  }

  data(octets: Uint8Array): void {
    const part = this.#open;
    if (this.#inRoot) this.#root.write(octets);
    else if (part?.writer === undefined) this.#look(octets);
    else this.#wait(part.writer.write(octets));
  }

  end(): void {
    const part = this.#open;
    if (this.#inRoot || part === undefined) return;
    if (part.writer === undefined) this.#decide(part, false);
    this.#open = undefined;
    const finished = finishPart(part);
    finished.catch(() => undefined);
    this.#finished.push(finished);
  }

  takePending(): Promise<unknown> | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    return pending;
  }

  async finish(): Promise<MimePackage> {
    await this.#pending;
    const parts = await Promise.all(this.#finished);
    if (this.#rootSeen) return { envelope: this.#root.bytes(), charset: this.#charset, parts };
    return {
      envelope: await this.#takeFirst(parts[0]),
      charset: charsetOf(parts[0]?.contentType),
      parts: parts.slice(1),
    };
  }

  /** `start` names no part: then the root is the first one, as if `start` were absent. Peers in the field rely on it. */
  async #takeFirst(first: ReceivedPart | undefined): Promise<Buffer> {
    if (first === undefined) throw new GatewayError('MIME_MALFORMED', { detail: 'no part at all' });
    const { payloads } = this.#to;
    const stream = await payloads.open(first.content.body);
    for await (const chunk of stream as AsyncIterable<Buffer>) this.#root.write(chunk);
    await payloads.discard(first.content.body);
    return this.#root.bytes();
  }

  async discard(): Promise<void> {
    await this.#open?.writer?.abort();
    for (const outcome of await Promise.allSettled(this.#finished)) {
      if (outcome.status === 'fulfilled') await this.#to.payloads.discard(outcome.value.content.body);
    }
  }

  /** Waits for enough octets to tell whether the part is encrypted. */
  #look(octets: Uint8Array): void {
    const part = this.#open;
    if (part?.head === undefined) return;
    const head = part.head.length === 0 ? octets : Buffer.concat([part.head, octets]);
    const sealed = beginsEncryptedData(head);
    part.head = head;
    if (sealed !== undefined) this.#decide(part, sealed);
  }

  #decide(part: OpenPart, sealed: boolean): void {
    const { payloads, unseal } = this.#to;
    const { head } = part;
    part.head = undefined;
    part.sealed = sealed;
    // What came before the root is opened afterwards: the contract is not known yet.
    const opener =
      sealed && this.#rootSeen ? unseal?.({ envelope: this.#root.bytes(), charset: this.#charset }) : undefined;
    part.writer = opener === undefined ? payloads.create() : new OpeningWriter(payloads.createHeld(), opener);
    if (head !== undefined && head.length > 0) this.#wait(part.writer.write(head));
  }

  #wait(promise: Promise<void> | undefined): void {
    if (promise === undefined) return;
    const before = this.#pending;
    this.#pending = before === undefined ? promise : Promise.all([before, promise]);
  }
}

async function finishPart({ contentId, contentType, name, sealed, writer }: OpenPart): Promise<ReceivedPart> {
  if (writer instanceof OpeningWriter) {
    const { content, opening } = await writer.finish();
    return { contentId, contentType: plainType(opening), name, content, encryption: opening };
  }
  if (writer === undefined) throw new Error('a part ends after it was looked at');
  const content = await writer.finish();
  return sealed
    ? { contentId, contentType, name, content, encryption: 'sealed' }
    : { contentId, contentType, name, content };
}

/** The Content-Type of the plain octets, as the EncryptedData says it. */
export function plainType(opening: Opening): string {
  const type = 'failed' in opening ? undefined : opening.contentType;
  return type === undefined || parseContentType(type) === undefined ? DEFAULT_PART_TYPE : type;
}

function charsetOf(contentType: string | undefined): string | undefined {
  return contentType === undefined ? undefined : parseContentType(contentType)?.parameters.get('charset');
}
