import { appendFile, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { GatewayError } from '../../../src/index.ts';
import type { Adapter, AdapterHost, HandedMessage } from '../../../src/index.ts';

export interface JsonLinesSettings {
  /** `lines:<name>` is its destination. */
  readonly name: string;
  /** A line a message. */
  readonly file: string;
  /** A line an event; nothing where not given. */
  readonly journal?: string;
}

/** A destination that appends each message to a file, and a subscriber that keeps a journal of events. */
export function createJsonLines({ name, file, journal }: JsonLinesSettings, { gateway, log }: AdapterHost): Adapter {
  let handle: FileHandle | undefined;
  const destination = gateway.handovers.register(`lines:${name}`, {
    async deliver(message) {
      if (handle === undefined) throw new GatewayError('HANDOVER_FAILED', { detail: `${file} is not open` });
      await handle.appendFile(`${JSON.stringify(await lineOf(message))}\n`);
      // Confirmed is what is on disk: from here on the gateway says TAKEN.
      await handle.datasync();
    },
  });
  if (journal !== undefined)
    gateway.events.follow({
      name: `lines:${name}`,
      types: ['message.taken', 'handover.failed'],
      deliver: ({ id, type, messageId }) => appendFile(journal, `${JSON.stringify({ id, type, messageId })}\n`),
    });
  return {
    async start() {
      handle = await open(file, 'a').catch((cause: unknown) => {
        throw new GatewayError('CONFIG_INVALID', { location: 'adapters.lines', detail: `${file}: no file`, cause });
      });
      destination.ready();
      log.info({ file }, 'messages are written to a file');
    },
    async stop() {
      await handle?.close();
      handle = undefined;
    },
  };
}

async function lineOf({ messageId, fromPartyId, action, attempt, payloads }: HandedMessage): Promise<object> {
  const texts: string[] = [];
  for (const payload of payloads) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await payload.open()) chunks.push(Buffer.from(chunk));
    texts.push(Buffer.concat(chunks).toString('base64'));
  }
  return { messageId, fromPartyId, action, attempt, payloads: texts };
}
