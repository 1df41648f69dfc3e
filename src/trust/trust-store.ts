import type { X509Certificate } from 'node:crypto';
import type { Trust } from '../ports/trust.ts';
import { digestOf, Paths } from './paths.ts';
import { PeerFitness } from './peer-fitness.ts';
import { PeerCheck } from './revocation/peer-check.ts';
import type { Passed, Revocation } from './revocation/revocation.ts';

export interface TrustOptions {
  /**
   * keys.trust: each DER or a PEM bundle. CAs, intermediate ones too: a chain is followed as far up as they reach.
   * A certificate that is itself listed is trusted while it is valid, whoever issued it.
   */
  readonly roots: readonly Uint8Array[];
  /** undefined: revocation is not checked. */
  readonly revocation?: Revocation | undefined;
}

interface Trusted {
  readonly from: number;
  readonly until: number;
  readonly chain: readonly X509Certificate[];
  passed: Passed | undefined;
}

const CACHE_MS = 3_600_000;
const CACHE_ENTRIES = 1_000;

/**
 * Judges certificates against keys.trust. Good answers are remembered for at most an hour, never beyond the validity of
 * any certificate of the chain; whether it is revoked is asked anew whenever a list has changed. Throws CONFIG_INVALID
 * when a root cannot be read. @spec Digikoppeling PKI002, PKI003, PKI005
 */
export function createTrust({ roots, revocation }: TrustOptions): Trust {
  const paths = new Paths({ roots, above: (pinned) => revocation?.chainOf(pinned) ?? [pinned] });
  const cache = new Map<string, Trusted>();

  const establish = async (der: Uint8Array, at: number): Promise<Trusted> => {
    const key = digestOf(der);
    cache.delete(key);
    const chain = await paths.find(der, at);
    const end = Math.min(...chain.map((one) => one.validToDate.getTime()));
    const trusted: Trusted = { from: at, until: Math.min(at + CACHE_MS, end), chain, passed: undefined };
    if (cache.size >= CACHE_ENTRIES) cache.clear();
    cache.set(key, trusted);
    return trusted;
  };
  const peers = revocation && new PeerCheck(revocation);
  const fitness = new PeerFitness(paths);

  return {
    authorities: paths.roots.map((root) => root.raw),
    revocation,
    checkPeer(certificate) {
      const unrevoked = peers?.check(certificate);
      const fit = fitness.check(certificate);
      return unrevoked === undefined || fit === undefined
        ? (unrevoked ?? fit)
        : Promise.all([unrevoked, fit]).then(ended);
    },
    listsOf: (certificate, at) => revocation?.listsOf(certificate, at) ?? Promise.resolve([]),
    async check(der, at) {
      const known = cache.get(digestOf(der));
      const trusted = known !== undefined && at >= known.from && at <= known.until ? known : await establish(der, at);
      if (revocation === undefined || (trusted.passed !== undefined && revocation.holds(trusted.passed))) return;
      trusted.passed = undefined;
      trusted.passed = await revocation.check(trusted.chain);
    },
  };
}

const ended = (): void => undefined;
