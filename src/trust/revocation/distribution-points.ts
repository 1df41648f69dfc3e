import { DerError, DerReader, TAG } from './der.ts';

const CONTEXT = { zero: 0xa0, one: 0xa1, two: 0xa2 } as const;
const URI = 0x86;

/** Addresses in `CRLDistributionPoints`; points that split reasons or name another issuer are passed over. @spec RFC 5280 §4.2.1.13 */
export function readDistributionPoints(value: Buffer): readonly string[] {
  const points = new DerReader(value).within(TAG.sequence);
  const urls: string[] = [];
  while (!points.done) {
    const point = points.within(TAG.sequence);
    const name = point.maybe(CONTEXT.zero);
    if (name !== undefined && point.done) urls.push(...readPointName(name.content));
  }
  return urls;
}

/** The URIs of a `DistributionPointName`; none when it is relative to the issuer. */
export function readPointName(content: Buffer): readonly string[] {
  const reader = new DerReader(content);
  const full = reader.maybe(CONTEXT.zero);
  if (full === undefined) return [];
  const names = new DerReader(full.content);
  const urls: string[] = [];
  while (!names.done) {
    const name = names.any();
    if (name.tag === URI) urls.push(name.content.toString('latin1'));
  }
  return urls;
}

/** What part of the certificates of a CA a list speaks of. */
export interface ListScope {
  /** The list speaks only of certificates that name one of these; undefined: of all. */
  readonly points: readonly string[] | undefined;
  readonly only: 'users' | 'authorities' | undefined;
}

export const WHOLE: ListScope = { points: undefined, only: undefined };

const POINT_FLAG = { users: 0x81, authorities: 0x82, reasons: 0x83, indirect: 0x84, attributes: 0x85 } as const;

/** `IssuingDistributionPoint`. Throws DerError for a list that this gateway cannot use. @spec RFC 5280 §5.2.5 */
export function readListScope(value: Buffer): ListScope {
  const reader = new DerReader(value).within(TAG.sequence);
  const name = reader.maybe(CONTEXT.zero);
  const points = name === undefined ? undefined : readPointName(name.content);
  if (points?.length === 0) throw new DerError('its distribution point has no address');
  const flags = new Set<number>();
  while (!reader.done) {
    const { tag, content } = reader.any();
    if (tag === POINT_FLAG.reasons) throw new DerError('it is for some reasons only');
    if (content.length === 1 && content[0] !== 0) flags.add(tag);
    else if (content.length !== 1) throw new DerError('its scope cannot be decoded');
  }
  if (flags.has(POINT_FLAG.indirect)) throw new DerError('it is an indirect list');
  if (flags.has(POINT_FLAG.attributes)) throw new DerError('it is for attribute certificates only');
  const users = flags.has(POINT_FLAG.users);
  const authorities = flags.has(POINT_FLAG.authorities);
  if (users && authorities) throw new DerError('its scope contradicts itself');
  return { points, only: users ? 'users' : authorities ? 'authorities' : undefined };
}
