import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { Database } from './database.ts';
import type { WorkerSettings } from './protocol.ts';

/** Any message asks for one checkpoint and is answered by one; null ends the thread. */
function serve(port: MessagePort, { path }: WorkerSettings): void {
  const db = new Database(path);
  db.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0');
  port.on('message', (request: object | null) => {
    if (request === null) {
      db.close();
      port.close();
      return;
    }
    // Without waiting for anybody: what the writer adds meanwhile is for the next time.
    db.exec('PRAGMA wal_checkpoint(PASSIVE)');
    port.postMessage({});
  });
}

const settings: WorkerSettings = workerData;
if (parentPort !== null) serve(parentPort, settings);
