import type { XmlElement } from '../../../xml/tree.ts';
import type { QualifiedName } from '../wsdl.ts';
import type { Components } from './components.ts';
import type { XsdElement, XsdType } from './schema.ts';

/** What readers of types are given. */
export interface SchemaReading {
  readonly components: Components;
  readonly element: (node: XmlElement) => XsdElement;
  readonly typeNamed: (name: QualifiedName) => XsdType;
}

/** What cannot be told in JSON, found while a type is read. */
export class Opaque {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

const MAX_NESTING = 32;
const MAX_TERMS = 20_000;

/** How far one type may spread: groups that name groups multiply, or go round in a circle. */
export class Room {
  #depth = 0;
  #left = MAX_TERMS;

  /** What `read` gives, one level deeper. */
  within<T>(read: () => T): T | Opaque {
    if (this.#depth >= MAX_NESTING || this.#left === 0) return new Opaque('its groups are nested too deep');
    this.#left--;
    this.#depth++;
    try {
      return read();
    } finally {
      this.#depth--;
    }
  }
}

export const opaque = (reason: string): XsdType => ({ kind: 'any', reason });

export function typeByName(el: XmlElement, text: string, reading: SchemaReading): XsdType {
  const name = reading.components.resolve(el, text);
  return name === undefined ? opaque(`its type ${text} is not declared`) : reading.typeNamed(name);
}
