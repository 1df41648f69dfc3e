import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for the data of a server of the tests; it is gone when this process has ended. */
export function serverFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `postiljon-${name}-`));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

const POLL_MS = 50;

/** Asks until the answer is yes. Throws `why()` when the time is over, or when `hopeless`. */
export async function untilUp(up: {
  readonly isUp: () => Promise<boolean>;
  readonly hopeless: () => boolean;
  readonly withinMs: number;
  readonly why: () => string;
}): Promise<void> {
  const deadline = performance.now() + up.withinMs;
  while (!(await up.isUp())) {
    if (up.hopeless() || performance.now() > deadline) throw new Error(up.why());
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
