import { stat } from 'node:fs/promises';
import type { Config } from '../config/config.ts';
import { pathOf } from '../folders.ts';
import { bad, good } from './finding.ts';
import type { DoctorFinding } from './finding.ts';

/** No release is older than this. */
const BUILT = Date.parse('2026-11-01T00:00:00Z');
const SLACK_MS = 60_000;

/** TimeToLive, certificates and retries all rely on the clock. */
export async function checkClock(config: Config): Promise<readonly DoctorFinding[]> {
  const now = Date.now();
  const shown = new Date(now).toISOString();
  const remedy = 'Set the clock and keep it set with NTP.';
  if (now < BUILT) return [bad('clock', `${shown} is before this program was made`, remedy)];
  const store = await stat(pathOf(config.store.url)).catch(() => undefined);
  if (store !== undefined && store.mtimeMs > now + SLACK_MS) {
    return [bad('clock', `${shown} is before the last change of the store, ${store.mtime.toISOString()}`, remedy)];
  }
  return [good('clock', shown)];
}
