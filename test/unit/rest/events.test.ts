import assert from 'node:assert/strict';
import { CPA_ID, TERMS, json, openRestGateway } from './rest-gateway.ts';
import type { RestGateway } from './rest-gateway.ts';

interface CloudEvent {
  readonly type: string;
  readonly subject?: string;
  readonly sequence: string;
}

interface Page {
  readonly items: readonly CloudEvent[];
  readonly next: string;
}

describe('events over REST', () => {
  let rest: RestGateway;
  before(async () => {
    rest = await openRestGateway({ heartbeatMs: 20 });
    await rest.submit({ ...TERMS, messageId: 'eerste@rest.test', payloads: [] });
    await rest.delivered('eerste@rest.test');
  });
  after(() => rest.close());

  it('NL GOV 1.1 are CloudEvents in the order they happened', async () => {
    const { items } = await json<{ items: readonly Record<string, unknown>[] }>(await rest.fetch('/api/v1/events'));
    const received = items.find(({ type }) => type === 'nl.postiljon.message.received');
    assert.ok(received);
    const { id, time, sequence, data, ...rest1 } = received;
    assert.deepEqual(rest1, {
      specversion: '1.0',
      source: 'urn:nld:oin:00000099000000001000:systeem:postiljon',
      type: 'nl.postiljon.message.received',
      subject: 'eerste@rest.test',
      datacontenttype: 'application/json',
      sequencetype: 'Integer',
    });
    assert.match(String(id), /^[0-9a-f-]{36}$/);
    assert.match(String(time), /Z$/);
    assert.match(String(sequence), /^\d+$/);
    const { from, service, action } = TERMS;
    assert.deepEqual(data, {
      messageId: 'eerste@rest.test',
      direction: 'in',
      cpaId: CPA_ID,
      from: `urn:osb:oin:${from}`,
      service,
      action,
    });
  });

  it('are paged by sequence', async () => {
    const page = await json<Page>(await rest.fetch('/api/v1/events?limit=1'));
    const following = await json<Page>(await rest.fetch(`/api/v1/events?limit=1&after=${page.next}`));
    assert.ok(Number(following.items[0]?.sequence) > Number(page.items[0]?.sequence));
  });

  it('are streamed as they happen, from Last-Event-ID on', async () => {
    const { items } = await json<{ items: CloudEvent[] }>(await rest.fetch('/api/v1/events'));
    const last = items.at(-1)?.sequence ?? '';
    const stream = await openStream(rest, { 'Last-Event-ID': last });
    await rest.submit({ ...TERMS, messageId: 'tweede@rest.test', payloads: [] });
    const seen = await stream.read(2);
    assert.deepEqual(seen.map(({ type }) => type).sort(), [
      'nl.postiljon.message.delivered',
      'nl.postiljon.message.received',
    ]);
    assert.deepEqual([...new Set(seen.map(({ subject }) => subject))], ['tweede@rest.test']);
    await stream.cancel();
  });

  it('are streamed from the oldest on without Last-Event-ID, and a silent stream says that it lives', async () => {
    const stream = await openStream(rest, {});
    assert.equal((await stream.read(1))[0]?.sequence, '1');
    await stream.until(/: still here/);
    await stream.cancel();
  });

  it('end their streams when the API closes', async () => {
    const other = await openRestGateway();
    const stream = await openStream(other, {});
    await Promise.all([other.close(), stream.ended()]);
  });
});

async function openStream(rest: RestGateway, headers: Record<string, string>) {
  const response = await rest.fetch('/api/v1/events/stream', { headers });
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  assert.ok(response.body);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const until = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(text)) {
      const { done, value } = await reader.read();
      if (done) return;
      text += value;
    }
  };
  return {
    until,
    async read(count: number): Promise<CloudEvent[]> {
      await until(new RegExp(`(?:data: [^\\n]*\\n\\n[^]*){${count}}`));
      return [...text.matchAll(/^data: (.*)$/gm)].map((match): CloudEvent => JSON.parse(match[1] ?? ''));
    },
    ended: () => until(/^never$/),
    cancel: () => reader.cancel(),
  };
}
