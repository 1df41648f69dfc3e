import { resolveSignal } from '../cpa/resolve.ts';
import type { Cpa } from '../cpa/model.ts';
import { type TypedValue, typedKey } from '../cpa/typed-value.ts';
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

export interface Destination {
  readonly endpoint: string;
  readonly lane: string;
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
  const lane = way.to.map(typedKey)[0] ?? '';
  const { endpoint } = resolveSignal(way.cpa, way.from, way.to, way.action);
  const chosen = partners.get(lane)?.endpoint ?? endpoint;
  return chosen === undefined ? undefined : { endpoint: chosen, lane };
}
