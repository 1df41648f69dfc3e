import { openCertificate } from '../../cpa/certificate.ts';
import { GatewayError } from '../../errors.ts';
import type { Passed, Revocation } from './revocation.ts';

/** Asks of certificates that TLS has chained. A connection shows the same octets with each request: asked once a change. */
export class PeerCheck {
  readonly #revocation: Revocation;
  readonly #passed = new WeakMap<Uint8Array, Passed>();

  constructor(revocation: Revocation) {
    this.#revocation = revocation;
  }

  check(der: Uint8Array): Promise<void> | undefined {
    const known = this.#passed.get(der);
    if (known !== undefined && this.#revocation.holds(known)) return undefined;
    const outcome = this.#ask(der);
    if (outcome instanceof Promise) return outcome.then((passed) => this.#keep(der, passed));
    this.#keep(der, outcome);
    return undefined;
  }

  #ask(der: Uint8Array): Passed | Promise<Passed> {
    const certificate = openCertificate(der);
    if (certificate === undefined) throw new GatewayError('CERTIFICATE_UNTRUSTED', { detail: 'it cannot be decoded' });
    const chain = this.#revocation.chainOf(certificate);
    const anchored = chain.length > 1 || this.#revocation.isAuthority(certificate);
    if (!anchored && this.#revocation.required) {
      const detail = `the issuer of ${certificate.subject.split('\n').join(', ')} is not in keys.trust`;
      throw new GatewayError('REVOCATION_UNKNOWN', { detail });
    }
    return this.#revocation.check(chain);
  }

  #keep(der: Uint8Array, passed: Passed): void {
    this.#passed.set(der, passed);
  }
}
