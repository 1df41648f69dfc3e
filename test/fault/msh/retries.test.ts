import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { RETRY_INTERVAL } from '../../setup/msh-contracts.ts';
import { untilAttempts, untilEvents, untilState } from '../../setup/msh-pair.ts';
import { envelopeIn, receiptFor, withSender } from '../../setup/msh-receipts.ts';
import type { Recorded } from '../../setup/recording-partner.ts';

const TERMS = { profile: 'osb-rm-s', retries: 3 } as const;

describe('retries of a message that is never acknowledged', () => {
  it('§6.5.4 go out at the agreed times, the same octets each time, until TimeToLive: EXPIRED with one event [ebMS2 §6.5.4-1, ebMS2 §6.5.1-2, ebMS2 §6.4.3-1, ebMS2 §6.4.4-1, ebMS2 §6.5.4-3]', () =>
    withSender(TERMS, async ({ here, send, partner, clock, sent, post }) => {
      const payload = randomBytes(100_000);
      const start = clock.now();
      const messageId = await send([payload]);
      for (let attempt = 1; attempt <= 4; attempt += 1) {
        const { attemptLog, state, nextAttemptAt } = await untilAttempts(here, messageId, attempt);
        assert.equal(nextAttemptAt, attempt < 4 ? start + attempt * RETRY_INTERVAL : undefined);
        assert.equal(state, 'SENT');
        assert.deepEqual(
          attemptLog.map(({ number, startedAt }) => [number, (startedAt - start) / RETRY_INTERVAL]),
          Array.from({ length: attempt }, (_, index) => [index + 1, index]),
        );
        // Nothing more before the interval is over.
        clock.advance(RETRY_INTERVAL - 1);
        await turnOf(here);
        assert.equal(partner.requests.length, attempt);
        clock.advance(1);
      }
      assert.equal((await untilState(here, messageId, 'EXPIRED')).nextAttemptAt, undefined);
      const contents = partner.requests.map(contentOf);
      assert.equal(contents.length, 4);
      for (const content of contents) assert.deepEqual(content, contents[0]);
      assert.ok(contents[0]?.body.includes(payload.toString('latin1')));
      const envelope = await sent(messageId);
      assert.deepEqual(envelopeIn(partner.requests[3]?.body ?? Buffer.alloc(0)), envelope);

      clock.advance(10 * RETRY_INTERVAL);
      await turnOf(here);
      assert.equal(partner.requests.length, 4);
      assert.deepEqual(await endsOf(here, messageId), ['message.expired']);
      assert.equal((await here.gateway.stats()).outboxDue, 0);

      const late = await receiptFor(envelope);
      assert.equal((await post(late)).status, 204);
      const after = await here.gateway.messages.find(messageId);
      assert.equal(after.state, 'EXPIRED');
      assert.deepEqual(Buffer.from(after.signal?.envelope ?? []), late);
      assert.deepEqual(await endsOf(here, messageId), ['message.expired', 'message.late-signal']);
      // The same receipt once more is nothing new.
      await post(late);
      assert.deepEqual(await endsOf(here, messageId), ['message.expired', 'message.late-signal']);
    }));

  it('§6.5.4 stop at the receipt: asynchronous, after the second attempt [ebMS2 §6.5.4-2]', () =>
    withSender(TERMS, async ({ here, send, partner, clock, sent, post }) => {
      const messageId = await send();
      await untilAttempts(here, messageId, 1);
      clock.advance(RETRY_INTERVAL);
      await untilAttempts(here, messageId, 2);
      const receipt = await receiptFor(await sent(messageId));
      await post(receipt);
      await post(receipt);
      await post(await receiptFor(await sent(messageId)));
      clock.advance(10 * RETRY_INTERVAL);
      await turnOf(here);
      assert.equal(partner.requests.length, 2);
      assert.equal((await here.gateway.messages.find(messageId)).state, 'DELIVERED');
      assert.deepEqual(
        (await endsOf(here, messageId)).filter((type) => type !== 'message.late-signal'),
        ['message.delivered'],
      );
    }));

  it('§6.5.4 stop at the receipt: synchronous, in the answer to the third attempt [ebMS2 §6.5.4-2]', () =>
    withSender(
      { ...TERMS, sync: true },
      async ({ here, send, partner, clock }) => {
        const messageId = await send();
        for (const attempt of [1, 2]) {
          await untilAttempts(here, messageId, attempt);
          clock.advance(RETRY_INTERVAL);
        }
        const { attemptLog } = await untilState(here, messageId, 'DELIVERED');
        assert.equal(attemptLog.length, 3);
        clock.advance(10 * RETRY_INTERVAL);
        await turnOf(here);
        assert.equal(partner.requests.length, 3);
        assert.deepEqual(await endsOf(here, messageId), ['message.delivered']);
      },
      {
        answerTo: async (envelope, number) =>
          number < 3 ? { status: number === 1 ? 503 : 204 } : { status: 200, body: await receiptFor(envelope) },
      },
    ));

  it('§6.5.4 a receipt that comes by a request of its own though the contract is synchronous counts', () =>
    withSender({ ...TERMS, sync: true }, async ({ here, send, sent, post }) => {
      const messageId = await send();
      await untilState(here, messageId, 'SENT');
      await post(await receiptFor(await sent(messageId)));
      assert.equal((await here.gateway.messages.find(messageId)).state, 'DELIVERED');
    }));

  it('a clock that jumps past TimeToLive: no more attempt, EXPIRED', () =>
    withSender(TERMS, async ({ here, send, partner, clock }) => {
      const messageId = await send();
      await untilAttempts(here, messageId, 1);
      clock.advance(100 * RETRY_INTERVAL);
      await untilState(here, messageId, 'EXPIRED');
      assert.ok(partner.requests.length <= 2);
    }));
});

