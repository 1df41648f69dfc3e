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
  return valid ? { octets, prefix: interned(prefix), localName: interned(localName) } : undefined;
}

/*
 * Namespaces come back in every document too. Hostile ones empty the table now and then, and are no dearer than honest new ones.
 */
const MOST_NAMESPACES = 256;
const LONGEST_NAMESPACE = 256;
const namespaces = new Map<string, string>();

/** The same namespace, as one that is quick to compare; never a piece that keeps its document in memory. */
export function keptNamespace(uri: string): string {
  if (uri.length > LONGEST_NAMESPACE) return uri;
  const known = namespaces.get(uri);
  if (known !== undefined) return known;
  if (namespaces.size >= MOST_NAMESPACES) namespaces.clear();
  const fresh = interned(uri);
  namespaces.set(fresh, fresh);
  return fresh;
}

/**
 * The same text as V8 keeps it for a key of an object: each once, and so the texts of a program. To compare two of them is to look
 * where they lie; a piece cut out of a document is compared by a call into the engine. Without a prototype the object is a mere
 * table: another would leave V8 a shape for every name it ever had.
 */
function interned(text: string): string {
  const [key = text] = Object.keys({ __proto__: null, [text]: true });
  return key;
}
