import { openCertificate } from '../cpa/certificate.ts';
import { GatewayError } from '../errors.ts';
import { endEntityFault } from './chain.ts';
import { digestOf, type Paths, toLink } from './paths.ts';

const MOST_KNOWN = 1_000;

/**
 * Whether a certificate that TLS has chained may stand at the low end of a chain, by the rules for those that sign: TLS
 * alone lets a CA be a client. One that keys.trust lists itself may, whoever it is. Judged once a certificate.
 */
export class PeerFitness {
  readonly #paths: Pick<Paths, 'isPinned'>;
  /** By digest: what is against it. */
  readonly #faults = new Map<string, string | undefined>();

  constructor(paths: Pick<Paths, 'isPinned'>) {
    this.#paths = paths;
  }

  /** Throws or rejects with CERTIFICATE_UNTRUSTED. A promise only at the first sight of a certificate (DER). */
  check(der: Uint8Array): Promise<void> | undefined {
    const key = digestOf(der);
    if (!this.#faults.has(key)) return this.#judge(der).then((fault) => this.#keep(key, fault));
    refuse(this.#faults.get(key));
    return undefined;
  }

  async #judge(der: Uint8Array): Promise<string | undefined> {
    if (this.#paths.isPinned(der)) return undefined;
    const certificate = openCertificate(der);
    return certificate === undefined ? 'it cannot be decoded' : endEntityFault(await toLink(certificate));
  }

  #keep(key: string, fault: string | undefined): void {
    if (this.#faults.size >= MOST_KNOWN) this.#faults.clear();
    this.#faults.set(key, fault);
    refuse(fault);
  }
}

function refuse(fault: string | undefined): void {
  if (fault === undefined) return;
  throw new GatewayError('CERTIFICATE_UNTRUSTED', { detail: `the certificate that TLS showed: ${fault}` });
}
