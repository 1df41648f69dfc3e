import { createHash, type X509Certificate } from 'node:crypto';
import { openCertificate } from '../cpa/certificate.ts';
import { GatewayError } from '../errors.ts';
import { readCertificates } from './certificate.ts';
import { buildChain, type Link, validityFault } from './chain.ts';
import { readExtensions } from './extensions.ts';

export interface PathOptions {
  /** Each DER or a PEM bundle. */
  readonly roots: readonly Uint8Array[];
  /** What stands above a certificate that is itself one of the roots; it stands first. */
  readonly above: (pinned: X509Certificate) => readonly X509Certificate[];
}

/** The ways from certificates up to configured ones. Throws CONFIG_INVALID when a root cannot be read. */
export class Paths {
  readonly roots: readonly X509Certificate[];
  readonly #pinned: ReadonlySet<string>;
  readonly #above: PathOptions['above'];
  #links: Promise<readonly Link[]> | undefined;

  constructor({ roots, above }: PathOptions) {
    this.roots = roots.flatMap((root) => readCertificates(root, 'keys.trust')).map(open);
    this.#pinned = new Set(this.roots.map((root) => digestOf(root.raw)));
    this.#above = above;
  }

  /** Whether this certificate (DER) is itself one of the roots. */
  isPinned(der: Uint8Array): boolean {
    return this.#pinned.has(digestOf(der));
  }

  /** From the certificate to the last that is trusted as it stands. Throws CERTIFICATE_UNTRUSTED. @spec Digikoppeling PKI002, PKI005 */
  async find(der: Uint8Array, at: number): Promise<readonly X509Certificate[]> {
    const certificate = openCertificate(der);
    if (certificate === undefined) throw untrusted('the certificate cannot be decoded');
    if (this.isPinned(certificate.raw)) {
      const fault = validityFault(certificate, at);
      if (fault !== undefined) throw untrusted(`pinned certificate: ${fault}`);
      return this.#above(certificate);
    }
    this.#links ??= Promise.all(this.roots.map(toLink));
    const outcome = buildChain(await toLink(certificate), await this.#links, at);
    if (!outcome.trusted) throw untrusted(outcome.reason);
    return outcome.chain.map((link) => link.certificate);
  }
}

const MAX_CHAIN = 10;

/** A certificate and who issued it, as far as `authorities` reach: names and signatures, nothing else is judged. */
export function issuersAbove(
  certificate: X509Certificate,
  authorities: readonly X509Certificate[],
): readonly X509Certificate[] {
  const chain = [certificate];
  for (let top: X509Certificate | undefined = certificate; top !== undefined && chain.length < MAX_CHAIN; ) {
    const below: X509Certificate = top;
    if (below.issuer === below.subject) break;
    top = authorities.find((one) => below.issuer === one.subject && below.verify(one.publicKey));
    if (top !== undefined) chain.push(top);
  }
  return chain;
}

/** Contracts hand out the same object for a certificate each time. */
const digests = new WeakMap<Uint8Array, string>();

export function digestOf(der: Uint8Array): string {
  const known = digests.get(der);
  if (known !== undefined) return known;
  const digest = createHash('sha256').update(der).digest('base64');
  digests.set(der, digest);
  return digest;
}

function open(der: Uint8Array): X509Certificate {
  const certificate = openCertificate(der);
  if (certificate === undefined) throw new Error('readCertificates gives readable certificates only');
  return certificate;
}

export async function toLink(certificate: X509Certificate): Promise<Link> {
  return { certificate, extensions: await readExtensions(certificate.raw) };
}

function untrusted(detail: string): GatewayError {
  return new GatewayError('CERTIFICATE_UNTRUSTED', { detail });
}
