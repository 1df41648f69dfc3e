import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { OutgoingRequest } from '../../../src/ports/transport.ts';
import { includeOf, octets } from '../../setup/wus-packages.ts';
import { MAX_AGE_MS, SKEW_MS } from '../../setup/wus-gateway.ts';
import { echo, openWusPair, type WusPair } from '../../setup/wus-pair.ts';

const CONTENT = octets(10_000);
/** When the Timestamp of a request is past, and a memory by the minute has forgotten it. */
const PAST = MAX_AGE_MS + SKEW_MS + 61_000;

interface Sent {
  readonly headers: OutgoingRequest['headers'];
  readonly body: Buffer;
}

describe('a signed request whose attachments take their time', () => {
  let pair: WusPair;

  beforeEach(async () => {
    pair = await openWusPair();
  });

  afterEach(() => pair.close());

  it('WB002 is judged by when its envelope came', async () => {
    assert.equal(await receive(await request(), PAST), 200);
    assert.equal(pair.backend.calls.length, 1);
  });

  it('WB002 A53 but not when they take as long again', async () => {
    assert.equal(await receive(await request(), MAX_AGE_MS + PAST), 500);
    assert.deepEqual(codes(), ['WUS_TIMESTAMP']);
  });

  it('A63 is known when a copy that began in time ends after its Timestamp', async () => {
    const sent = await request();
    const slow = receive(sent, PAST, () => receive(sent, 0));
    assert.equal(await slow, 500);
    assert.deepEqual(codes(), ['WUS_REPLAY']);
    assert.equal(pair.backend.calls.length, 1);
  });

  it('A63 and still is when it begins afterwards', async () => {
    const sent = await request();
    assert.equal(await receive(sent, PAST), 200);
    assert.equal(await receive(sent, 0), 500);
    assert.deepEqual(codes(), ['WUS_TIMESTAMP']);
  });

  /** What the consumer sends; it does not arrive. */
  async function request(): Promise<Sent> {
    const { promise, resolve } = Promise.withResolvers<Sent>();
    pair.bend(async ({ headers, body }) => {
      resolve({ headers, body: body instanceof Readable ? await buffer(body) : Buffer.from(body) });
      throw new Error('lost');
    });
    const attachment = { contentId: 'a@x', contentType: 'a/b', size: CONTENT.length, content: { inline: CONTENT } };
    const content = { body: Buffer.from(echo(includeOf('cid:a@x'))), attachments: [attachment] };
    await assert.rejects(pair.call('', { content }));
    return promise;
  }

  /** The clock goes on, and what `meanwhile` does is done, between the envelope and the end of the attachment. */
  async function receive({ headers, body }: Sent, ms: number, meanwhile?: () => Promise<unknown>): Promise<number> {
    const { keys, clock, provider } = pair;
    const middle = body.indexOf(CONTENT) + 100;
    const pieces = async function* (): AsyncGenerator<Buffer> {
      yield body.subarray(0, middle);
      // One piece at a time is asked for: the first has been read.
      yield body.subarray(middle, middle + 1);
      await meanwhile?.();
      clock.advance(ms);
      yield body.subarray(middle + 1);
    };
    const { status } = await provider.wus.receive({
      method: 'POST',
      path: '/wus/echo',
      headers,
      remote: 'test',
      clientCertificate: keys.consumer.der,
      body: Readable.from(pieces(), { objectMode: false, highWaterMark: 1 }),
    });
    return status;
  }

  function codes(): readonly unknown[] {
    return pair.provider.warnings.flatMap(({ fields }) => ('code' in fields ? [fields.code] : []));
  }
});
