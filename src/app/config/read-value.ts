import { isAbsolute, join, resolve } from 'node:path';
import { OIN_TYPE, oinOf } from '../../cpa/oin.ts';

/** A value that cannot be used, in words for the operator. */
export class Unusable {
  readonly reason: string;
  /** Index of the first entry of a list that cannot be used. */
  readonly entry: number | undefined;
  constructor(reason: string, entry?: number) {
    this.reason = reason;
    this.entry = entry;
  }
}

export function readText(value: unknown): string | Unusable {
  if (typeof value !== 'string')
    return new Unusable(`must be text${typeof value === 'number' ? ': put it in quotes' : ''}`);
  return value.trim() === '' ? new Unusable('must not be empty') : value;
}

export function readInteger(value: unknown, most: number): number | Unusable {
  const fits = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
  return fits ? value : new Unusable(`must be a whole number from 0 to ${most}`);
}

const SIZE_UNITS: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

export function readSize(value: unknown): number | Unusable {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  const match = typeof value === 'string' ? /^(\d{1,6}) ?(KiB|MiB|GiB|TiB)$/.exec(value) : null;
  const octets = Number(match?.[1]) * (SIZE_UNITS[match?.[2] ?? ''] ?? Number.NaN);
  return octets > 0 ? octets : new Unusable('must be a number of octets, or a size such as 20 MiB');
}

export function readPath(value: unknown, folder: string): string | Unusable {
  const text = readText(value);
  if (text instanceof Unusable) return text;
  if (text.includes('\0')) return new Unusable('must be a path');
  return isAbsolute(text) ? text : resolve(folder, text);
}

/** `sqlite:` and `file:` URLs may hold a path relative to the folder of the file; other schemes stay as they are. */
export function readUrl(value: unknown, folder: string): string | Unusable {
  const text = readText(value);
  if (text instanceof Unusable) return text;
  const match = /^(sqlite|file):(?!\/\/)(.+)$/.exec(text);
  if (match !== null) return `${match[1]}:${isAbsolute(match[2] ?? '') ? match[2] : join(folder, match[2] ?? '')}`;
  return URL.canParse(text) ? text : new Unusable('must be a URL');
}

export function readList<V>(value: unknown, read: (one: unknown) => V | Unusable): readonly V[] | Unusable {
  if (!Array.isArray(value)) return new Unusable('must be a list');
  const items: V[] = [];
  for (const [index, one] of value.entries()) {
    const item = read(one);
    if (item instanceof Unusable) return new Unusable(`entry ${index + 1}: ${item.reason}`);
    items.push(item);
  }
  return items;
}

/** A list that limits: an empty one would allow nothing. */
export function readSome<V>(value: unknown, read: (one: unknown) => V | Unusable): readonly V[] | Unusable {
  const list = readList(value, read);
  if (list instanceof Unusable || list.length > 0) return list;
  return new Unusable('name one at least, or leave it out');
}

export function readParty(value: unknown): string | Unusable {
  const text = readText(value);
  if (text instanceof Unusable) return typeof value === 'number' ? new Unusable('put the OIN in quotes') : text;
  return oinOf(text) === undefined ? text : `${OIN_TYPE}:${text}`;
}

export function readOneOf<T extends string>(value: unknown, choices: readonly T[]): T | undefined | Unusable {
  if (value === undefined) return undefined;
  return choices.find((one) => one === value) ?? new Unusable(`must be one of ${choices.join(', ')}`);
}

export function isHttpUrl(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value);
}

export function readHttpUrl(value: unknown): string | Unusable {
  return isHttpUrl(value) ? value : new Unusable('must be an http(s):// URL');
}

export function readFlag(value: unknown): boolean | Unusable {
  return typeof value === 'boolean' ? value : new Unusable('must be true or false');
}

/** A bare OIN, or one as PartyId; without its suffix. */
export function readOin(value: unknown): string | Unusable {
  const bare = typeof value === 'string' ? oinOf(value.replace(`${OIN_TYPE}:`, '')) : undefined;
  return bare ?? new Unusable('must be an OIN of 20 digits, in quotes');
}

export function isOin(value: unknown): value is string {
  return typeof value === 'string' && oinOf(value) !== undefined;
}

export function didYouMean(name: string | undefined): string {
  return name === undefined ? '' : ` (did you mean ${name}?)`;
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
