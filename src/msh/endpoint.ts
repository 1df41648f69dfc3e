import { resolveSignal } from '../cpa/resolve.ts';
import type { Agreement } from '../cpa/agreement.ts';
import type { Cpa } from '../cpa/model.ts';
import { type TypedValue, partyKeyOf } from '../cpa/typed-value.ts';
import { GatewayError } from '../errors.ts';
import type { PartnerTerms } from './parts.ts';

/** Right half of the MessageIds that a party makes: the host of its own endpoint. */
export function endpointHost(endpoint: string | undefined): string {
  if (endpoint === undefined) return NO_HOST;
  const known = hosts.get(endpoint);
  if (known !== undefined) return known;
  const host = (URL.canParse(endpoint) ? new URL(endpoint).hostname : '') || NO_HOST;
  if (hosts.size >= HOSTS_KEPT) hosts.clear();
  hosts.set(endpoint, host);
  return host;
}

const NO_HOST = 'localhost';
/** A handful per contract; each message asks. */
const HOSTS_KEPT = 10_000;
const hosts = new Map<string, string>();

/** What the partner of this agreement sends to: our own side of it. */
export function ownEndpoint({ from, sendChannel }: Agreement): string | undefined {
  return from.info.transports.get(sendChannel.transportId)?.endpoints[0]?.uri;
}

export interface Destination {
  readonly endpoint: string;
  readonly lane: string;
}

/** Where messages for the partner go: the address set for it, or that of the CPA. Throws CPA_INVALID where neither is. */
export function requireDestination(agreement: Agreement, partners: ReadonlyMap<string, PartnerTerms>): Destination {
  const lane = partyKeyOf(agreement.to.partyIds);
  const endpoint = partners.get(lane)?.endpoint ?? agreement.endpoint;
  if (endpoint !== undefined) return { endpoint, lane };
  throw new GatewayError('CPA_INVALID', { location: 'cpaId', detail: 'the partner has no Endpoint in the CPA' });
}

/** Where signals for a party go: its own default MSH channel, or the address set for that partner. */
export function signalDestination(
  way: {
    readonly cpa: Cpa;
    readonly from: readonly TypedValue[];
    readonly to: readonly TypedValue[];
    readonly action: string;
  },
  partners: ReadonlyMap<string, PartnerTerms>,
): Destination | undefined {
  const lane = partyKeyOf(way.to);
  const { endpoint } = resolveSignal(way.cpa, way.from, way.to, way.action);
  const chosen = partners.get(lane)?.endpoint ?? endpoint;
  return chosen === undefined ? undefined : { endpoint: chosen, lane };
}
