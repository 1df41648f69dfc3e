import { encodeCid } from '../../mime/content-id.ts';
import { GatewayError } from '../../errors.ts';
import { XML_NAMESPACE } from '../../xml/events.ts';
import { escapeAttribute, escapeText } from '../../xml/writer.ts';
import { XOP_NAMESPACE } from '../namespaces.ts';
import { XSI_NAMESPACE } from '../wsdl/names.ts';
import type { XsdComplexType, XsdElement, XsdName, XsdPrimitive } from '../wsdl/schema/schema.ts';
import { arrange } from './arrange.ts';
import { ATTACHMENT, impossible, isJsonObject, type JsonPlace, NIL, TEXT, within } from './json.ts';
import { EXPECTED, textOf } from './values.ts';

export interface WriteLimits {
  /** Characters of markup. */
  readonly maxBytes: number;
  /** Elements. */
  readonly maxNodes: number;
  readonly maxDepth: number;
}

type Place = JsonPlace | undefined;
type Given = Readonly<Record<string, unknown>>;

/** Writes one element from JSON. Every refusal is TRANSLATION_IMPOSSIBLE with a JSON pointer. */
export class ElementWriter {
  /** Content-IDs in the order of their Includes. */
  readonly contentIds: string[] = [];
  readonly #limits: WriteLimits;
  readonly #prefixes = new Map<string, string>([[XML_NAMESPACE, 'xml']]);
  #length = 0;
  #nodes = 0;

  constructor(limits: WriteLimits) {
    this.#limits = limits;
  }

  /** The element with every namespace that it needs declared on it. */
  document(value: unknown, declared: XsdElement): string {
    const markup = this.#element(value, declared, undefined, 1);
    const end = /[ >]/.exec(markup)?.index ?? 0;
    const declarations = [...this.#prefixes].map(([namespace, prefix]) =>
      prefix === 'xml' ? '' : ` xmlns:${prefix}="${escapeAttribute(namespace)}"`,
    );
    return markup.slice(0, end) + declarations.join('') + markup.slice(end);
  }

  #element(value: unknown, declared: XsdElement, place: Place, depth: number): string {
    const type = declared.type();
    if (type.kind === 'any') throw impossible(place, type.reason);
    if (depth > this.#limits.maxDepth) throw impossible(place, 'nested too deep');
    if (++this.#nodes > this.#limits.maxNodes) throw impossible(place, 'too many elements');
    const name = this.#name(declared.name);
    if (value === null) return this.#nil(name, '', { declared, place });
    if (type.kind === 'simple')
      return this.#count(`<${name}>${this.#value(value, type.primitive, place)}</${name}>`, place);
    if (!isJsonObject(value)) throw impossible(place, 'an object is expected');
    const attributes = this.#attributes(value, type, place);
    if (Object.hasOwn(value, NIL)) return this.#nilWith(value, name, attributes, { declared, place });
    const content =
      type.text === undefined ? this.#children(value, type, place, depth) : this.#text(value, type.text, place);
    return this.#count(`<${name}${attributes}>`, place) + content + this.#count(`</${name}>`, place);
  }

  #nil(name: string, attributes: string, { declared, place }: { declared: XsdElement; place: Place }): string {
    if (!declared.nillable) throw impossible(place, 'null is not possible here');
    const xsi = this.#prefix(XSI_NAMESPACE);
    return this.#count(`<${name}${attributes} ${xsi}:nil="true"></${name}>`, place);
  }

