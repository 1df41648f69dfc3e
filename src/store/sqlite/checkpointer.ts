import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Database, Query } from './database.ts';
import type { WorkerSettings } from './protocol.ts';

const THREAD = new URL(
  import.meta.url.endsWith('.ts') ? './checkpoint-thread.ts' : './checkpoint-thread.js',
  import.meta.url,
);
/** 16 MiB of log that is not in the database yet. */
const CHECKPOINT_PAGES = 4_096;
/**
 * The writer's own checkpoint: by then the thread has brought nearly all over, so that it is short, and the log can
 * begin again at its start. It also serves where the thread cannot.
 */
export const LONGEST_LOG_PAGES = 4 * CHECKPOINT_PAGES;

const LOG: Query<{ readonly log: number; readonly checkpointed: number }> = { sql: 'PRAGMA wal_checkpoint(NOOP)' };

/**
 * Brings the log into the database on a thread of its own, from the first time that there is much of it: a checkpoint
 * flushes the disk twice, and the writer would acknowledge nothing meanwhile.
 */
export class Checkpointer {
  readonly #db: Database;
  readonly #settings: WorkerSettings;
  #thread: Worker | undefined;
  #busy = false;

  constructor(db: Database, settings: WorkerSettings) {
    this.#db = db;
    this.#settings = settings;
  }

  /** After a commit. */
  consider(): void {
    if (this.#busy) return;
    const log = this.#db.get(LOG);
    if (log === undefined || log.log - log.checkpointed < CHECKPOINT_PAGES) return;
    this.#busy = true;
    this.#thread ??= this.#start();
    this.#thread.postMessage({});
  }

  /** Resolves when the thread has let go of the database; undefined when there is none. */
  close(): Promise<unknown> | undefined {
    const thread = this.#thread;
    if (thread === undefined) return undefined;
    const gone = once(thread, 'exit');
    thread.postMessage(null);
    return gone;
  }

  #start(): Worker {
    const thread = new Worker(THREAD, { workerData: this.#settings });
    const free = (): void => {
      this.#busy = false;
    };
    thread.on('message', free);
    // A full disk, for one: the writer's own checkpoint meets the same and says so to whom it concerns.
    thread.once('error', free);
    thread.once('exit', () => {
      this.#thread = undefined;
      free();
    });
    return thread;
  }
}
