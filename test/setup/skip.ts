import type { Context, Runnable } from 'mocha';

/** Skips the running test, or from a `before` hook its whole suite, by name and with a reason that the report shows. */
export function skipUnless(context: Context, condition: boolean, reason: string): void {
  if (condition) return;
  const skipped = skippedPart(context.test, context.currentTest);
  if (skipped !== undefined) skipped.title += ` (skipped: ${reason})`;
  context.skip();
}

function skippedPart(running: Runnable | undefined, current: Runnable | undefined): { title: string } | undefined {
  if (running?.title.startsWith('"before all" hook')) return running.parent;
  return running?.title.startsWith('"before each" hook') ? current : running;
}
