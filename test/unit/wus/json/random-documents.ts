import * as fc from 'fast-check';
import { escapeAttribute, escapeText } from '../../../../src/xml/writer.ts';
import { XSI_NAMESPACE } from '../../../../src/wus/wsdl/names.ts';
import type { XsdElement, XsdName, XsdParticle, XsdPrimitive } from '../../../../src/wus/wsdl/schema/schema.ts';

type Draw = <T>(arbitrary: fc.Arbitrary<T>) => T;

/** Characters that XML can hold, awkward ones among them. */
const CHARACTER = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('a', 'b', 'X', 'Z', '0', '9', ' ', '_', '-') },
  { weight: 2, arbitrary: fc.constantFrom('<', '>', '&', '"', "'", ']', '\t', '\n', '\r', 'é', '€', '😀', '\ufffd') },
);
const STRING = fc.array(CHARACTER, { maxLength: 8 }).map((characters) => characters.join(''));
const VALUES: Readonly<Record<XsdPrimitive, fc.Arbitrary<string>>> = {
  string: STRING,
  boolean: fc.boolean().map(String),
  integer: fc.integer().map(String),
  digits: fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map(String),
  decimal: fc.tuple(fc.bigInt(), fc.nat()).map(([whole, part]) => `${whole}.${part}`),
  number: fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? '-0' : String(value))),
    fc.constantFrom('INF', '-INF', 'NaN'),
  ),
  base64: fc.uint8Array({ maxLength: 12 }).map((octets) => Buffer.from(octets).toString('base64')),
};

const MOST = 3;
const DEEPEST = 4;
/** Elements after which only what must be there is added. */
const ENOUGH = 40;

/** A document that follows the schema. `once`: no group is repeated, so that JSON can keep every order. */
export class RandomDocument {
  readonly #draw: Draw;
  readonly #once: boolean;
  #elements = 0;

  constructor(draw: Draw, once: boolean) {
    this.#draw = draw;
    this.#once = once;
  }

