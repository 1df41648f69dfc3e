import type { MessageUseCases, StoredContent } from '../../../src/index.ts';

/** The payloads of one request while it is read: after `discard` none of them is left. */
export class ReceivedPayloads {
  readonly #messages: MessageUseCases;
  readonly #contents: StoredContent[] = [];

  constructor(messages: MessageUseCases) {
    this.#messages = messages;
  }

  /** Stores one payload while its octets come in; when they do not come to their end, nothing stays. */
  async store(octets: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<StoredContent> {
    const writer = this.#messages.createPayload();
    try {
      for await (const chunk of octets) await writer.write(chunk);
      const content = await writer.finish();
      this.#contents.push(content);
      return content;
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  async discard(): Promise<void> {
    await Promise.all(this.#contents.map((content) => this.#messages.discardPayload(content)));
  }
}
