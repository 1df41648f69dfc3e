import type { X509Certificate } from 'node:crypto';
import { pointsOf } from './facts.ts';
import { type RevocationList, unusable } from './list.ts';
import { isSignedBy } from './signature.ts';

interface Held {
  readonly source: string;
  readonly list: RevocationList;
}

/** How far a CA's clock may be ahead of ours. */
const SKEW_MS = 300_000;

/** The lists that hold, by the CA that signed them. */
export class ListRegister {
  readonly #authorities: readonly X509Certificate[];
  /** By `identity` of the CA. */
  readonly #held = new Map<string, readonly Held[]>();
  /** Grows whenever an answer may have become another. */
  version = 0;

  constructor(authorities: readonly X509Certificate[]) {
    this.#authorities = authorities;
  }

  /**
   * Puts the lists of a source in the place of what it gave before; when one cannot be used, what it gave before stays.
   * Throws CRL_INVALID: no configured CA signed it, or, with `forward`, it is older than the one before.
   */
  replace(source: string, lists: readonly RevocationList[], forward = false): void {
    const signed = lists.map((list) => ({ list, signers: this.#signersOf(list) }));
    if (forward) for (const { list, signers } of signed) this.#requireNewer(source, list, signers);
    this.remove(source);
    for (const { list, signers } of signed) {
      for (const signer of signers) this.#held.set(signer, [...(this.#held.get(signer) ?? []), { source, list }]);
    }
  }

  remove(source: string): void {
    for (const [signer, held] of this.#held)
      this.#held.set(
        signer,
        held.filter((one) => one.source !== source),
      );
    this.version += 1;
  }

  /** The newest list of `issuer` that speaks of `certificate`; of any certificate when that is undefined. */
  find(issuer: X509Certificate, certificate: X509Certificate | undefined, now: number): RevocationList | undefined {
    const held = this.#held.get(pointsOf(issuer).identity) ?? [];
    const lists = held
      .map(({ list }) => list)
      .filter((list) => certificate === undefined || speaksOf(list, certificate));
    const begun = lists.filter((list) => hasBegun(list, now));
    return newest(begun.length > 0 ? begun : lists);
  }

  /** Identities of the configured CAs, one for all certificates of the same name and key, whose signature the list has. */
  #signersOf(list: RevocationList): readonly string[] {
    const named = this.#authorities.filter((authority) => pointsOf(authority).subject.equals(list.issuer));
    if (named.length === 0) throw unusable('its issuer is none of the configured CAs');
    const signers = named.filter((one) => pointsOf(one).signsLists && isSignedBy(list, one.publicKey));
    if (signers.length === 0) throw unusable('its signature is not of the CA that it names');
    return [...new Set(signers.map((one) => pointsOf(one).identity))];
  }

  #requireNewer(source: string, list: RevocationList, signers: readonly string[]): void {
    for (const signer of signers) {
      const before = this.#held.get(signer)?.find((held) => held.source === source);
      if (before !== undefined && before.list.thisUpdate > list.thisUpdate)
        throw unusable('it is older than the one before');
    }
  }
}

export function hasBegun(list: Pick<RevocationList, 'thisUpdate'>, now: number): boolean {
  return list.thisUpdate <= now + SKEW_MS;
}

function newest(lists: readonly RevocationList[]): RevocationList | undefined {
  let found: RevocationList | undefined;
  for (const list of lists) if (found === undefined || list.thisUpdate > found.thisUpdate) found = list;
  return found;
}

/** Whether its scope holds this certificate. */
export function speaksOf({ scope }: RevocationList, certificate: X509Certificate): boolean {
  const { isAuthority, urls } = pointsOf(certificate);
  if (scope.only !== undefined && (scope.only === 'authorities') !== isAuthority) return false;
  return scope.points === undefined || scope.points.some((point) => urls.includes(point));
}