  element(declared: XsdElement, depth = 0): string {
    this.#elements++;
    const [start, end] = tag(declared.name);
    const type = declared.type();
    if (type.kind === 'any') throw new Error(type.reason);
    const attributes = type.kind === 'simple' ? [] : [...type.attributes.values()];
    const written = attributes
      .filter(({ required }) => required || this.#draw(fc.boolean()))
      .map(({ name, primitive }) => attribute(name, this.#value(primitive)))
      .join('');
    if (declared.nillable && this.#draw(fc.boolean())) {
      return `${start}${written} xmlns:i="${XSI_NAMESPACE}" i:nil="true"/>`;
    }
    const primitive = type.kind === 'simple' ? type.primitive : type.text;
    const content =
      primitive !== undefined
        ? escapeText(this.#value(primitive))
        : type.kind === 'complex' && type.content !== undefined
          ? this.#particle(type.content, depth)
          : '';
    return `${start}${written}>${content}${end}`;
  }

  #value(primitive: XsdPrimitive): string {
    return this.#draw(VALUES[primitive]);
  }

  #particle(particle: XsdParticle, depth: number): string {
    const { minOccurs, maxOccurs } = particle;
    const most = particle.kind !== 'element' && this.#once ? 1 : MOST;
    const max = depth > DEEPEST || this.#elements > ENOUGH ? minOccurs : Math.max(minOccurs, Math.min(maxOccurs, most));
    const times = this.#draw(fc.integer({ min: minOccurs, max }));
    return Array.from({ length: times }, () => this.#occurrence(particle, depth)).join('');
  }

  #occurrence(particle: XsdParticle, depth: number): string {
    if (particle.kind === 'element') return this.element(particle.element, depth + 1);
    const { particles } = particle;
    if (particle.kind === 'choice') {
      const chosen = particles[this.#draw(fc.nat({ max: particles.length - 1 }))];
      return chosen === undefined ? '' : this.#particle(chosen, depth);
    }
    const order =
      particle.kind === 'all'
        ? this.#draw(fc.shuffledSubarray([...particles], { minLength: particles.length }))
        : particles;
    return order.map((one) => this.#particle(one, depth)).join('');
  }
}

function tag({ namespace, localName }: XsdName): readonly [start: string, end: string] {
  const prefix = namespace === '' ? '' : 'p:';
  const declaration = namespace === '' ? '' : ` xmlns:p="${escapeAttribute(namespace)}"`;
  return [`<${prefix}${localName}${declaration}`, `</${prefix}${localName}>`];
}

function attribute({ namespace, localName }: XsdName, value: string): string {
  if (namespace === '') return ` ${localName}="${escapeAttribute(value)}"`;
  return ` xmlns:a="${escapeAttribute(namespace)}" a:${localName}="${escapeAttribute(value)}"`;
}

const SIMPLE = ['string', 'boolean', 'int', 'integer', 'decimal', 'double', 'base64Binary', 'dateTime', 'long'];

/** A schema whose element `root` holds whatever may stand in one, names unique within each type. `once`: no group has to be repeated. */
export class RandomSchema {
  readonly #draw: Draw;
  readonly #once: boolean;
  #count = 0;

  constructor(draw: Draw, once: boolean) {
    this.#draw = draw;
    this.#once = once;
  }

  root(): string {
    return `<xs:element name="root">${this.#complex(0)}</xs:element>`;
  }

  #simple(): string {
    return `xs:${this.#draw(fc.constantFrom(...SIMPLE))}`;
  }

  #complex(depth: number): string {
    const attributes = Array.from({ length: this.#draw(fc.nat({ max: 2 })) }, (_, place) => {
      const use = this.#draw(fc.constantFrom('', ' use="required"'));
      return `<xs:attribute name="a${place}" type="${this.#simple()}"${use}/>`;
    }).join('');
    if (depth > 0 && this.#draw(fc.nat({ max: 3 })) === 0) {
      return `<xs:complexType><xs:simpleContent><xs:extension base="${this.#simple()}">${attributes}</xs:extension></xs:simpleContent></xs:complexType>`;
    }
    return `<xs:complexType>${this.#group(depth, true)}${attributes}</xs:complexType>`;
  }

  #group(depth: number, outer: boolean): string {
    const kind = this.#draw(fc.constantFrom('sequence', 'sequence', 'choice', ...(outer ? ['all'] : [])));
    const length = this.#draw(fc.integer({ min: 1, max: 4 }));
    const children = Array.from({ length }, () =>
      kind !== 'all' && depth < 3 && this.#draw(fc.nat({ max: 4 })) === 0
        ? this.#group(depth + 1, false)
        : this.#element(depth, kind === 'all'),
    );
    const occurs =
      kind === 'all' || outer
        ? ''
        : this.#once
          ? this.#draw(fc.constantFrom('', ' minOccurs="0" maxOccurs="2"'))
          : this.#occurs();
    return `<xs:${kind}${occurs}>${children.join('')}</xs:${kind}>`;
  }

  #element(depth: number, single: boolean): string {
    const name = `e${this.#count++}`;
    const occurs = single ? this.#draw(fc.constantFrom('', ' minOccurs="0"')) : this.#occurs();
    const nillable = this.#draw(fc.nat({ max: 4 })) === 0 ? ' nillable="true"' : '';
    if (depth >= 3 || this.#draw(fc.boolean())) {
      return `<xs:element name="${name}" type="${this.#simple()}"${occurs}${nillable}/>`;
    }
    return `<xs:element name="${name}"${occurs}${nillable}>${this.#complex(depth + 1)}</xs:element>`;
  }

  #occurs(): string {
    return this.#draw(
      fc.constantFrom(
        '',
        '',
        ' minOccurs="0"',
        ' maxOccurs="unbounded"',
        ' minOccurs="0" maxOccurs="2"',
        ' minOccurs="2" maxOccurs="3"',
      ),
    );
  }
}
