import { setTimeout as pause } from 'node:timers/promises';

/** A live ebms-core, asked and told through its own REST interface; what it says is looked up again until it is there. */
export class EbmsCorePeer {
  readonly #base: string;

  /** `base` is the address of its REST interface, as `http://127.0.0.1:8080/service/rest/v19`. */
  constructor(base: string) {
    this.#base = base.replace(/\/$/, '');
  }

  async importCpa(cpa: Uint8Array): Promise<void> {
    const headers = { 'content-type': 'text/plain' };
    await this.#ask('/cpas?overwrite=true', { method: 'POST', headers, body: Buffer.from(cpa).toString() });
  }

  /** Forgets the contract; nothing happens when it does not know it. */
  async removeCpa(cpaId: string): Promise<void> {
    await fetch(`${this.#base}/cpas/${encodeURIComponent(cpaId)}`, { method: 'DELETE' });
  }

  /** Answers the MessageId that it gave. */
  async send({ dataSources, ...properties }: PeerMessage): Promise<string> {
    const encoded = dataSources.map(({ content, ...source }) => ({ ...source, content: content.toString('base64') }));
    const body = JSON.stringify({ properties, dataSources: encoded });
    return this.#ask('/ebms/messages', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  }

  /** Waits for the first event about a message: RECEIVED, DELIVERED, FAILED or EXPIRED. */
  async event(messageId: string, patienceMs = 15_000): Promise<string> {
    const until = Date.now() + patienceMs;
    while (Date.now() < until) {
      const [event] = await this.events(messageId);
      if (event !== undefined) return event;
      await pause(50);
    }
    throw new Error(`the peer has no event about ${messageId} after ${patienceMs} ms`);
  }

  /** Types of the events about a message that nobody has taken. */
  async events(messageId: string): Promise<readonly string[]> {
    const found = await this.#ask(`/ebms/events/unprocessed?messageId=${encodeURIComponent(messageId)}`);
    return parseList(found).map((event) => String(event['type']));
  }

  /** A message that it received. */
  async message(messageId: string): Promise<PeerReceived> {
    const found = parseObject(await this.#ask(`/ebms/messages/${encodeURIComponent(messageId)}?process=false`));
    const sources = Array.isArray(found['dataSources']) ? found['dataSources'].map(asObject) : [];
    return {
      properties: asObject(found['properties']),
      dataSources: sources.map((source) => ({
        name: textOf(source['name']),
        contentType: textOf(source['contentType']) ?? '',
        content: Buffer.from(textOf(source['content']) ?? '', 'base64'),
      })),
    };
  }

  /** How many messages wait for its application under this id. */
  async waiting(messageId: string): Promise<number> {
    const found: unknown = JSON.parse(
      await this.#ask(`/ebms/messages/unprocessed?messageId=${encodeURIComponent(messageId)}`),
    );
    return Array.isArray(found) ? found.length : 0;
  }

  /** Whether a Ping of it got its Pong. */
  async ping({
    cpaId,
    from,
    to,
  }: {
    readonly cpaId: string;
    readonly from: string;
    readonly to: string;
  }): Promise<boolean> {
    const [cpa = '', sender = '', receiver = ''] = [cpaId, from, to].map(encodeURIComponent);
    const url = `${this.#base}/ebms/ping/${cpa}/from/${sender}/to/${receiver}`;
    return (await fetch(url, { method: 'POST' })).ok;
  }

  /** What it hears about a message that it sent, by a StatusRequest. */
  async status(messageId: string): Promise<string | undefined> {
    const found = parseObject(await this.#ask(`/ebms/messages/${encodeURIComponent(messageId)}/status`));
    return textOf(found['status']);
  }

  async #ask(path: string, init: RequestInit = {}): Promise<string> {
    const answer = await fetch(this.#base + path, init);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${path}: ${answer.status} ${text}`);
    return text;
  }
}

export interface PeerMessage {
  readonly cpaId: string;
  readonly fromPartyId: string;
  readonly fromRole: string;
  readonly service: string;
  readonly action: string;
  readonly conversationId?: string;
  readonly refToMessageId?: string;
  readonly dataSources: readonly DataSource[];
}

export interface DataSource {
  readonly name: string | undefined;
  readonly contentType: string;
  readonly content: Buffer;
}

export interface PeerReceived {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly dataSources: readonly DataSource[];
}

function parseList(text: string): readonly Readonly<Record<string, unknown>>[] {
  const list: unknown = JSON.parse(text);
  return Array.isArray(list) ? list.map(asObject) : [];
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  return asObject(value);
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
