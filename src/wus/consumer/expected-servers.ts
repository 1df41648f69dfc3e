import { certificateOin } from '../../cpa/certificate-oin.ts';
import { GatewayError } from '../../errors.ts';
import { partnerTerms } from '../partner-terms.ts';
import type { ConsumedService, WusPartner, WusService } from '../service.ts';

/**
 * Refuses who answers at the address of a service without signatures: there TLS alone says who that is, so its certificate has the OIN
 * of the partner, or of who connects for it (`tlsOin`). Other addresses pass. `origin` is that of a URL. Throws CERTIFICATE_UNTRUSTED.
 * @spec Digikoppeling WT002
 */
export type CheckServer = (certificate: Uint8Array, origin: string) => void;

/** Whether a partner is called without TLS, so that only a signature says who answers. */
export function isPlain({ endpoint }: Pick<ConsumedService, 'endpoint'>): boolean {
  return new URL(endpoint).protocol === 'http:';
}

/** Undefined where no service needs it. */
export function createCheckServer(
  services: readonly WusService[],
  partners: ReadonlyMap<string, WusPartner>,
): CheckServer | undefined {
  const expected = new Map<string, Set<string>>();
  for (const service of services) {
    if (service.role !== 'consumer' || service.profile.signed) continue;
    const { origin } = new URL(service.endpoint);
    const oin = partnerTerms(partners, service.partner).tlsOin ?? service.partner;
    expected.set(origin, (expected.get(origin) ?? new Set()).add(oin));
  }
  if (expected.size === 0) return undefined;
  return (certificate, origin) => {
    const oins = expected.get(origin);
    const oin = certificateOin(certificate);
    if (oins === undefined || (oin !== undefined && oins.has(oin))) return;
    throw new GatewayError('CERTIFICATE_UNTRUSTED', {
      detail: `${origin} shows OIN ${oin ?? 'none'}, not ${[...oins].join(' or ')}`,
    });
  };
}
