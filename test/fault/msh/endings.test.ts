import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { contract, type ContractParty, cpaIdOf, dienst, gemeente, RETRY_INTERVAL } from '../../setup/msh-contracts.ts';
import {
  MovableClock,
  openPartyGateway,
  Routes,
  submitTo,
  untilAttempts,
  untilEvents,
  untilMessage,
  untilState,
} from '../../setup/msh-pair.ts';
import { receiptFor, type Sending, withSender } from '../../setup/msh-receipts.ts';
import { openRecordingPartner } from '../../setup/recording-partner.ts';

const ASYNC = { profile: 'osb-rm-s', retries: 1 } as const;
const SYNC = { ...ASYNC, sync: true } as const;
const FINAL = new Set(['message.delivered', 'message.failed', 'message.expired', 'message.cancelled']);

const eventsOf = async ({ here }: Pick<Sending, 'here'>, messageId: string): Promise<readonly string[]> =>
  (await here.events()).filter((event) => event.messageId === messageId).map(({ type }) => type);

describe('every message that is sent ends once', () => {
  it('§6.5.4 the same receipt in the answer and by a request of its own at the same time: delivered, nothing late', async () => {
    let post: Sending['post'] | undefined;
    await withSender(
      SYNC,
      async (at) => {
        post = at.post;
        const ids = await Promise.all(Array.from({ length: 20 }, () => at.send()));
        await untilEvents(at.here, 'message.delivered', 20);
        for (const id of ids) {
          await untilState(at.here, id, 'DELIVERED');
          assert.deepEqual(await eventsOf(at, id), ['message.delivered']);
        }
        assert.equal((await at.here.gateway.stats()).outboxDue, 0);
      },
      {
        answerTo: async (envelope, number) => {
          const receipt = await receiptFor(envelope);
          const posted = post?.(receipt);
          // Every other time the request of its own is over before the answer leaves.
          if (number % 2 === 0) await posted;
          return { status: 200, body: receipt };
        },
      },
    );
  });

  it('§6.5.4 two different receipts at the same time: delivered, and the other is late, once', async () => {
    let post: Sending['post'] | undefined;
    const posts: Promise<unknown>[] = [];
    await withSender(
      SYNC,
      async (at) => {
        post = at.post;
        const ids = await Promise.all(Array.from({ length: 10 }, () => at.send()));
        await untilEvents(at.here, 'message.late-signal', 10);
        await Promise.all(posts);
        for (const id of ids)
          assert.deepEqual((await eventsOf(at, id)).toSorted(), ['message.delivered', 'message.late-signal']);
      },
      {
        answerTo: async (envelope) => {
          const [one, other] = await Promise.all([receiptFor(envelope), receiptFor(envelope)]);
          if (post !== undefined) posts.push(post(one));
          return { status: 200, body: other };
        },
      },
    );
  });

  it('§6.5.4 a receipt in the answer to the very last attempt: delivered, not expired', () =>
    withSender(
      SYNC,
      async (at) => {
        const id = await at.send();
        await untilAttempts(at.here, id, 1);
        at.clock.advance(RETRY_INTERVAL);
        const { attemptLog } = await untilState(at.here, id, 'DELIVERED');
        assert.deepEqual(
          attemptLog.map(({ number }) => number),
          [1, 2],
        );
        at.clock.advance(10 * RETRY_INTERVAL);
        await at.here.gateway.stats();
        assert.deepEqual(await eventsOf(at, id), ['message.delivered']);
      },
      {
        answerTo: async (envelope, number) =>
          number === 1 ? { status: 503 } : { status: 200, body: await receiptFor(envelope) },
      },
    ));

  it('§6.5.4 the receipt at the moment of expiry: delivered, or expired with one late receipt; never both', () =>
    withSender(ASYNC, async (at) => {
      const ids = await Promise.all(Array.from({ length: 20 }, () => at.send()));
      for (const attempt of [1, 2]) {
        await Promise.all(ids.map((id) => untilAttempts(at.here, id, attempt)));
        if (attempt === 1) at.clock.advance(RETRY_INTERVAL);
      }
      const receipts = await Promise.all(ids.map(async (id) => receiptFor(await at.sent(id))));
      const posted = receipts.slice(0, 10).map((receipt) => at.post(receipt));
      at.clock.advance(RETRY_INTERVAL);
      posted.push(...receipts.slice(10).map((receipt) => at.post(receipt)));
      await Promise.all(posted);
      const repeated = await Promise.all(receipts.map((receipt) => at.post(receipt)));
      assert.ok(repeated.every(({ status }) => status === 204));
      for (const id of ids) {
        const { state } = await untilMessage(at.here, id, (message) => message.state !== 'SENT');
        assert.ok(state === 'DELIVERED' || state === 'EXPIRED', state);
        const expected = state === 'DELIVERED' ? ['message.delivered'] : ['message.expired', 'message.late-signal'];
        assert.deepEqual(await eventsOf(at, id), expected);
      }
      const finals = (await at.here.events()).filter(({ type }) => FINAL.has(type));
      assert.equal(finals.length, 20);
    }));

  it('§6.5.4 a receipt after CANCELLED is late, once for each that differs, and changes nothing', () =>
    withSender(ASYNC, async (at) => {
      const id = await at.send();
      await untilState(at.here, id, 'SENT');
      await at.here.gateway.messages.cancel(id);
      const [one, other] = [await receiptFor(await at.sent(id)), await receiptFor(await at.sent(id))];
      for (const receipt of [one, one, other, one, other]) assert.equal((await at.post(receipt)).status, 204);
      assert.equal((await at.here.gateway.messages.find(id)).state, 'CANCELLED');
      const late = 'message.late-signal';
      assert.deepEqual(await eventsOf(at, id), ['message.cancelled', late, late]);
      at.clock.advance(10 * RETRY_INTERVAL);
      await at.here.gateway.stats();
      assert.equal(at.partner.requests.length, 1);
    }));

  it('§6.3.1 per message: nothing is asked, one attempt decides', async () => {
    const edited = Buffer.from(
      Buffer.from(contract({ profile: 'osb-rm-s' }))
        .toString()
        .replaceAll('ackRequested="always"', 'ackRequested="perMessage"')
        .replaceAll('duplicateElimination="always"', 'duplicateElimination="perMessage"')
        .replaceAll('ackSignatureRequested="always"', 'ackSignatureRequested="perMessage"'),
    );
    await withSender(
      { profile: 'osb-rm-s' },
      async (at) => {
        const id = await at.send();
        const found = await untilState(at.here, id, 'DELIVERED');
        assert.doesNotMatch(Buffer.from(found.envelope).toString(), /AckRequested|DuplicateElimination|TimeToLive/);
        assert.deepEqual(await eventsOf(at, id), ['message.delivered']);
      },
      { cpas: [edited] },
    );
  });
});

