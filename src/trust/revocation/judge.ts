import type { X509Certificate } from 'node:crypto';
import { pointsOf } from './facts.ts';
import { hasBegun, type ListRegister } from './register.ts';

export type Verdict =
  /** Holds until then (ms since 1970), while the register has the same version. */
  | { readonly kind: 'good'; readonly until: number }
  | { readonly kind: 'revoked'; readonly detail: string }
  /** `issuer` has no list that can be used; `urls` may have one. */
  | {
      readonly kind: 'unknown';
      readonly issuer: X509Certificate;
      readonly detail: string;
      readonly urls: readonly string[];
    };

/**
 * Judges every certificate of a chain but the last, which is trusted as it stands. One that is revoked outweighs one of
 * which nothing is known; a list that has ended still revokes what it names. @spec RFC 5280 §6.3, Digikoppeling PKI003
 */
export function judgeChain(chain: readonly X509Certificate[], register: ListRegister, now: number): Verdict {
  let verdict: Verdict = { kind: 'good', until: Infinity };
  for (const [index, issuer] of chain.slice(1).entries()) {
    const certificate = chain[index];
    if (certificate === undefined) continue;
    const one: Verdict = judge(certificate, issuer, { register, now });
    if (one.kind === 'revoked') return one;
    if (one.kind === 'unknown') verdict = one;
    else if (verdict.kind === 'good') verdict = { kind: 'good', until: Math.min(verdict.until, one.until) };
  }
  return verdict;
}

function judge(
  certificate: X509Certificate,
  issuer: X509Certificate,
  { register, now }: { readonly register: ListRegister; readonly now: number },
): Verdict {
  const { serial, urls } = pointsOf(certificate);
  const list = register.find(issuer, certificate, now);
  const unknown = (detail: string): Verdict => ({ kind: 'unknown', issuer, detail, urls });
  if (list === undefined) return unknown(`there is no revocation list of ${nameOf(issuer)}`);
  if (list.serials.has(serial)) {
    return { kind: 'revoked', detail: `${nameOf(certificate)} is on the revocation list of ${nameOf(issuer)}` };
  }
  if (list.nextUpdate < now) {
    return unknown(`the revocation list of ${nameOf(issuer)} ended ${new Date(list.nextUpdate).toISOString()}`);
  }
  if (!hasBegun(list, now)) {
    return unknown(`the revocation list of ${nameOf(issuer)} begins ${new Date(list.thisUpdate).toISOString()}`);
  }
  return { kind: 'good', until: list.nextUpdate };
}

export function nameOf(certificate: X509Certificate): string {
  return certificate.subject.split('\n').join(', ');
}
