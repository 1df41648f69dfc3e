import { openStore } from '../../../src/store/open-store.ts';
import { accept, inbound, inlinePart } from '../../conformance/store/records.ts';

/** A process that accepts messages, eight at a time, and prints each MessageId once it is acknowledged. */
const store = await openStore({ url: process.argv[2] ?? '' });
const count = Number(process.argv[3] ?? Number.POSITIVE_INFINITY);
let started = 0;

async function acceptOn(): Promise<void> {
  while (started++ < count) {
    const message = inbound({ payloads: [inlinePart('x'.repeat(3_000))] });
    await accept(store, message);
    process.stdout.write(`${message.messageId}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, acceptOn));
await store.close();
