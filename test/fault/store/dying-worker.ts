import { parentPort } from 'node:worker_threads';

/** The real worker, in a thread that dies as soon as it is asked to take the message `die`, before it does so. */
parentPort?.addEventListener('message', (event) => {
  if (!('data' in event) || !JSON.stringify(event.data).includes('"die"')) return;
  event.stopImmediatePropagation();
  throw new Error('the thread was told to die');
});
await import('../../../src/store/sqlite/store-worker.ts');
