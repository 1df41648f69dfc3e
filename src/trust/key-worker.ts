import { type KeyObject, sign } from 'node:crypto';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { KeyWrapping } from '../xmlsec/encryption/key-holder.ts';
import { unwrapKey } from '../xmlsec/encryption/unwrap-key.ts';

/** What a thread is started with. */
export interface KeySettings {
  readonly keys: readonly KeyObject[];
}

/** What to do with a private key: the digest to sign with, or the key to unwrap and its octets. */
export type KeyOperation = string | { readonly wrapping: KeyWrapping; readonly length: number };

/** A batch in few objects, since each costs to be carried over: the octets of all jobs in a row, and what divides them. */
export interface KeyBatch {
  /** For each job the index of its key in the settings, or of the keys to try; its operation; the number of its octets. */
  readonly keys: readonly (number | readonly number[])[];
  readonly operations: readonly KeyOperation[];
  readonly lengths: readonly number[];
  readonly data: Uint8Array;
}

/** The results in the order of the batch; the text of the error where there is none. */
export type KeyReply = readonly (Uint8Array | string)[];

function serve(port: MessagePort, { keys }: KeySettings): void {
  port.on('message', (batch: KeyBatch) => {
    let at = 0;
    const reply: KeyReply = batch.lengths.map((length, index) => {
      const data = batch.data.subarray(at, at + length);
      at += length;
      const wanted = [batch.keys[index] ?? []].flat().flatMap((one) => keys[one] ?? []);
      return workOne(wanted, batch.operations[index] ?? '', data);
    });
    port.postMessage(reply);
  });
}

function workOne(keys: readonly KeyObject[], operation: KeyOperation, data: Uint8Array): Uint8Array | string {
  try {
    if (typeof operation !== 'string') return unwrapKey(keys, { ...operation, wrapped: data });
    const [key] = keys;
    return key === undefined ? 'no such key' : sign(operation, data, key);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const settings: KeySettings = workerData;
if (parentPort !== null) serve(parentPort, settings);
