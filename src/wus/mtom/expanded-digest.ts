import { canonicalPieces, type DigestedForm, digestCanonical } from '../../xml/c14n.ts';
import type { XmlElement } from '../../xml/tree.ts';
import type { AttachmentSource } from './attachments.ts';
import { Base64Hash } from './base64-hash.ts';
import { findIncludes } from './includes.ts';

/**
 * The digest of an element's canonical octets in which the base64 of its attachment, without line breaks, stands in the place of
 * each xop:Include. Memory does not grow with the attachments. What passed while the message came is not read again.
 * Throws WUS_ATTACHMENT, XML_FORBIDDEN, STORE_UNAVAILABLE. @spec XOP 1.0 §3.2, WS-Security 1.1, Digikoppeling WM001, WB004
 */
export function digestExpanded(
  element: XmlElement,
  form: DigestedForm,
  source: AttachmentSource,
): Buffer | Promise<Buffer> {
  const begun = source.digestBegun?.(element, form);
  if (begun !== undefined) return begun;
  if (findIncludes(element).length === 0) return digestCanonical(element, form);
  return new ExpandedDigest(element, form).finish(source);
}

/**
 * The same digest in steps:
 *
 *   canonical octets up to an Include ──> octets of its attachment ──> canonical octets up to the next … ──> finish
 *
 * Attachments that come in the order of their Includes are digested as they pass; `finish` reads those that did not.
 */
export class ExpandedDigest {
  readonly element: XmlElement;
  readonly form: DigestedForm;
  readonly #hash: Base64Hash;
  readonly #pieces: readonly Buffer[];
  readonly #contentIds: readonly string[];
  /** Includes whose attachment is digested. */
  #done = 0;

  constructor(element: XmlElement, form: DigestedForm) {
    const includes = findIncludes(element);
    this.element = element;
    this.form = form;
    this.#hash = new Base64Hash(form.digest);
    this.#pieces = canonicalPieces(element, form, new Set(includes.map((one) => one.element)));
    this.#contentIds = includes.map((one) => one.contentId);
    this.#digestPiece();
  }

  /** Content-ID of the attachment whose octets come next; undefined: it needs no more. */
  get awaited(): string | undefined {
    return this.#contentIds[this.#done];
  }

  /** Octets of the awaited attachment. */
  update(octets: Uint8Array): void {
    this.#hash.binary(octets);
  }

  /** The awaited attachment is complete. */
  endAttachment(): void {
    this.#hash.endBinary();
    this.#done += 1;
    this.#digestPiece();
  }

  /** Once only. */
  async finish(source: AttachmentSource): Promise<Buffer> {
    for (let contentId = this.awaited; contentId !== undefined; contentId = this.awaited) {
      const stream = await source.open(source.find(contentId));
      for await (const chunk of stream as AsyncIterable<Buffer>) this.update(chunk);
      this.endAttachment();
    }
    return this.#hash.digest();
  }

  #digestPiece(): void {
    const piece = this.#pieces[this.#done];
    if (piece !== undefined) this.#hash.text(piece);
  }
}
