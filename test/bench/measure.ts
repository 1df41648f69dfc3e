import { readFileSync } from 'node:fs';

/** What one scenario measured; times in ms, memory in MB, rates per second. */
export interface Figures {
  readonly scenario: string;
  readonly messages: number;
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  /** CPU time of the gateway processes per message, ms. */
  readonly cpuPerMessage: number;
  readonly peakRss: number;
  /** The rate that RSA alone would allow on this machine, measured in the same run. */
  readonly floor: number;
  readonly ofFloor: number;
  /** What `ofFloor` must reach. */
  readonly target: number;
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const TICKS_PER_SECOND = 100;

/** CPU time a process has used so far, ms (user and system). */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

/** Largest resident set of a process so far, MB. */
export function peakRssOf(pid: number): number {
  return statusOf(pid, 'VmHWM');
}

/** Resident set of a process now, MB. */
export function rssOf(pid: number): number {
  return statusOf(pid, 'VmRSS');
}

function statusOf(pid: number, field: string): number {
  const match = new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(match?.[1] ?? Number.NaN) / 1024;
}
