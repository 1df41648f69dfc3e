import { dirname, resolve } from 'node:path';
import { KEYS, environmentName } from './key-table.ts';
import type { Key, KeyRow, Settings } from './key-table.ts';
import { KINDS } from './key-kinds.ts';
import type { Problem } from './problems.ts';
import { didYouMean, Unusable } from './read-value.ts';
import { nearest } from './suggest.ts';
import { readYamlFile } from './yaml-file.ts';
import type { RawValue } from './yaml-file.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface SettingsRead {
  readonly file: string;
  /** Folder that relative paths count from. */
  readonly folder: string;
  /** undefined when there are problems. */
  readonly settings: Settings | undefined;
  readonly problems: readonly Problem[];
  /** Where a key was given; undefined when it has its default. */
  readonly placeOf: (key: Key) => string | undefined;
}

const isKey = (name: string): name is Key => Object.hasOwn(KEYS, name);
const ROWS: readonly (readonly [Key, KeyRow])[] = Object.keys(KEYS)
  .filter(isKey)
  .map((key) => [key, KEYS[key]]);
const NAMES: ReadonlySet<string> = new Set(Object.keys(KEYS));

/** Reads the file and the environment over it, each value checked by its own row. Throws when the file cannot be read. */
export function readSettings(path: string, environment: Environment): SettingsRead {
  const file = resolve(path);
  const folder = dirname(file);
  const { values, problems } = readYamlFile(file, (key) => NAMES.has(key) && !hasChildren(key));
  const raw = new Map(values);
  // `api:` with nothing below it asks for nothing.
  for (const [key, { value }] of values) if (hasChildren(key) && isNothing(value)) raw.delete(key);
  const unknown = [...raw].filter(([key]) => !NAMES.has(key)).map(unknownKey);
  const overlaid = overlay(raw, environment);
  const checked: Record<string, unknown> = {};
  const found = ROWS.flatMap(([key, row]) => {
    const value = readRow(row, overlaid.get(key), folder);
    if (!(value instanceof Unusable)) checked[key] = value;
    return value instanceof Unusable
      ? [{ key, place: placeOf(value, overlaid.get(key)) ?? file, reason: value.reason }]
      : [];
  });
  const all = problems.length > 0 ? problems : [...unknown, ...found];
  const settings = all.length === 0 && isComplete(checked) ? checked : undefined;
  return { file, folder, settings, problems: all, placeOf: (key) => overlaid.get(key)?.place };
}

function placeOf({ entry }: Unusable, raw: RawValue | undefined): string | undefined {
  return (entry === undefined ? undefined : raw?.placeOfEntry?.(entry)) ?? raw?.place;
}

/** Every value was read by its own row, so that only absence can be wrong. */
function isComplete(checked: Readonly<Record<string, unknown>>): checked is Settings {
  return ROWS.every(([key, row]) => checked[key] !== undefined || (row.required !== true && row.default === undefined));
}

/** Environment variables over the file; a variable for a section (`ebms.tls: off`) hides what the file says within it. */
function overlay(file: ReadonlyMap<string, RawValue>, environment: Environment): ReadonlyMap<string, RawValue> {
  const values = new Map(file);
  for (const [key, row] of ROWS) {
    const name = environmentName(key);
    const text = environment[name];
    if (text === undefined || text === '') continue;
    for (const child of [...values.keys()].filter((other) => other.startsWith(`${key}.`))) values.delete(child);
    values.set(key, { value: (KINDS[row.kind].fromText ?? String)(text), place: name });
  }
  return values;
}

function readRow(row: KeyRow, raw: RawValue | undefined, folder: string): unknown {
  if (raw?.value instanceof Unusable) return raw.value;
  const value = raw?.value ?? row.default;
  if (value === undefined) return row.required === true ? new Unusable('is required') : undefined;
  const read = KINDS[row.kind].read(value, folder);
  if (typeof read !== 'string' || row.choices === undefined || row.choices.includes(read)) return read;
  return new Unusable(`must be ${row.choices.length === 1 ? '' : 'one of '}${row.choices.join(', ')}`);
}

function unknownKey([key, { place }]: readonly [string, RawValue]): Problem {
  if (hasChildren(key)) return { key, place, reason: 'must be a map of settings' };
  const near = nearest(key, NAMES) ?? [...NAMES].find((name) => name.toLowerCase().endsWith(`.${key.toLowerCase()}`));
  return { key, place, reason: `unknown key${didYouMean(near)}` };
}

function hasChildren(key: string): boolean {
  return ROWS.some(([name]) => name.startsWith(`${key}.`));
}

function isNothing(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value ?? {}).length === 0);
}
