/**
 * Turns documents of one element of one schema into JSON and back, whole or not at all: what would not come back as it is,
 * is refused. Both throw TRANSLATION_IMPOSSIBLE, located by an XPath or a JSON pointer, and nothing else on purpose.
 */
export interface Translation {
  /** UTF-8 of a JSON text for a whole XML document. */
  toJson(xml: Buffer): Buffer;
  /** UTF-8 of an element that stands on its own for a JSON text. */
  toXml(json: Buffer): Buffer;
}
