import { fdatasyncSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { CHECKPOINT } from './checkpointer.ts';
import type { CheckpointSettings } from './checkpointer.ts';
import { Database } from './database.ts';

/** The second time brings over what was added during the first. */
const ROUNDS = 2;

/** Any message asks for checkpoints and is answered when they are done; null ends the thread. */
function serve(port: MessagePort, { path, file }: CheckpointSettings): void {
  const db = new Database(path);
  db.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0');
  port.on('message', (request: object | null) => {
    if (request === null) {
      db.close();
      port.close();
      return;
    }
    for (let round = 0; round < ROUNDS; round++) {
      db.exec(CHECKPOINT);
      // SQLite itself flushes only once the whole log is brought over, and under load the writer is always ahead.
      fdatasyncSync(file);
    }
    port.postMessage({});
  });
}

const settings: CheckpointSettings = workerData;
if (parentPort !== null) serve(parentPort, settings);
