import type { Crowded } from './connections.ts';
import type { EndpointLimits } from './endpoint-limits.ts';

/** What happened since the last time it was told. */
export interface Crowd {
  /** Where the last of them came from. */
  readonly remote: string;
  /** Connections without a request that made room for a new one of their address. */
  readonly cutIdle: number;
  /** Connections whose request, or the reading of its answer, did not get on. */
  readonly cutSlow: number;
  /** New ones of an address all of whose connections are at work. */
  readonly refused: number;
  /** New ones while the endpoint had all it may have. */
  readonly full: number;
  readonly connections: number;
  readonly connectionsPerAddress: number;
}

const EVERY_MS = 60_000;

/** Counts, and tells once a minute at most: an attack must not fill the log. */
export function crowdReport(
  { maxConnections, maxConnectionsPerAddress }: EndpointLimits,
  { crowded, now = () => performance.now() }: { crowded?: (crowd: Crowd) => void; now?: () => number },
): (remote: string, outcome: Crowded | 'full') => void {
  let toldAt = -Infinity;
  const counts = { 'cut-idle': 0, 'cut-slow': 0, refused: 0, full: 0 };
  return (remote, outcome) => {
    counts[outcome] += 1;
    if (now() - toldAt < EVERY_MS) return;
    toldAt = now();
    const { 'cut-idle': cutIdle, 'cut-slow': cutSlow, refused, full } = counts;
    crowded?.({
      remote,
      cutIdle,
      cutSlow,
      refused,
      full,
      connections: maxConnections,
      connectionsPerAddress: maxConnectionsPerAddress,
    });
    counts['cut-idle'] = 0;
    counts['cut-slow'] = 0;
    counts.refused = 0;
    counts.full = 0;
  };
}
