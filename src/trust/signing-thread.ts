import { type KeyObject, sign } from 'node:crypto';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';

/** What a thread is started with. */
export interface SigningSettings {
  readonly keys: readonly KeyObject[];
}

export interface SigningJob {
  /** Index of the key in the settings. */
  readonly key: number;
  readonly digest: string;
  readonly data: Uint8Array;
}

/** The signatures of a batch in its order; the text of the error where there is none. */
export type SigningReply = readonly (Uint8Array | string)[];

function serve(port: MessagePort, { keys }: SigningSettings): void {
  port.on('message', (jobs: readonly SigningJob[]) => {
    const reply: SigningReply = jobs.map((job) => signOne(job, keys[job.key]));
    port.postMessage(reply);
  });
}

function signOne({ digest, data }: SigningJob, key: KeyObject | undefined): Uint8Array | string {
  try {
    return key === undefined ? 'no such key' : sign(digest, data, key);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const settings: SigningSettings = workerData;
if (parentPort !== null) serve(parentPort, settings);
