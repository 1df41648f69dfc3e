/** As much of XML Schema as translation needs. Keys are `{namespace}localName`. @spec XML Schema 1.0 Part 1 */
export interface XsdSchema {
  readonly elements: ReadonlyMap<string, XsdElement>;
}

export interface XsdElement {
  readonly name: XsdName;
  readonly nillable: boolean;
  /** `{namespace}localName` of its type; undefined where the type stands inside of it. */
  readonly typeName: string | undefined;
  /** Read when it is asked for: types may refer to themselves. */
  readonly type: () => XsdType;
}

export interface XsdName {
  readonly namespace: string;
  readonly localName: string;
}

export type XsdType =
  | { readonly kind: 'simple'; readonly primitive: XsdPrimitive }
  | XsdComplexType
  | {
      readonly kind: 'any';
      /** Why nothing can be said about its content. */
      readonly reason: string;
    };

export interface XsdComplexType {
  readonly kind: 'complex';
  /** Undefined: no child elements. */
  readonly content: XsdParticle | undefined;
  /** Every element that may stand in it, by local name: no two have the same. */
  readonly children: ReadonlyMap<string, XsdChild>;
  /** By local name: no two have the same. */
  readonly attributes: ReadonlyMap<string, XsdAttribute>;
  /** Text content, of a simpleContent. */
  readonly text: XsdPrimitive | undefined;
}

export interface XsdChild {
  readonly element: XsdElement;
  /** It may stand there more than once. */
  readonly many: boolean;
}

export interface XsdAttribute {
  readonly name: XsdName;
  readonly primitive: XsdPrimitive;
  readonly required: boolean;
}

/** A term of a content model, and how often it may stand there; Infinity: unbounded. */
export type XsdParticle = (
  | { readonly kind: 'element'; readonly element: XsdElement }
  | { readonly kind: 'sequence' | 'choice' | 'all'; readonly particles: readonly XsdParticle[] }
) & { readonly minOccurs: number; readonly maxOccurs: number };

/**
 * How a value stands in JSON. Numbers only where every value survives as a double: `integer` are the types of 32 bits and less.
 * `digits` (integers of any length) and `decimal` are strings. `number` is float and double; INF, -INF, NaN and -0 are strings.
 */
export type XsdPrimitive = 'string' | 'boolean' | 'integer' | 'digits' | 'decimal' | 'number' | 'base64';
