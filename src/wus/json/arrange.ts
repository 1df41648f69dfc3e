import type { XsdParticle } from '../wsdl/schema/schema.ts';

/** A child that must be there and is not, or is there and may not be. */
export interface Misfit {
  readonly name: string;
  readonly problem: 'missing' | 'superfluous';
}

/**
 * The order in which a content model has the children that are counted: the one order that JSON, which keeps children of one name
 * together, can stand for. Counts are in the order of first appearance, which `all` keeps. @spec XML Schema 1.0 Part 1 §3.8.4
 */
export function arrange(
  content: XsdParticle | undefined,
  counts: ReadonlyMap<string, number>,
): readonly string[] | Misfit {
  const arranging = new Arranging(counts);
  const misfit = content === undefined ? undefined : arranging.place(content);
  return misfit ?? arranging.superfluous() ?? arranging.order;
}

class Arranging {
  readonly order: string[] = [];
  readonly #left: Map<string, number>;

  constructor(counts: ReadonlyMap<string, number>) {
    this.#left = new Map(counts);
  }

  place(particle: XsdParticle): Misfit | undefined {
    const { minOccurs, maxOccurs } = particle;
    if (particle.kind === 'element') return this.#take(particle.element.name.localName, minOccurs, maxOccurs);
    for (let times = 0; times < maxOccurs; times++) {
      if (times >= minOccurs && !this.#anyLeft(particle)) return undefined;
      const before = this.order.length;
      const misfit = this.#placeOnce(particle.kind, particle.particles);
      if (misfit !== undefined) return misfit;
      // What may be empty fills every further time that is asked.
      if (this.order.length === before) return undefined;
    }
    return undefined;
  }

  superfluous(): Misfit | undefined {
    for (const [name, count] of this.#left) if (count > 0) return { name, problem: 'superfluous' };
    return undefined;
  }

  #placeOnce(kind: 'sequence' | 'choice' | 'all', particles: readonly XsdParticle[]): Misfit | undefined {
    if (kind === 'choice') return this.#choose(particles);
    for (const one of kind === 'all' ? this.#byAppearance(particles) : particles) {
      const misfit = this.place(one);
      if (misfit !== undefined) return misfit;
    }
    return undefined;
  }

  #choose(particles: readonly XsdParticle[]): Misfit | undefined {
    const branch = particles.find((one) => this.#anyLeft(one)) ?? particles.find(mayBeEmpty) ?? particles[0];
    return branch === undefined ? undefined : this.place(branch);
  }

  #byAppearance(particles: readonly XsdParticle[]): readonly XsdParticle[] {
    const ranks = new Map([...this.#left.keys()].map((name, rank) => [name, rank]));
    const rank = (one: XsdParticle): number => ranks.get(namesOf(one)[0] ?? '') ?? Infinity;
    return [...particles].sort((a, b) => rank(a) - rank(b) || 0);
  }

  #take(name: string, least: number, most: number): Misfit | undefined {
    const left = this.#left.get(name) ?? 0;
    const taken = Math.min(left, most);
    if (taken < least) return { name, problem: 'missing' };
    this.#left.set(name, left - taken);
    for (let count = 0; count < taken; count++) this.order.push(name);
    return undefined;
  }

  #anyLeft(particle: XsdParticle): boolean {
    return namesOf(particle).some((name) => (this.#left.get(name) ?? 0) > 0);
  }
}

const known = new WeakMap<XsdParticle, readonly string[]>();

function namesOf(particle: XsdParticle): readonly string[] {
  if (particle.kind === 'element') return [particle.element.name.localName];
  const found = known.get(particle) ?? [...new Set(particle.particles.flatMap((one) => namesOf(one)))];
  known.set(particle, found);
  return found;
}

function mayBeEmpty(particle: XsdParticle): boolean {
  if (particle.minOccurs === 0) return true;
  if (particle.kind === 'element') return false;
  return particle.kind === 'choice'
    ? particle.particles.length === 0 || particle.particles.some(mayBeEmpty)
    : particle.particles.every(mayBeEmpty);
}
