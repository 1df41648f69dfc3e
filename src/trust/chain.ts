import type { X509Certificate } from 'node:crypto';
import { KEY_USAGE } from './extensions.ts';
import type { CertificateExtensions } from './extensions.ts';

/** A certificate with all that a chain needs of it. */
export interface Link {
  readonly certificate: X509Certificate;
  readonly extensions: CertificateExtensions;
}

export type ChainOutcome =
  | { readonly trusted: true; readonly chain: readonly Link[] }
  | { readonly trusted: false; readonly reason: string };

const MAX_CERTIFICATES = 10;
/** Bounds the work when many configured certificates share one name. */
const MAX_SIGNATURES = 100;
const MIN_RSA_BITS = 2048;

/** Key purposes of certificates that sign messages or speak TLS; one of these, or no ExtendedKeyUsage at all. */
const LEAF_PURPOSES: ReadonlySet<string> = new Set([
  '1.3.6.1.5.5.7.3.1', // serverAuth
  '1.3.6.1.5.5.7.3.2', // clientAuth
  '1.3.6.1.5.5.7.3.4', // emailProtection
  '1.3.6.1.5.5.7.3.36', // documentSigning
  '1.3.6.1.4.1.311.10.3.12', // documentSigning of Microsoft, in PKIoverheid seals
  '2.5.29.37.0', // any
]);

/**
 * Builds a path from `leaf` up through the configured certificates: as far as they reach, to a self-signed one or to
 * one whose issuer is not configured. Every level of the path must be good at `at`. @spec RFC 5280 §6.1
 */
export function buildChain(leaf: Link, configured: readonly Link[], at: number): ChainOutcome {
  const fault = leafFault(leaf, at);
  if (fault !== undefined) return refused(leaf, fault);
  const search: Search = { configured, at, signatures: 0, reason: 'its issuer is not configured' };
  const chain = climb([leaf], search);
  return chain === undefined ? refused(leaf, search.reason) : { trusted: true, chain };
}

function leafFault(leaf: Link, at: number): string | undefined {
  return validityFault(leaf.certificate, at) ?? endEntityFault(leaf);
}

/** A reason why this certificate may not stand at the low end of a chain, whatever the time. */
export function endEntityFault(leaf: Link): string | undefined {
  const { basicConstraints, keyUsage, extendedKeyUsage } = leaf.extensions;
  if (basicConstraints?.ca === true) return 'it is a certificate of a CA';
  if (keyUsage !== undefined && (keyUsage & (KEY_USAGE.digitalSignature | KEY_USAGE.nonRepudiation)) === 0) {
    return 'its KeyUsage does not allow signatures';
  }
  if (extendedKeyUsage?.some((purpose) => LEAF_PURPOSES.has(purpose)) === false) {
    return 'its ExtendedKeyUsage is for another purpose';
  }
  return lastingFault(leaf);
}

interface Search {
  readonly configured: readonly Link[];
  readonly at: number;
  signatures: number;
  /** Why the last path that was tried ended. */
  reason: string;
}

function climb(chain: readonly Link[], search: Search): readonly Link[] | undefined {
  const top = chain.at(-1);
  if (top === undefined) return undefined;
  if (chain.length > 1 && isSelfSigned(top)) return chain;
  const issuers = search.configured.filter((link) => !chain.includes(link) && signed(link, top, search));
  if (search.signatures > MAX_SIGNATURES) return undefined;
  if (issuers.length === 0 && chain.length > 1) return chain;
  if (chain.length >= MAX_CERTIFICATES && issuers.length > 0) {
    search.reason = `the chain is longer than ${MAX_CERTIFICATES}`;
    return undefined;
  }
  for (const issuer of issuers) {
    const fault = issuerFault(issuer, chain, search.at);
    if (fault !== undefined) search.reason = `${nameOf(issuer)}: ${fault}`;
    const found = fault === undefined ? climb([...chain, issuer], search) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function signed(issuer: Link, subject: Link, search: Search): boolean {
  if (subject.certificate.issuer !== issuer.certificate.subject) return false;
  search.signatures += 1;
  if (search.signatures > MAX_SIGNATURES) {
    search.reason = `more than ${MAX_SIGNATURES} signatures would have to be checked`;
    return false;
  }
  const valid = subject.certificate.verify(issuer.certificate.publicKey);
  if (!valid) search.reason = `the signature is not of ${nameOf(issuer)}`;
  return valid;
}

function issuerFault(issuer: Link, below: readonly Link[], at: number): string | undefined {
  const { basicConstraints, keyUsage } = issuer.extensions;
  if (basicConstraints?.ca !== true) return 'it is no certificate of a CA';
  if (keyUsage !== undefined && (keyUsage & KEY_USAGE.keyCertSign) === 0) return 'its KeyUsage lacks keyCertSign';
  const intermediates = below.slice(1).filter((link) => !isSelfIssued(link)).length;
  if (basicConstraints.pathLength !== undefined && intermediates > basicConstraints.pathLength) {
    return 'its path length is exceeded';
  }
  return validityFault(issuer.certificate, at) ?? lastingFault(issuer);
}

function lastingFault(link: Link): string | undefined {
  const { asymmetricKeyType, asymmetricKeyDetails } = link.certificate.publicKey;
  if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS) {
    return `its RSA key is shorter than ${MIN_RSA_BITS} bits`;
  }
  return link.extensions.fault;
}

/** Both ends count as valid. */
export function validityFault(certificate: X509Certificate, at: number): string | undefined {
  if (at < certificate.validFromDate.getTime()) return `it is not valid before ${certificate.validFrom}`;
  if (at > certificate.validToDate.getTime()) return `it ended ${certificate.validTo}`;
  return undefined;
}

function isSelfIssued(link: Link): boolean {
  return link.certificate.subject === link.certificate.issuer;
}

function isSelfSigned(link: Link): boolean {
  return isSelfIssued(link) && link.certificate.verify(link.certificate.publicKey);
}

function nameOf(link: Link): string {
  return link.certificate.subject.split('\n').join(', ');
}

function refused(leaf: Link, reason: string): ChainOutcome {
  return { trusted: false, reason: `certificate ${nameOf(leaf)}: ${reason}` };
}