describe('best effort', () => {
  it('that fails is FAILED once, and not sent again', () =>
    withSender(
      { profile: 'osb-be' },
      async ({ here, send, partner, clock }) => {
        const messageId = await send();
        await untilState(here, messageId, 'FAILED');
        clock.advance(100 * RETRY_INTERVAL);
        await turnOf(here);
        assert.equal(partner.requests.length, 1);
        assert.deepEqual(await endsOf(here, messageId), ['message.failed']);
      },
      { answerTo: () => ({ status: 500 }) },
    ));
});

/** What the partner gets: the whole HTTP body and what names it, boundary included. */
function contentOf({ headers, body }: Recorded): {
  readonly soapaction: unknown;
  readonly contentType: unknown;
  readonly body: string;
} {
  return { soapaction: headers['soapaction'], contentType: headers['content-type'], body: body.toString('latin1') };
}

type Here = Parameters<typeof untilAttempts>[0];

/** The store has answered all that was asked of it before. */
async function turnOf({ gateway }: Here): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await gateway.stats();
}

async function endsOf(here: Here, messageId: string): Promise<readonly string[]> {
  const all = await here.events();
  return all.filter((event) => event.messageId === messageId).map((event) => event.type);
}

describe('a partner that asks for signals to be kept apart', () => {
  it('K16 every message ends once: 20 messages, a partner that answers in every way', () =>
    withSender(
      { ...TERMS, sync: true },
      async ({ here, send, clock }) => {
        const ids = await Promise.all(Array.from({ length: 20 }, () => send()));
        for (let attempt = 1; attempt <= 4; attempt += 1) {
          await Promise.all(
            ids.map(async (id) => {
              const { state } = await here.gateway.messages.find(id);
              if (state === 'QUEUED' || state === 'SENT') await untilAttempts(here, id, attempt);
            }),
          );
          clock.advance(RETRY_INTERVAL);
        }
        await untilEvents(here, 'message.expired', 5);
        const { states } = await here.gateway.stats();
        assert.deepEqual(states, { DELIVERED: 15, EXPIRED: 5 });
        const ends = (await here.events()).filter((event) => /message\.(delivered|expired|failed)/.test(event.type));
        assert.equal(ends.length, 20);
        assert.equal(new Set(ends.map((event) => event.messageId)).size, 20);
      },
      {
        answerTo: async (envelope) => {
          const place = placeOf(envelope);
          if (place % 4 === 0) return { status: [204, 500, 404, 200, 429][place / 4] ?? 204 };
          return { status: 200, body: await receiptFor(envelope) };
        },
      },
    ));
});

const places = new Map<string, number>();

/** Counts messages in the order in which they were first seen. */
function placeOf(envelope: Buffer): number {
  const id = /<eb:MessageId>([^<]*)/.exec(envelope.toString())?.[1] ?? '';
  const place = places.get(id) ?? places.size;
  places.set(id, place);
  return place;
}
