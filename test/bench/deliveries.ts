/** Follows an API's stream of events. */
export interface Deliveries {
  /** Resolves once the message is DELIVERED, before or after it was asked for. */
  of(messageId: string): Promise<void>;
  /** Rejects when a message ends in another way, or the stream does. */
  readonly failed: Promise<never>;
  end(): void;
}

export async function followDeliveries(apiUrl: string): Promise<Deliveries> {
  const ended = new AbortController();
  const url = `${apiUrl}/api/v1/events/stream?after=${await lastEvent(apiUrl)}`;
  const { body } = await fetch(url, { signal: ended.signal });
  if (body === null) throw new Error('no stream of events');
  const delivered = new Set<string>();
  const waiting = new Map<string, () => void>();
  const failed = read(body, (messageId) => {
    const tell = waiting.get(messageId);
    if (tell === undefined) delivered.add(messageId);
    else tell();
    waiting.delete(messageId);
  });
  failed.catch(() => undefined);
  return {
    failed,
    of(messageId) {
      if (delivered.delete(messageId)) return Promise.resolve();
      return new Promise((resolve) => waiting.set(messageId, resolve));
    },
    end: () => ended.abort(),
  };
}

async function read(body: ReadableStream<Uint8Array>, tell: (messageId: string) => void): Promise<never> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data:')) note(line, tell);
  }
  throw new Error('the stream of events ended');
}

function note(line: string, tell: (messageId: string) => void): void {
  const event: { readonly type: string; readonly subject?: string } = JSON.parse(line.slice('data:'.length));
  if (event.type.endsWith('message.delivered')) tell(event.subject ?? '');
  else if (/failed|expired|refused/.test(event.type)) throw new Error(`not delivered: ${line}`);
}

const EVENT_PAGE = 1000;

async function lastEvent(apiUrl: string): Promise<string> {
  for (let after = '0'; ; ) {
    const response = await fetch(`${apiUrl}/api/v1/events?after=${after}&limit=${EVENT_PAGE}`);
    const page: { readonly next?: string; readonly items: readonly { readonly sequence: number }[] } = JSON.parse(
      await response.text(),
    );
    after = page.next ?? String(page.items.at(-1)?.sequence ?? after);
    if (page.next === undefined) return after;
  }
}
