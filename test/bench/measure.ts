import { readFileSync, writeFileSync } from 'node:fs';

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const TICKS_PER_SECOND = 100;

/** CPU time that processes have used so far, ms (user and system). */
export function cpuOf(...pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return (ticks * 1000) / TICKS_PER_SECOND;
}

/** Largest resident set of a process so far, MB. */
export function peakRssOf(pid: number): number {
  return statusOf(pid, 'VmHWM');
}

/** From now on `peakRssOf` tells of what is still to come. */
export function forgetPeakRss(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** Resident set of a process now, MB. */
export function rssOf(pid: number): number {
  return statusOf(pid, 'VmRSS');
}

function statusOf(pid: number, field: string): number {
  const match = new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(match?.[1] ?? Number.NaN) / 1024;
}
