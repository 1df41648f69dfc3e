import { didYouMean, isMap, Unusable } from './read-value.ts';
import { nearest } from './suggest.ts';

/** One key of a map within a setting: how its value is read, and what counts where it is not given. */
export interface Field<V> {
  readonly read: (value: unknown) => V | Unusable;
  /** Absent: the key is required. */
  readonly otherwise?: { readonly value: V };
}

export type Fields<T> = { readonly [K in keyof T]-?: Field<T[K]> };

export function required<V>(read: Field<V>['read']): Field<V> {
  return { read };
}

export function optional<V>(read: Field<V>['read']): Field<V | undefined> {
  return { read, otherwise: { value: undefined } };
}

export function otherwise<V>(value: V, read: Field<V>['read']): Field<V> {
  return { read, otherwise: { value } };
}

/** Every key of a map by its own field. Says all that is wrong, unknown keys first; `hint` knows more of an unknown key. */
export function readFields<T>(value: unknown, fields: Fields<T>, hint?: Hint): T | Unusable;
export function readFields(value: unknown, fields: Table, hint: Hint = () => undefined): unknown {
  if (!isMap(value)) return new Unusable('must be a map');
  const names = Object.keys(fields);
  const reasons = Object.keys(value)
    .filter((key) => !names.includes(key))
    .map((key) => hint(key) ?? `unknown key ${key}${didYouMean(nearest(key, names))}`);
  const found: [string, unknown][] = [];
  for (const [name, field] of Object.entries(fields)) {
    const read = readField(field, value[name]);
    if (read instanceof Unusable) reasons.push(`${name}: ${read.reason}`);
    else found.push([name, read]);
  }
  return reasons.length === 0 ? Object.fromEntries(found) : new Unusable(reasons.join('; '));
}

type Table = Readonly<Record<string, Field<unknown>>>;
type Hint = (key: string) => string | undefined;

function readField(field: Field<unknown>, value: unknown): unknown {
  if (value !== undefined) return field.read(value);
  return field.otherwise === undefined ? new Unusable('is required') : field.otherwise.value;
}