  #nilWith(
    value: Given,
    name: string,
    attributes: string,
    about: { readonly declared: XsdElement; readonly place: Place },
  ): string {
    const other = Object.keys(value).find((key) => key !== NIL && !key.startsWith('@'));
    if (value[NIL] !== true) throw impossible(within(about.place, NIL), 'true is expected');
    if (other !== undefined) throw impossible(within(about.place, other), 'what is nil has no content');
    if (attributes === '') throw impossible(about.place, 'null is expected where there are no attributes');
    return this.#nil(name, attributes, about);
  }

  #attributes(value: Given, { attributes }: XsdComplexType, place: Place): string {
    let markup = '';
    for (const [key, one] of Object.entries(value)) {
      if (!key.startsWith('@')) continue;
      const at = within(place, key);
      const attribute = attributes.get(key.slice(1));
      if (attribute === undefined) throw impossible(at, 'the schema has no such attribute');
      const text = textOf(one, attribute.primitive);
      if (text === undefined) throw impossible(at, `${EXPECTED[attribute.primitive]} is expected`);
      markup += ` ${this.#name(attribute.name)}="${escaped(text, at, escapeAttribute)}"`;
    }
    for (const { name, required } of attributes.values()) {
      const key = `@${name.localName}`;
      if (required && !Object.hasOwn(value, key)) throw impossible(within(place, key), 'the attribute is missing');
    }
    return markup;
  }

  #text(value: Given, primitive: XsdPrimitive, place: Place): string {
    for (const key of Object.keys(value)) {
      if (!key.startsWith('@') && key !== TEXT)
        throw impossible(within(place, key), 'the schema has no such element here');
    }
    if (!Object.hasOwn(value, TEXT)) throw impossible(within(place, TEXT), 'the text is missing');
    const at = within(place, TEXT);
    return this.#count(this.#value(value[TEXT], primitive, at), at);
  }

  #value(value: unknown, primitive: XsdPrimitive, place: Place): string {
    if (primitive === 'base64' && isJsonObject(value)) return this.#include(value, place);
    const text = textOf(value, primitive);
    if (text === undefined) throw impossible(place, `${EXPECTED[primitive]} is expected`);
    return escaped(text, place, escapeText);
  }

  #include(value: Given, place: Place): string {
    const contentId = Object.hasOwn(value, ATTACHMENT) ? value[ATTACHMENT] : undefined;
    const alone = Object.keys(value).length === 1;
    if (typeof contentId !== 'string' || contentId === '' || !alone) {
      throw impossible(place, `${EXPECTED.base64} is expected: {"${ATTACHMENT}": "Content-ID"}`);
    }
    this.contentIds.push(contentId);
    const xop = this.#prefix(XOP_NAMESPACE);
    return `<${xop}:Include href="${escaped(encodeCid(contentId), place, escapeAttribute)}"></${xop}:Include>`;
  }

  #children(value: Given, type: XsdComplexType, place: Place, depth: number): string {
    const lists = new Map<string, readonly unknown[]>();
    for (const [key, one] of Object.entries(value)) {
      if (key.startsWith('@')) continue;
      const child = type.children.get(key);
      if (child === undefined) throw impossible(within(place, key), 'the schema has no such element here');
      if (child.many && !Array.isArray(one)) throw impossible(within(place, key), 'an array is expected');
      lists.set(key, child.many && Array.isArray(one) ? one : [one]);
    }
    const order = arrange(type.content, new Map([...lists].map(([key, list]) => [key, list.length])));
    if ('problem' in order) throw impossible(within(place, order.name), `the element is ${order.problem}`);
    const next = new Map<string, number>();
    return order
      .map((name) => {
        const at = next.get(name) ?? 0;
        next.set(name, at + 1);
        const child = type.children.get(name);
        if (child === undefined) return '';
        const here = within(place, name);
        return this.#element(lists.get(name)?.[at], child.element, child.many ? within(here, at) : here, depth + 1);
      })
      .join('');
  }

  #name({ namespace, localName }: XsdName): string {
    return namespace === '' ? localName : `${this.#prefix(namespace)}:${localName}`;
  }

  #prefix(namespace: string): string {
    const known = this.#prefixes.get(namespace);
    if (known !== undefined) return known;
    const prefix = `n${this.#prefixes.size}`;
    this.#prefixes.set(namespace, prefix);
    return prefix;
  }

  #count(markup: string, place: Place): string {
    this.#length += markup.length;
    if (this.#length > this.#limits.maxBytes) throw impossible(place, 'too much content');
    return markup;
  }
}

/** Characters that XML cannot hold, NUL among them, are refused where they stand. */
function escaped(text: string, place: Place, escape: (text: string) => string): string {
  try {
    return escape(text);
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown;
    throw impossible(place, 'it holds a character that XML cannot hold');
  }
}
