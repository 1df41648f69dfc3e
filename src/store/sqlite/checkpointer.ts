import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Database, Query } from './database.ts';

const THREAD = new URL(
  import.meta.url.endsWith('.ts') ? './checkpoint-thread.ts' : './checkpoint-thread.js',
  import.meta.url,
);
/** Without waiting for anybody: what the writer adds meanwhile is for the next time. */
export const CHECKPOINT = 'PRAGMA wal_checkpoint(PASSIVE)';
/** 16 MiB of log that is not in the database yet. */
const CHECKPOINT_PAGES = 4_096;
/** SQLite then checkpoints within a commit, however long that takes: where the thread cannot. */
export const LONGEST_LOG_PAGES = 4 * CHECKPOINT_PAGES;

const LOG: Query<{ readonly log: number; readonly checkpointed: number }> = { sql: 'PRAGMA wal_checkpoint(NOOP)' };

export interface CheckpointSettings {
  readonly path: string;
  /** A descriptor of the database file, to flush it by. */
  readonly file: number;
}

/**
 * Brings the log into the database on a thread of its own, from the first time that there is much of it: a checkpoint
 * flushes the disk, and the writer would acknowledge nothing meanwhile. What is left to the writer is little, so that
 * the log is wholly in the database for a moment and begins again at its start.
 */
export class Checkpointer {
  readonly #db: Database;
  readonly #settings: CheckpointSettings;
  #thread: Worker | undefined;
  #busy = false;

  constructor(db: Database, settings: CheckpointSettings) {
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
    thread.on('message', () => {
      this.#finish();
      free();
    });
    // A full disk, for one: the writer's own checkpoint meets the same and says so to whom it concerns.
    thread.once('error', free);
    thread.once('exit', () => {
      this.#thread = undefined;
      free();
    });
    return thread;
  }

  #finish(): void {
    try {
      this.#db.exec(CHECKPOINT);
    } catch {
      // The log still holds everything: a disk that takes no more is for the next commit to tell.
    }
  }
}
