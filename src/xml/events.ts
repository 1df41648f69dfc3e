import type { XmlName } from './names.ts';

/** What the tokenizer tells, in document order. Offsets are octets in the UTF-8 document. */
export interface XmlHandler {
  /** Told first: what the offsets count in. */
  begin?(utf8: Buffer): void;
  startElement(start: XmlStart): void;
  /** `end` is behind the end tag. */
  endElement(name: XmlName, end: number): void;
  /** A run of character data after references and line ends are dealt with; runs may follow each other. */
  text(text: XmlText): void;
  comment(octets: string): void;
  instruction(target: string, octets: string): void;
}

export interface XmlStart {
  readonly name: XmlName;
  readonly namespace: string;
  readonly attributes: readonly XmlAttribute[];
  readonly declarations: readonly XmlNamespace[];
  /** Offset of its `<`. */
  readonly start: number;
  /** Offset behind its name and attributes: of `>` or `/>`, or of the white space before that. */
  readonly open: number;
  /** Whether any attribute has a prefix. */
  readonly qualified: boolean;
  /** From `start` to `open` it is written as Canonical XML would, if that writes these declarations and no other. */
  readonly canonical: boolean;
}

/** A run of character data; neighbours are not merged. */
export interface XmlText {
  readonly kind: 'text';
  readonly octets: string;
  /** Where it stands, markup of a CDATA section included. */
  readonly start: number;
  readonly end: number;
  /** It is written as Canonical XML would write it. */
  readonly canonical: boolean;
}

export interface XmlAttribute {
  readonly name: XmlName;
  /** '' for an attribute without prefix. */
  readonly namespace: string;
  readonly prefix: string;
  readonly localName: string;
  /** Normalised. @spec XML 1.0 §3.3.3 */
  readonly value: string;
  /** The same value as an octet string. */
  readonly octets: string;
}

/** A namespace declaration; prefix '' is the default namespace, uri '' takes it away. */
export interface XmlNamespace {
  readonly prefix: string;
  readonly uri: string;
}

export const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';
export const XMLNS_NAMESPACE = 'http://www.w3.org/2000/xmlns/';
