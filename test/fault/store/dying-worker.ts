import { parentPort } from 'node:worker_threads';
import type { Call } from '../../../src/store/sqlite/protocol.ts';

/** The real worker, in a thread that dies as soon as it is asked to take the message `die`. */
parentPort?.on('message', (calls: readonly Call[] | null) => {
  if (JSON.stringify(calls).includes('"die"')) throw new Error('the thread was told to die');
});
await import('../../../src/store/sqlite/store-worker.ts');
