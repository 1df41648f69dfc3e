import { hash } from 'node:crypto';

const COMPACT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z/;

/** `20261122T120000000Z`: sorts by time, and is a name on every file system. */
export function compactTime(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:.]/g, '');
}

/** The time with which a name begins; undefined when it begins with none. */
export function timeOfName(name: string): number | undefined {
  const match = COMPACT.exec(name);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, ms] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** Octets that file systems take. */
export const LONGEST_NAME = 255;
const KEPT_OCTETS = 200;
const DIGEST_DIGITS = 16;

/** A name with an ending, as far as a file system takes it: of a longer one the beginning, and a digest. */
export function fittingName(name: string, ending = ''): string {
  if (Buffer.byteLength(name + ending) <= LONGEST_NAME) return name + ending;
  const kept = Buffer.from(name).subarray(0, KEPT_OCTETS).toString('utf8').replaceAll('\uFFFD', '');
  return `${kept}_${hash('sha256', name, 'hex').slice(0, DIGEST_DIGITS)}${ending}`;
}

/** For a name that is not UTF-8: `aanslag_%E9.xml`, with every octet that is not ASCII, and `%`, percent-encoded. */
export function encodedName(octets: Buffer): string {
  return fittingName(octets.toString('latin1').replaceAll(/[%\x80-\xff]/g, percentEncode));
}

function percentEncode(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
}

const LONGEST = 80;

/** What every file system takes, and no program reads as more than a name. */
export function harmless(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9@._-]/g, '_').slice(0, LONGEST);
}
