import type { XmlAttribute, XmlNamespace, XmlStart, XmlText } from './events.ts';

export type { XmlText } from './events.ts';

export interface XmlElement extends XmlStart {
  readonly kind: 'element';
  readonly namespace: string;
  readonly prefix: string;
  readonly localName: string;
  /** Without namespace declarations. */
  readonly attributes: readonly XmlAttribute[];
  readonly declarations: readonly XmlNamespace[];
  /** Read text with textContent or simpleText. */
  readonly children: readonly XmlNode[];
  readonly parent: XmlElement | undefined;
  /** Octets in the source: from `<` of the start tag to behind the end tag. */
  readonly start: number;
  readonly end: number;
  /** What the offsets count in. */
  readonly source: Buffer;
  /** It is written, with all in it, as inclusive Canonical XML writes it, and declares no namespace: so it is wherever it stands. */
  readonly whole: boolean;
  /** It and all elements in it have one prefix, or none, and no attribute has one. */
  readonly uniform: boolean;
}

export interface XmlComment {
  readonly kind: 'comment';
  readonly octets: string;
}

export interface XmlInstruction {
  readonly kind: 'instruction';
  readonly target: string;
  readonly octets: string;
}

export type XmlNode = XmlElement | XmlText | XmlComment | XmlInstruction;

export interface XmlDocument {
  readonly root: XmlElement;
  /** UTF-8, which offsets count in: the octets given, or what UTF-16 became. */
  readonly bytes: Buffer;
  /** What the octets given were written in: a charset parameter must say the same. */
  readonly encoding: 'UTF-8' | 'UTF-16';
  /** Comments and instructions before and after the root. */
  readonly prolog: readonly (XmlComment | XmlInstruction)[];
  readonly epilog: readonly (XmlComment | XmlInstruction)[];
  /** Elements with an attribute whose local name is `id` in whatever case and namespace, in document order. */
  readonly identified: readonly XmlElement[];
  /** Inner steps that parsing took. */
  readonly steps: number;
}