describe('partners beside each other', () => {
  it('§6.5.4 one that is silent delays nobody: the other has its messages without a tick of the clock', async () => {
    const other: ContractParty = {
      ...dienst,
      oin: '00000099000000003000',
      key: 'urn:osb:oin:00000099000000003000',
      endpoint: 'https://andere.test/ebms',
    };
    const clock = new MovableClock();
    const routes = new Routes();
    const silent = await openRecordingPartner(() => new Promise<never>(() => undefined));
    const slow = contract({ profile: 'osb-rm-s', version: 'silent' });
    const quick = contract({ profile: 'osb-rm-s', version: 'quick', parties: [gemeente, other] });
    const here = await openPartyGateway(gemeente, { cpas: [slow, quick], clock, transport: routes.transport() });
    const there = await openPartyGateway(other, { cpas: [quick], clock, transport: routes.transport() });
    routes.lead(dienst.endpoint, silent.url);
    routes.lead(other.endpoint, there.url);
    routes.lead(gemeente.endpoint, here.url);
    try {
      const send = (cpa: Uint8Array): Promise<string> =>
        submitTo(here, { cpaId: cpaIdOf(cpa), payloads: [randomBytes(500)] }).then(({ messageId }) => messageId);
      // More than may be under way to one partner.
      await Promise.all(Array.from({ length: 100 }, () => send(slow)));
      await silent.request(32);
      const ids = await Promise.all(Array.from({ length: 50 }, () => send(quick)));
      for (const id of ids) assert.equal((await untilState(here, id, 'DELIVERED')).attemptLog.length, 1);
      assert.deepEqual((await here.gateway.stats()).states, { QUEUED: 100, DELIVERED: 50 });
      assert.equal(silent.requests.length, 32);
    } finally {
      await silent.close();
      await Promise.all([here.close(), there.close()]);
    }
  });
});
