import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { GatewayError } from '../../errors.ts';
import { Checkpointer } from './checkpointer.ts';
import { openDatabase, openReader } from './open-database.ts';
import type { OpenedDatabase } from './open-database.ts';
import type { Call, Reply, WorkerSettings } from './protocol.ts';
import { runBatch, toFailure } from './run-batch.ts';
import { describeFailure } from './sqlite-errors.ts';

/** The thread that owns the database. A message is a batch of calls, or null: close. What is thrown here ends the thread. */
function serve(port: MessagePort, settings: WorkerSettings): void {
  const reply = (message: Reply): void => port.postMessage(message);
  const opened = open(settings, reply);
  if (opened === undefined) {
    port.close();
    return;
  }
  const { db, file } = opened;
  const checkpointer = file === undefined ? undefined : new Checkpointer(db, { path: settings.path, file });
  const close = (): void => {
    opened.close();
    reply({ kind: 'closed' });
    port.close();
  };
  port.on('message', (calls: readonly Call[] | null) => {
    if (calls === null) {
      const ending = checkpointer?.close();
      if (ending === undefined) close();
      else void ending.finally(close);
      return;
    }
    reply(runBatch(db, calls));
    checkpointer?.consider();
  });
  reply({ kind: 'opened' });
}

function open({ path, readOnly }: WorkerSettings, reply: (message: Reply) => void): OpenedDatabase | undefined {
  try {
    return readOnly === true ? openReader(path) : openDatabase(path);
  } catch (thrown) {
    const error = thrown instanceof GatewayError ? thrown : cannotOpen(path, thrown);
    reply({ kind: 'not-opened', error: toFailure(error) });
    return undefined;
  }
}

function cannotOpen(path: string, thrown: unknown): GatewayError {
  return new GatewayError('STORE_UNAVAILABLE', {
    location: 'store.url',
    detail: `${path} cannot be opened: ${describeFailure(thrown)}`,
  });
}

const settings: WorkerSettings = workerData;
if (parentPort !== null) serve(parentPort, settings);
