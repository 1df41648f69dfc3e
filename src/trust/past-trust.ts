import type { X509Certificate } from 'node:crypto';
import { toGatewayError } from '../errors.ts';
import type { KeptList, ListFault, PastTrust, PastVerdict } from '../ports/trust.ts';
import { issuersAbove, Paths } from './paths.ts';
import { pointsOf } from './revocation/facts.ts';
import { nameOf } from './revocation/judge.ts';
import { type RevocationList, readLists } from './revocation/list.ts';
import { speaksOf } from './revocation/register.ts';
import { isSignedBy } from './revocation/signature.ts';

/** Judges by these CAs (each DER or a PEM bundle) alone: no gateway, no network. Throws CONFIG_INVALID for one that cannot be read. */
export function createPastTrust(roots: readonly Uint8Array[]): PastTrust {
  const paths: Paths = new Paths({ roots, above: (pinned) => issuersAbove(pinned, paths.roots) });
  return {
    async check(certificate, at) {
      await paths.find(certificate, at);
    },
    readLists(kept) {
      const read = kept.map((one) => readOne(one, paths.roots));
      const held = read.flatMap((one) => ('list' in one ? [one] : []));
      return {
        faults: read.flatMap((one) => ('list' in one ? [] : [one])),
        async judge(certificate, at) {
          const chain = await paths.find(certificate, at);
          return chain.slice(1).flatMap((issuer, index) => {
            const below = chain[index];
            return below === undefined ? [] : [judgeOne(below, { issuer, at, held })];
          });
        },
      };
    },
  };
}

interface Held {
  readonly name: string;
  readonly list: RevocationList;
}

/** A list counts when a CA signed it that is known here and may sign lists. */
function readOne({ name, octets }: KeptList, roots: readonly X509Certificate[]): Held | ListFault {
  try {
    const [list] = readLists(octets);
    if (list === undefined) throw new Error('readLists gives one list at least');
    const named = roots.filter((one) => pointsOf(one).subject.equals(list.issuer));
    if (named.length === 0) return { name, damaged: false, detail: 'its CA is none of those that are trusted' };
    const signed = named.some((one) => pointsOf(one).signsLists && isSignedBy(list, one.publicKey));
    return signed ? { name, list } : { name, damaged: true, detail: 'its signature is not of the CA that it names' };
  } catch (error) {
    const { code, detail } = toGatewayError(error);
    return { name, damaged: true, detail: detail ?? code };
  }
}

interface Judging {
  readonly issuer: X509Certificate;
  readonly at: number;
  readonly held: readonly Held[];
}

/**
 * An entry counts from its revocationDate, whenever its list was issued. A list that does not name the certificate says
 * that it was good while the list was in force, and before; but a CA may leave out certificates that have ended.
 * @spec RFC 5280 §3.3, §5.3
 */
function judgeOne(certificate: X509Certificate, { issuer, at, held }: Judging): PastVerdict {
  const subject = nameOf(certificate);
  const lists = held.filter(
    ({ list }) => isSignedBy(list, issuer.publicKey) && issuerOf(issuer, list) && speaksOf(list, certificate),
  );
  const { serial } = pointsOf(certificate);
  const entries = lists.flatMap(({ name, list }) => {
    const revokedAt = list.serials.get(serial);
    return revokedAt === undefined ? [] : [{ name, revokedAt }];
  });
  const [first] = entries.toSorted((one, other) => one.revokedAt - other.revokedAt);
  if (first !== undefined) {
    const since = `since ${timeOf(first.revokedAt)} (${first.name})`;
    if (first.revokedAt <= at) return { subject, kind: 'revoked', detail: `revoked ${since}` };
    return { subject, kind: 'good', detail: `revoked only ${since}` };
  }
  const inForce = lists.find(({ list }) => list.thisUpdate <= at && at <= list.nextUpdate);
  if (inForce !== undefined) return { subject, kind: 'good', detail: `not on the list of then (${inForce.name})` };
  const later = lists.filter(({ list }) => at < list.thisUpdate);
  const told = later.find(({ list }) => list.thisUpdate <= certificate.validToDate.getTime());
  if (told !== undefined) {
    return { subject, kind: 'good', detail: `not on the list of ${timeOf(told.list.thisUpdate)} (${told.name})` };
  }
  return { subject, kind: 'unknown', detail: gapOf(lists.length, later.length, issuer) };
}

function gapOf(lists: number, later: number, issuer: X509Certificate): string {
  if (lists === 0) return `there is no list of ${nameOf(issuer)}`;
  return later === 0
    ? `the list of ${nameOf(issuer)} had ended by then`
    : `the list of ${nameOf(issuer)} was issued after the certificate had ended, when a CA may have left it out`;
}

function issuerOf(issuer: X509Certificate, list: RevocationList): boolean {
  return pointsOf(issuer).subject.equals(list.issuer);
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
