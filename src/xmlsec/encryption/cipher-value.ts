import { DEFAULT_XML_LIMITS } from '../../xml/limits.ts';
import type { XmlHandler, XmlStart } from '../../xml/events.ts';
import { tokenize } from '../../xml/tokenizer.ts';
import { parseXml, type XmlElement } from '../../xml/tree.ts';
import { XENC_NAMESPACE } from './algorithms.ts';
import { decryptionFailed } from './refusal.ts';

/** Where the cipher text of an EncryptedData begins. */
export interface CipherTextStart {
  /** Behind the start tag of its CipherValue. */
  readonly offset: number;
  /** End tags of what is open there: the head and these are a document. */
  readonly closing: Buffer;
}

const PATH = ['EncryptedData', 'CipherData', 'CipherValue'] as const;
const LIMITS = { ...DEFAULT_XML_LIMITS, maxDepth: 16, maxNodes: 1000, maxAttributes: 32 };
const START_TAG = /<(?:[^"'>]|"[^"]*"|'[^']*')*>/y;

/**
 * Finds the cipher text of a document whose root is EncryptedData, by the tokenizer's own eyes, so that no comment and no text can
 * pass for it. The document need not be there whole. Throws DECRYPTION_FAILED, XML_*.
 */
export function findCipherText(head: Buffer): CipherTextStart {
  // Offsets and what follows are octets of UTF-8.
  if (head[0] === 0 || head[1] === 0 || (head[0] ?? 0) >= 0xfe) throw decryptionFailed('not UTF-8');
  const search = new Search();
  try {
    tokenize(head, search, LIMITS);
  } catch (error) {
    // The document may well stop in the middle behind that place.
    if (search.found === undefined) throw error;
  }
  if (search.found === undefined) throw decryptionFailed('no CipherValue');
  const { start, names } = search.found;
  START_TAG.lastIndex = start;
  const tag = START_TAG.exec(head.toString('latin1'))?.[0];
  if (tag === undefined || tag.endsWith('/>')) throw decryptionFailed('CipherValue: empty');
  return { offset: start + tag.length, closing: Buffer.from(names.map((name) => `</${name}>`).join(''), 'latin1') };
}

/** The EncryptedData of a document without its cipher text. Throws XML_*. */
export function parseSkeleton(head: Buffer, tail: Buffer): XmlElement {
  return parseXml(Buffer.concat([head, tail]), LIMITS).root;
}

interface Found {
  readonly start: number;
  /** Innermost first, as octets. */
  readonly names: readonly string[];
}

class Search implements XmlHandler {
  found: Found | undefined;
  readonly #open: string[] = [];
  /** How many of the open elements are those of PATH. */
  #onPath = 0;

  startElement({ name, namespace, start }: XmlStart): void {
    const depth = this.#open.push(name.octets);
    const wanted = this.#onPath === depth - 1 && PATH[depth - 1] === name.localName && namespace === XENC_NAMESPACE;
    if (!wanted) return;
    this.#onPath = depth;
    if (depth === PATH.length) this.found ??= { start, names: this.#open.toReversed() };
  }

  endElement(): void {
    this.#open.pop();
    this.#onPath = Math.min(this.#onPath, this.#open.length);
  }

  text(): void {
    // Only elements lead there.
  }

  comment(): void {
    // As above.
  }

  instruction(): void {
    // As above.
  }
}
