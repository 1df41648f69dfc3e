import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { GatewayError } from '../../../src/errors.ts';
import { openPayloadFiles } from '../../../src/store/files/payload-files.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { accept, inbound } from '../../conformance/store/records.ts';

/** A process that stores on command: `accept` a message of 100 KB, or a `payload` of 3 MB; it prints what came of it. */
const [, , url = '', directory = ''] = process.argv;
const store = await openStore({ url });
const files = await openPayloadFiles({ directory });

const commands: Readonly<Record<string, () => Promise<string>>> = {
  async accept() {
    const message = inbound({ envelope: randomBytes(100_000) });
    await accept(store, message);
    return message.messageId;
  },
  async payload() {
    const writer = files.create();
    try {
      for (let i = 0; i < 30; i++) await writer.write(randomBytes(100_000));
      const { body } = await writer.finish();
      return 'file' in body ? body.file : 'inline';
    } catch (thrown) {
      await writer.abort();
      throw thrown;
    }
  },
};

process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const command = commands[line] ?? (() => Promise.resolve('unknown command'));
  const outcome = await command().then(
    (text) => `stored ${text}`,
    (error: unknown) => `refused ${error instanceof GatewayError ? error.code : String(error)}`,
  );
  process.stdout.write(`${outcome}\n`);
}
await store.close();
