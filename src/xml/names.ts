import { isNcName } from './characters.ts';

/** A qualified name as written. */
export interface XmlName {
  /** The whole name, as an octet string. */
  readonly octets: string;
  readonly prefix: string;
  readonly localName: string;
}

/*
 * Messages use the same few names again and again. A direct-mapped cache over all documents saves building them; a collision only
 * replaces an entry, so that hostile names cost no more than honest new ones. Long names are not kept.
 */
const SLOTS = 4096;
const LONGEST_KEPT = 64;
const kept: (XmlName | undefined)[] = Array.from({ length: SLOTS }, () => undefined);

/** A name that was met before, when it stands in `bytes` at `start` with that length; else undefined. */
export function keptName(bytes: Buffer, start: number, place: { length: number; hash: number }): XmlName | undefined {
  const known = kept[place.hash & (SLOTS - 1)];
  return known !== undefined && known.octets.length === place.length && standsAt(known.octets, bytes, start)
    ? known
    : undefined;
}

/** The name in `bytes` from `start` to `end`, or undefined when it is none; kept under `hash`, any number made of its octets. */
export function readName(bytes: Buffer, start: number, place: { length: number; hash: number }): XmlName | undefined {
  const name = buildName(bytes, start, start + place.length);
  if (name !== undefined && place.length <= LONGEST_KEPT) kept[place.hash & (SLOTS - 1)] = name;
  return name;
}

/** Whether the octets of `name` stand in `bytes` at `start`. */
export function standsAt(octets: string, bytes: Buffer, start: number): boolean {
  for (let at = 0; at < octets.length; at++) if (octets.charCodeAt(at) !== bytes[start + at]) return false;
  return true;
}

/** Copies out of the document, so that a kept name does not keep the document. */
function buildName(bytes: Buffer, start: number, end: number): XmlName | undefined {
  const octets = bytes.toString('latin1', start, end);
  const proper = bytes.toString('utf8', start, end);
  const colon = proper.indexOf(':');
  const prefix = colon < 0 ? '' : proper.slice(0, colon);
  const localName = proper.slice(colon + 1);
  const valid = isNcName(localName) && (colon < 0 || isNcName(prefix));
  return valid ? { octets, prefix, localName } : undefined;
}
