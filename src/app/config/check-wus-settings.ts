import { OIN_TYPE, partyOin } from '../../cpa/oin.ts';
import { isLoopback } from '../../transport/loopback.ts';
import { destinationsOf } from './check-route-settings.ts';
import type { Settings } from './key-table.ts';
import { didYouMean, isHttpUrl } from './read-value.ts';
import type { Rule } from './rule.ts';
import { nearest } from './suggest.ts';
import type { WusServiceSettings } from './wus-service-settings.ts';

/** What the services of WUS need beside their own entry. */
export const WUS_RULES: readonly Rule[] = [
  (settings) =>
    settings['ebms.path'].startsWith('/wus/')
      ? { key: 'ebms.path', reason: 'must not begin with /wus/: there the services of WUS are' }
      : undefined,
  (settings) => {
    const [service] = settings['wus.services'];
    if (service === undefined || settings.parties.some((party) => party.startsWith(`${OIN_TYPE}:`))) return undefined;
    return { key: 'parties', reason: `name an OIN: under WUS (service ${service.name}) parties are known by theirs` };
  },
  (settings) => {
    const ours = settings.parties.map(partyOin);
    const strange = settings['wus.services'].find(({ party }) => party !== undefined && !ours.includes(party));
    if (strange === undefined) return undefined;
    return { key: 'wus.services', reason: `${strange.name}: party: ${strange.party} is none of \`parties\`` };
  },
  (settings) => {
    const signed = firstSigned(settings);
    if (signed === undefined || settings['keys.sign.key'] !== undefined || settings['keys.sign.pkcs12'] !== undefined)
      return undefined;
    return { key: 'keys.sign.key', reason: `is required: service ${signed.name} is ${signed.profile}, which signs` };
  },
  (settings) => {
    const signed = firstSigned(settings);
    if (signed === undefined || settings['keys.trust'].length > 0) return undefined;
    return { key: 'keys.trust', reason: `name the CAs whose signatures service ${signed.name} believes` };
  },
  (settings) => {
    const plain = settings['wus.services'].find(({ role, profile }) => role === 'provider' && profile === '2W-be');
    if (plain === undefined || settings['ebms.tls'] !== 'off') return undefined;
    return {
      key: 'ebms.tls',
      reason: `off leaves service ${plain.name} without a way to know who calls: 2W-be goes by the TLS certificate`,
    };
  },
  (settings) => {
    const secure = settings['wus.services'].find((service) => endpointOf(service)?.protocol === 'https:');
    const hasKey = settings['keys.tlsClient.key'] !== undefined || settings['keys.tlsClient.pkcs12'] !== undefined;
    if (secure === undefined || hasKey) return undefined;
    return {
      key: 'keys.tlsClient.key',
      reason: `is required: the partner of service ${secure.name} wants a certificate in TLS`,
    };
  },
  (settings) => {
    if (settings['ebms.allowPlain']) return undefined;
    const plain = settings['wus.services'].find((service) => {
      const url = endpointOf(service);
      return url?.protocol === 'http:' && !isLoopback(url.hostname);
    });
    if (plain === undefined) return undefined;
    return { key: 'wus.services', reason: `${plain.name}: endpoint: must be https:// (plain http:// is for loopback)` };
  },
  (settings) => {
    const known = destinationsOf(settings);
    const strange = settings['wus.services'].flatMap((service) => {
      const destination = service.role === 'provider' ? service.backend.destination : undefined;
      if (destination === undefined) return [];
      const isAddress: boolean = isHttpUrl(destination);
      if (isAddress || known.includes(destination)) return [];
      const near = didYouMean(nearest(destination, known));
      return [`${service.name}: backend: destination: no adapter serves ${destination}${near}`];
    });
    return strange.length === 0 ? undefined : { key: 'wus.services', reason: strange.join('; ') };
  },
];

function firstSigned(settings: Settings): WusServiceSettings | undefined {
  return settings['wus.services'].find(({ profile }) => profile !== '2W-be');
}

function endpointOf(service: WusServiceSettings): URL | undefined {
  return service.role === 'consumer' ? new URL(service.endpoint) : undefined;
}
