import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Octets that may lie about unused: what a large payload costs beside what is on its way. */
const SWEEP_AFTER = 8 * 1024 * 1024;

let passed = 0;
let sweep: (() => void) | undefined;

/**
 * Told of payload octets that went to a file or came from one. Each piece of a stream is a buffer outside V8's heap, and V8 lets go
 * of those only when it sweeps the young part of the heap, which they do not fill: without this, memory grows by what passes in the
 * meantime, which is 64 MB and more.
 */
export function passedOctets(count: number): void {
  passed += count;
  if (passed < SWEEP_AFTER) return;
  passed = 0;
  sweep ??= openSweep();
  sweep();
}

/** V8's own, of the young part alone: a millisecond or two. It is given only to contexts that are made after the flag. */
function openSweep(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: (options: { readonly type: 'minor' }) => void = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return () => collect({ type: 'minor' });
}
