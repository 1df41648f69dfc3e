import { isMap, readText, Unusable } from './read-value.ts';

/** Reads one entry; `before` are those before it that can be used. */
type ReadEntry<E> = (entry: unknown, before: readonly E[]) => E | Unusable;

/**
 * A list of maps, each known by its name. Says of every entry that cannot be used all that is wrong with it; `beside` says
 * what is wrong with those that can, beside each other.
 */
export function readEntries<E>(
  value: unknown,
  what: string,
  read: ReadEntry<E>,
  beside: (entries: readonly E[]) => readonly string[] = () => [],
): readonly E[] | Unusable {
  if (!Array.isArray(value)) return new Unusable(`must be a list of ${what}, each a map that begins with its name`);
  const reasons: string[] = [];
  const entries: E[] = [];
  let first: number | undefined;
  for (const [index, entry] of value.entries()) {
    const one = read(entry, entries);
    if (one instanceof Unusable) {
      first ??= index;
      reasons.push(`${nameOf(entry) ?? `entry ${index + 1}`}: ${one.reason}`);
    } else entries.push(one);
  }
  reasons.push(...beside(entries));
  return reasons.length === 0 ? entries : new Unusable(reasons.join('; '), first);
}

function nameOf(entry: unknown): string | undefined {
  const name = isMap(entry) ? entry['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** Names that no two programs read differently where they become part of something. */
const NAMES = {
  word: { form: /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, shown: 'letters, digits, _ and -, at most 100' },
  file: { form: /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, shown: 'letters, digits, . _ and -, at most 100' },
  segment: { form: /^[A-Za-z0-9][A-Za-z0-9._~-]{0,99}$/, shown: 'letters, digits, . _ ~ and -, at most 100' },
} as const;

/** A name of an entry: a word of a routing key, of a file, or a segment of a URL; `place` says what it becomes part of. */
export function readName(value: unknown, kind: keyof typeof NAMES, place?: string): string | Unusable {
  const text = readText(value);
  const { form, shown } = NAMES[kind];
  if (text instanceof Unusable || form.test(text)) return text;
  return new Unusable(`is ${place === undefined ? '' : `${place}: `}${shown}`);
}
