import { type KeyObject, sign } from 'node:crypto';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';

/** What a thread is started with. */
export interface SigningSettings {
  readonly keys: readonly KeyObject[];
}

/** A batch in few objects, since each costs to be carried over: the octets of all jobs in a row, and what divides them. */
export interface SigningBatch {
  /** For each job the index of its key in the settings, its digest and the number of its octets. */
  readonly keys: readonly number[];
  readonly digests: readonly string[];
  readonly lengths: readonly number[];
  readonly data: Uint8Array;
}

/** The signatures in the order of the batch; the text of the error where there is none. */
export type SigningReply = readonly (Uint8Array | string)[];

function serve(port: MessagePort, { keys }: SigningSettings): void {
  port.on('message', (batch: SigningBatch) => {
    let at = 0;
    const reply: SigningReply = batch.lengths.map((length, index) => {
      const data = batch.data.subarray(at, at + length);
      at += length;
      return signOne(keys[batch.keys[index] ?? -1], batch.digests[index] ?? '', data);
    });
    port.postMessage(reply);
  });
}

function signOne(key: KeyObject | undefined, digest: string, data: Uint8Array): Uint8Array | string {
  try {
    return key === undefined ? 'no such key' : sign(digest, data, key);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const settings: SigningSettings = workerData;
if (parentPort !== null) serve(parentPort, settings);
