/**
 * One element of DER. A list has hundreds of thousands of entries: they are walked in place, where an object tree of
 * them all would take a hundred times the memory of the file.
 */
export interface DerElement {
  readonly tag: number;
  /** From the tag to the end, as signed. */
  readonly raw: Buffer;
  readonly content: Buffer;
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
} as const;

/** Octets that are not the DER expected here. Never leaves this folder. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

/** Reads elements that follow each other. */
export class DerReader {
  readonly #octets: Buffer;
  #at = 0;

  constructor(octets: Buffer) {
    this.#octets = octets;
  }

  get done(): boolean {
    return this.#at >= this.#octets.length;
  }

  /** Tag of the next element; undefined at the end. */
  get next(): number | undefined {
    return this.#octets[this.#at];
  }

  /** The next element, whatever it is. */
  any(): DerElement {
    const start = this.#at;
    const tag = this.#octets[start];
    if (tag === undefined || (tag & 0x1f) === 0x1f) throw new DerError('no element of a known form');
    const { length, from } = this.#length(start + 1);
    const end = from + length;
    if (end > this.#octets.length) throw new DerError('an element is cut off');
    this.#at = end;
    return { tag, raw: this.#octets.subarray(start, end), content: this.#octets.subarray(from, end) };
  }

  read(tag: number): DerElement {
    if (this.next !== tag) throw new DerError(`element ${String(this.next)} stands where ${tag} is expected`);
    return this.any();
  }

  /** The next element when it has this tag. */
  maybe(tag: number): DerElement | undefined {
    return this.next === tag ? this.any() : undefined;
  }

  /** The elements within the next one. */
  within(tag: number): DerReader {
    return new DerReader(this.read(tag).content);
  }

  end(): void {
    if (!this.done) throw new DerError('more than is expected');
  }

  #length(at: number): { readonly length: number; readonly from: number } {
    const first = this.#octets[at];
    if (first === undefined) throw new DerError('an element is cut off');
    if (first < 0x80) return { length: first, from: at + 1 };
    const count = first & 0x7f;
    if (count === 0 || count > 4 || at + 1 + count > this.#octets.length)
      throw new DerError('a length of no known form');
    return { length: this.#octets.readUIntBE(at + 1, count), from: at + 1 + count };
  }
}

/** `2.5.29.28` */
export function oidOf({ content }: DerElement): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const octet of content) {
    arc = arc * 128 + (octet & 0x7f);
    if ((octet & 0x80) === 0) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const first = arcs[0] ?? 0;
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - root * 40, ...arcs.slice(1)].join('.');
}

/** A serial number as text that is equal for equal numbers. */
export function serialOf({ content }: DerElement): string {
  let from = 0;
  while (from < content.length - 1 && content[from] === 0) from += 1;
  return content.toString('latin1', from);
}

const UTC_TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
const GENERALIZED_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** UTCTime or GeneralizedTime as ms since 1970. @spec RFC 5280 §5.1.2.4 */
export function timeOf({ tag, content }: DerElement): number {
  const match = (tag === TAG.utcTime ? UTC_TIME : GENERALIZED_TIME).exec(content.toString('latin1'));
  if (match === null || (tag !== TAG.utcTime && tag !== TAG.generalizedTime)) throw new DerError('no time');
  const [year = 0, month = 0, ...rest] = match.slice(1).map(Number);
  const century = tag === TAG.utcTime ? (year < 50 ? 2000 : 1900) : 0;
  return Date.UTC(century + year, month - 1, ...rest);
}

export interface DerExtension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Buffer;
}

/** `Extensions`, of a certificate, a list or an entry. @spec RFC 5280 §4.1 */
export function extensionsOf(reader: DerReader): readonly DerExtension[] {
  const extensions: DerExtension[] = [];
  while (!reader.done) {
    const one = reader.within(TAG.sequence);
    const oid = oidOf(one.read(TAG.oid));
    const critical = one.maybe(TAG.boolean)?.content[0] ?? 0;
    extensions.push({ oid, critical: critical !== 0, value: one.read(TAG.octetString).content });
    one.end();
  }
  return extensions;
}
