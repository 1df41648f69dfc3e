import { GatewayError } from '../errors.ts';
import { holdsText } from '../soap/element-content.ts';
import type { XmlElement } from '../xml/tree.ts';
import { childElements } from '../xml/tree.ts';
import { EB_NS } from './namespaces.ts';

/**
 * Reads the children of an element in the order that the schema fixes. What the schema forbids is refused with
 * HEADER_INVALID: an element missing, doubled, unknown or out of order, or text between elements. The order is kept
 * strictly because the peers validate against the schema too, so that no honest message is out of order.
 */
export class Sequence {
  readonly #location: string;
  readonly #children: readonly XmlElement[];
  #next = 0;

  constructor(parent: XmlElement, location: string) {
    this.#location = location;
    this.#children = childElements(parent);
    if (holdsText(parent)) throw invalid(location, 'text stands between the elements');
  }

  required(localName: string, namespace: string = EB_NS): XmlElement {
    const element = this.optional(localName, namespace);
    if (element !== undefined) return element;
    const previous = this.#children[this.#next - 1];
    const doubled = previous !== undefined && this.#children[this.#next]?.localName === previous.localName;
    throw invalid(`${this.#location}/${doubled ? previous.localName : localName}`, doubled ? 'doubled' : 'missing');
  }

  optional(localName: string, namespace: string = EB_NS): XmlElement | undefined {
    const element = this.#children[this.#next];
    if (element?.localName !== localName || element.namespace !== namespace) return undefined;
    this.#next += 1;
    return element;
  }

  /** Every element of that name that follows, at least `min` and at most `max`. */
  many(localName: string, limits: { readonly min: number; readonly max: number }, namespace?: string): XmlElement[] {
    const found: XmlElement[] = [];
    let element = this.optional(localName, namespace);
    while (element !== undefined) {
      found.push(element);
      element = this.optional(localName, namespace);
    }
    if (found.length < limits.min) throw invalid(`${this.#location}/${localName}`, 'missing');
    if (found.length > limits.max) throw invalid(`${this.#location}/${localName}`, `more than ${limits.max}`);
    return found;
  }

  /** Nothing may follow but, where the schema has a wildcard, elements of other namespaces; those are not read. */
  end(wildcard: 'extensible' | 'closed'): void {
    for (let element = this.#children[this.#next]; element !== undefined; element = this.#children[this.#next]) {
      const foreign = element.namespace !== EB_NS && element.namespace !== '';
      if (wildcard === 'closed' || !foreign) throw this.#unexpected(element);
      this.#next += 1;
    }
  }

  /** Names the element only when one of that name was read before: a location goes to the partner and repeats nothing. */
  #unexpected(element: XmlElement): GatewayError {
    const known = this.#children.slice(0, this.#next).some((read) => read.localName === element.localName);
    return known
      ? invalid(`${this.#location}/${element.localName}`, 'doubled')
      : invalid(this.#location, `unexpected element {${element.namespace}}${element.localName}`);
  }
}

/** HEADER_INVALID at a location without prefixes. */
export function invalid(location: string, detail: string): GatewayError {
  return new GatewayError('HEADER_INVALID', { location, detail: `${location}: ${detail}` });
}
