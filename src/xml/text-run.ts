import type { XmlText } from './events.ts';

/** Character data as the tokenizer tells it: its octets are cut out of the document when they are asked for. */
export class TextRun implements XmlText {
  readonly start: number;
  readonly end: number;
  canonical = true;
  /** The document, or the octets once they are others than those that stand there. */
  #text: string;
  #isDocument = true;

  constructor(document: string, start: number, end: number) {
    this.#text = document;
    this.start = start;
    this.end = end;
  }

  /** The same run with octets that came from references, line ends or a CDATA section. */
  resolved(octets: string, canonical: boolean): this {
    this.#text = octets;
    this.#isDocument = false;
    this.canonical = canonical;
    return this;
  }

  get kind(): 'text' {
    return 'text';
  }

  get octets(): string {
    return this.#isDocument ? this.#text.slice(this.start, this.end) : this.#text;
  }
}
