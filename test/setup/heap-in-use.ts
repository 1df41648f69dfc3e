import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Octets of V8's heap, of what is reachable alone. */
export function heapInUse(): number {
  collect({ type: 'major' });
  return process.memoryUsage().heapUsed;
}

/** Octets of buffers once V8 has swept the young part of its heap, twice so that what is in use counts as old. */
export function buffersInUse(): number {
  collect({ type: 'minor' });
  collect({ type: 'minor' });
  return process.memoryUsage().arrayBuffers;
}

function collect(options: { readonly type: 'major' | 'minor' }): void {
  setFlagsFromString('--expose-gc');
  const gc: (wanted: typeof options) => void = runInNewContext('gc');
  gc(options);
}
