import { createHash } from 'node:crypto';
import type { X509Certificate } from 'node:crypto';
import { openCertificate } from '../cpa/certificate.ts';
import { GatewayError } from '../errors.ts';
import type { Trust } from '../ports/trust.ts';
import { readCertificates } from './certificate.ts';
import { buildChain, validityFault } from './chain.ts';
import type { Link } from './chain.ts';
import { readExtensions } from './extensions.ts';
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
export function createTrust(options: TrustOptions): Trust {
  const roots = options.roots.flatMap((root) => readCertificates(root, 'keys.trust')).map(open);
  const pinned = new Set(roots.map((root) => keyOf(root.raw)));
  const cache = new Map<string, Trusted>();
  let configured: Promise<readonly Link[]> | undefined;

  const judge = async (certificate: X509Certificate, at: number): Promise<readonly X509Certificate[]> => {
    if (pinned.has(keyOf(certificate.raw))) {
      const fault = validityFault(certificate, at);
      if (fault !== undefined) throw untrusted(`pinned certificate: ${fault}`);
      return options.revocation?.chainOf(certificate) ?? [certificate];
    }
    configured ??= Promise.all(roots.map(toLink));
    const outcome = buildChain(await toLink(certificate), await configured, at);
    if (!outcome.trusted) throw untrusted(outcome.reason);
    return outcome.chain.map((link) => link.certificate);
  };

  const establish = async (der: Uint8Array, at: number): Promise<Trusted> => {
    const key = keyOf(der);
    cache.delete(key);
    const certificate = openCertificate(der);
    if (certificate === undefined) throw untrusted('the certificate cannot be decoded');
    const chain = await judge(certificate, at);
    const end = Math.min(...chain.map((one) => one.validToDate.getTime()));
    const trusted: Trusted = { from: at, until: Math.min(at + CACHE_MS, end), chain, passed: undefined };
    if (cache.size >= CACHE_ENTRIES) cache.clear();
    cache.set(key, trusted);
    return trusted;
  };
  const peers = options.revocation && new PeerCheck(options.revocation);

  return {
    authorities: roots.map((root) => root.raw),
    revocation: options.revocation,
    checkPeer: (certificate) => peers?.check(certificate),
    async check(der, at) {
      const key = keyOf(der);
      const known = cache.get(key);
      const trusted = known !== undefined && at >= known.from && at <= known.until ? known : await establish(der, at);
      const { revocation } = options;
      if (revocation === undefined || (trusted.passed !== undefined && revocation.holds(trusted.passed))) return;
      trusted.passed = undefined;
      trusted.passed = await revocation.check(trusted.chain);
    },
  };
}

function open(der: Uint8Array): X509Certificate {
  const certificate = openCertificate(der);
  if (certificate === undefined) throw new Error('readCertificates gives readable certificates only');
  return certificate;
}

async function toLink(certificate: X509Certificate): Promise<Link> {
  return { certificate, extensions: await readExtensions(certificate.raw) };
}

/** Contracts hand out the same object for a certificate each time. */
const digests = new WeakMap<Uint8Array, string>();

function keyOf(der: Uint8Array): string {
  const known = digests.get(der);
  if (known !== undefined) return known;
  const digest = createHash('sha256').update(der).digest('base64');
  digests.set(der, digest);
  return digest;
}

function untrusted(detail: string): GatewayError {
  return new GatewayError('CERTIFICATE_UNTRUSTED', { detail });
}
