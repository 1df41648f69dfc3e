import type { XmlElement } from '../../../xml/tree.ts';
import { childrenIn, keyOf, plainAttribute, XSD_NAMESPACE } from '../names.ts';
import { Opaque, Room, type SchemaReading } from './reading.ts';
import type { XsdChild, XsdElement, XsdParticle } from './schema.ts';

/** A compositor with what stands in it. Wildcards that may be absent are left out: what they would let in is refused. @spec XML Schema 1.0 Part 1 §3.8, §3.9 */
export function readParticle(node: XmlElement, reading: SchemaReading, room = new Room()): XsdParticle | Opaque {
  const kind = node.localName;
  if (kind === 'group') return readGroup(node, reading, room);
  if (kind !== 'sequence' && kind !== 'choice' && kind !== 'all') return new Opaque(`xs:${kind} is not understood`);
  const particles: XsdParticle[] = [];
  for (const child of childrenIn(node, XSD_NAMESPACE)) {
    if (child.localName === 'annotation' || occurs(child).maxOccurs === 0) continue;
    if (child.localName === 'any') {
      if (occurs(child).minOccurs > 0) return new Opaque('any element must stand in it');
      continue;
    }
    const particle = room.within(() =>
      child.localName === 'element' ? readElementUse(child, reading) : readParticle(child, reading, room),
    );
    if (particle instanceof Opaque) return particle;
    particles.push(particle);
  }
  return { kind, particles, ...occurs(node) };
}

function readGroup(node: XmlElement, reading: SchemaReading, room: Room): XsdParticle | Opaque {
  const { components } = reading;
  const name = components.resolve(node, plainAttribute(node, 'ref') ?? '');
  const group = name === undefined ? undefined : components.find('group', name);
  const [compositor] =
    group === undefined ? [] : childrenIn(group, XSD_NAMESPACE).filter((one) => one.localName !== 'annotation');
  if (compositor === undefined) return new Opaque('it names a group that is not declared');
  const particle = room.within(() => readParticle(compositor, reading, room));
  return particle instanceof Opaque ? particle : { kind: 'sequence', particles: [particle], ...occurs(node) };
}

function readElementUse(node: XmlElement, reading: SchemaReading): XsdParticle | Opaque {
  const { components } = reading;
  const ref = plainAttribute(node, 'ref');
  const name = ref === undefined ? undefined : components.resolve(node, ref);
  const target = ref === undefined ? node : name === undefined ? undefined : components.find('element', name);
  return target === undefined
    ? new Opaque(`its element ${ref} is not declared`)
    : { kind: 'element', element: reading.element(target), ...occurs(node) };
}

function occurs(node: XmlElement): { readonly minOccurs: number; readonly maxOccurs: number } {
  const max = plainAttribute(node, 'maxOccurs') ?? '1';
  return {
    minOccurs: Number(plainAttribute(node, 'minOccurs') ?? '1'),
    maxOccurs: max === 'unbounded' ? Infinity : Number(max),
  };
}

/** Every element of a content model by local name, and whether it may stand there more than once. */
export function childrenOf(content: XsdParticle): ReadonlyMap<string, XsdChild> | Opaque {
  const elements = new Map<string, XsdElement>();
  const clash = collect(content, elements);
  if (clash !== undefined) return new Opaque(`it has two elements called ${clash}`);
  const counts = countsOf(content);
  return new Map([...elements].map(([name, element]) => [name, { element, many: (counts.get(name) ?? 0) > 1 }]));
}

/** Gives a name that two different elements have. */
function collect(particle: XsdParticle, found: Map<string, XsdElement>): string | undefined {
  if (particle.kind !== 'element') {
    for (const one of particle.particles) {
      const clash = collect(one, found);
      if (clash !== undefined) return clash;
    }
    return undefined;
  }
  const { element } = particle;
  const { localName } = element.name;
  const before = found.get(localName);
  if (before !== undefined && !isSame(before, element)) return localName;
  found.set(localName, element);
  return undefined;
}

/** One element may be declared at two places of a type, if both name the same type. @spec XML Schema 1.0 Part 1 §3.8.6 */
function isSame(left: XsdElement, right: XsdElement): boolean {
  if (left === right) return true;
  const named = left.typeName !== undefined && left.typeName === right.typeName;
  return named && keyOf(left.name) === keyOf(right.name) && left.nillable === right.nillable;
}

/** How often each element may stand there at most. */
function countsOf(particle: XsdParticle): ReadonlyMap<string, number> {
  const { kind, maxOccurs } = particle;
  if (kind === 'element') return new Map([[particle.element.name.localName, maxOccurs]]);
  const counts = new Map<string, number>();
  for (const one of particle.particles) {
    for (const [name, count] of countsOf(one)) {
      const before = counts.get(name) ?? 0;
      counts.set(name, kind === 'choice' ? Math.max(before, count) : before + count);
    }
  }
  return new Map([...counts].map(([name, count]) => [name, count * maxOccurs]));
}
