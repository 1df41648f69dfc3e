import { randomBytes } from 'node:crypto';
import { openPayloadFiles } from '../../../src/store/files/payload-files.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { accept, inbound } from '../../conformance/store/records.ts';
import { answerCommands } from '../../setup/told-process.ts';

/** A process that stores on command: `accept` a message of 100 KB, or a `payload` of 3 MB; it says what came of it. */
const [, , url = '', directory = ''] = process.argv;
const store = await openStore({ url });
const files = await openPayloadFiles({ directory });

await answerCommands({
  async accept() {
    const message = inbound({ envelope: randomBytes(100_000) });
    await accept(store, message);
    return `stored ${message.messageId}`;
  },
  async payload() {
    const writer = files.create();
    try {
      for (let i = 0; i < 30; i++) await writer.write(randomBytes(100_000));
      const { body } = await writer.finish();
      return `stored ${'file' in body ? body.file : 'inline'}`;
    } catch (thrown) {
      await writer.abort();
      throw thrown;
    }
  },
});
await store.close();
