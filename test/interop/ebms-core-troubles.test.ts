import assert from 'node:assert/strict';
import { GatewayError } from '../../src/errors.ts';
import type { IncomingAnswer } from '../../src/ports/transport.ts';
import type { DataSource } from '../setup/ebms-core-peer.ts';
import {
  closeLive,
  type Live,
  openLive,
  openOurs,
  type OwnTerms,
  ownContract,
  PEER,
  REPLY,
  requireAtPeer,
  requireHere,
  sendOurs,
} from '../setup/live-exchange.ts';
import { ManualClock } from '../setup/manual-clock.ts';
import { untilAttempts, untilEvents, untilState } from '../setup/msh-pair.ts';
import type { TestGateway } from '../setup/test-gateway.ts';

const DOCUMENT: DataSource = {
  name: 'bericht.xml',
  contentType: 'application/xml',
  content: Buffer.from('<bericht>het bedrag is 100 euro</bericht>'),
};
/** Repeats come soon. */
const RM = (of: OwnTerms): Buffer => ownContract('osb-rm', { ...of, retryInterval: 2_000 });
const RM_S = (of: OwnTerms): Buffer => ownContract('osb-rm-s', { ...of, retryInterval: 2_000 });
const SYNC = 'postiljon-osb-rm-s-sync-troubles';
const ASYNC = 'postiljon-osb-rm-s-troubles';

describe('a live ebms-core, when things go wrong', function () {
  this.timeout(60_000);
  let live: Live;

  before(async function () {
    const name = '-troubles';
    live = await openLive(this, () => [
      RM_S({ name }),
      RM_S({ name, sync: true }),
      RM({ name }),
      RM({ name, sync: true }),
    ]);
  });

  after(() => closeLive(live));

  it('§6.5.6 our request twice, synchronous: one message there, the same receipt twice', async () => {
    const answers: IncomingAnswer[] = [];
    live.routes.bend(PEER.endpoint, async (request, forward) => {
      answers.push(await forward(request), await forward(request));
      return answers[0] ?? assert.fail();
    });
    const messageId = await delivered(live, SYNC);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200],
    );
    assert.deepEqual(answers[1]?.body, answers[0]?.body);
    await requireAtPeer(live, messageId, [DOCUMENT]);
  });

  it('§6.5.6 our request twice: one message there, the receipt comes twice, the end is told once', async () => {
    const before = live.relay.requests.length;
    const { promise: repeated, resolve: repeat } = Promise.withResolvers<() => Promise<IncomingAnswer>>();
    live.routes.bend(PEER.endpoint, (request, forward) => {
      repeat(() => forward(request));
      return forward(request);
    });
    const messageId = await delivered(live, ASYNC);
    assert.equal((await (await repeated)()).status, 204);
    await live.relay.answered(before + 2);
    await requireAtPeer(live, messageId, [DOCUMENT]);
    const receipts = live.relay.requests.slice(before).map(bodyOf);
    assert.deepEqual(receipts[1], receipts[0]);
    assert.deepEqual(await eventsOf(live, messageId), ['message.delivered']);
  });

  it('§6.5.6 the request of the peer again, octet for octet: one message here, the same receipt', async () => {
    const messageId = await fromPeer(live, SYNC);
    await requireHere(live, messageId, [DOCUMENT]);
    assert.equal(await live.peer.event(messageId), 'DELIVERED');
    const request = live.relay.requests.at(-1) ?? assert.fail();
    const answers = [await live.relay.repeat(request), await live.relay.repeat(request)];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200],
    );
    assert.match(answers[0]?.body.toString() ?? '', new RegExp(`RefToMessageId>${messageId}<`));
    assert.deepEqual(answers[1]?.body, answers[0]?.body);
    await requireHere(live, messageId, [DOCUMENT]);
  });

  it('§6.5.4 the answer of the peer is lost: our repeat gets the stored receipt', async () => {
    live.routes.bend(PEER.endpoint, async (request, forward) => {
      await forward(request);
      live.routes.bend(PEER.endpoint);
      throw new GatewayError('PEER_UNREACHABLE');
    });
    const messageId = await sendOurs(live.here, SYNC, [DOCUMENT]);
    const { attemptLog } = await untilState(live.here, messageId, 'DELIVERED');
    assert.deepEqual(
      attemptLog.map(({ code }) => code),
      ['PEER_UNREACHABLE', undefined],
    );
    await requireAtPeer(live, messageId, [DOCUMENT]);
  });

  it('§6.5.4 our answer is lost: the repeat of the peer gets the stored receipt', async () => {
    live.relay.next('lose-answer');
    const messageId = await fromPeer(live, SYNC);
    assert.equal(await live.peer.event(messageId), 'DELIVERED');
    await requireHere(live, messageId, [DOCUMENT]);
  });

  it('§6.5.4 the peer was down: delivered when it is back', async () => {
    live.routes.lead(PEER.endpoint, 'http://127.0.0.1:1/ebms');
    const messageId = await sendOurs(live.here, ASYNC, [DOCUMENT]);
    await untilAttempts(live.here, messageId, 1);
    live.routes.lead(PEER.endpoint, PEER.endpoint);
    const { attemptLog } = await untilState(live.here, messageId, 'DELIVERED');
    assert.deepEqual(
      attemptLog.map(({ code }) => code),
      ['PEER_UNREACHABLE', undefined],
    );
    await requireAtPeer(live, messageId, [DOCUMENT]);
  });

  it('§6.5.4 we were down: the peer delivers when we are back', async () => {
    live.relay.next('down', 'down');
    const messageId = await fromPeer(live, ASYNC);
    await requireHere(live, messageId, [DOCUMENT]);
    assert.equal(await live.peer.event(messageId), 'DELIVERED');
  });

  it('§4.1 a part changed on our way out: the peer refuses it, and later the honest repeat as well, by its id', async () => {
    live.routes.bend(PEER.endpoint, (request, forward) => {
      assert.ok(request.body instanceof Uint8Array);
      return forward({ ...request, body: damaged(Buffer.from(request.body)) });
    });
    const alerts = await countAlerts(live);
    const messageId = await sendOurs(live.here, SYNC, [DOCUMENT]);
    await untilEvents(live.here, 'alert.partner-error', alerts + 1);
    live.routes.bend(PEER.endpoint);
    await untilEvents(live.here, 'alert.partner-error', alerts + 2);
    const { state } = await untilAttempts(live.here, messageId, 2);
    assert.equal(state, 'SENT');
    assert.equal(await live.peer.waiting(messageId), 0);
    const alert = (await live.here.store.listEvents(0, 10_000)).findLast(({ type }) => type === 'alert.partner-error');
    assert.equal(alert?.data['errorCode'], 'SecurityFailure');
  });

  it('§4.1 a part changed on its way to us: refused, and the peer learns it', async () => {
    live.relay.next(damaged);
    const messageId = await fromPeer(live, SYNC);
    assert.equal(await live.peer.event(messageId), 'FAILED');
    const { items } = await live.here.store.listRefusals({ limit: 1 });
    assert.deepEqual([items[0]?.code, items[0]?.messageId], ['SIGNATURE_INVALID', messageId]);
    await assert.rejects(live.here.gateway.messages.find(messageId), { code: 'NOT_FOUND' });
  });

  for (const sync of [true, false]) {
    const cpaId = `postiljon-osb-rm${sync ? '-sync' : ''}-troubles`;
    const how = sync ? 'in the answer' : 'by a request of its own';

    it(`§6.5.5 too late for the peer: TimeToLiveExpired ${how} ends it here`, () =>
      withClock(live, { sync, ms: -600_000 }, async (here) => {
        const messageId = await sendOurs(here, cpaId, [DOCUMENT]);
        await untilState(here, messageId, 'FAILED');
        const failed = (await here.store.listEvents(0, 100)).find(({ type }) => type === 'message.failed');
        assert.deepEqual([failed?.data['code'], failed?.data['errorCode']], ['PEER_REFUSED', 'TimeToLiveExpired']);
      }));

    it(`§6.5.5 too late for us: the peer learns TimeToLiveExpired ${how}`, () =>
      withClock(live, { sync, ms: 600_000 }, async (here) => {
        const messageId = await fromPeer(live, cpaId);
        assert.equal(await live.peer.event(messageId), 'FAILED');
        const { items } = await here.store.listRefusals({ limit: 1 });
        assert.deepEqual([items[0]?.code, items[0]?.messageId], ['MESSAGE_EXPIRED', messageId]);
      }));
  }

  it('§3.1.2 a CPA that only we know: the peer answers a Fault, and we go on trying until it knows it', async () => {
    const name = '-ours-only';
    const cpa = RM_S({ name, sync: true });
    await live.peer.removeCpa(`postiljon-osb-rm-s-sync${name}`);
    await live.here.gateway.cpas.import(cpa, true);
    const messageId = await sendOurs(live.here, `postiljon-osb-rm-s-sync${name}`, [DOCUMENT]);
    const { attemptLog } = await untilAttempts(live.here, messageId, 1);
    assert.deepEqual([attemptLog[0]?.status, attemptLog[0]?.code], [500, 'PEER_ANSWER']);
    await live.peer.importCpa(cpa);
    await untilState(live.here, messageId, 'DELIVERED');
    await requireAtPeer(live, messageId, [DOCUMENT]);
  });

  it('§3.1.2 a CPA that only the peer knows: it gets a Fault, and delivers once we know it', async () => {
    const name = '-theirs-only';
    const cpa = RM_S({ name, sync: true });
    await live.peer.importCpa(cpa);
    const before = live.relay.requests.length;
    const messageId = await fromPeer(live, `postiljon-osb-rm-s-sync${name}`);
    await live.relay.answered(before + 1);
    assert.equal((await live.here.store.listRefusals({ limit: 1 })).items[0]?.code, 'CPA_UNKNOWN');
    await live.here.gateway.cpas.import(cpa, true);
    await requireHere(live, messageId, [DOCUMENT]);
    assert.equal(await live.peer.event(messageId), 'DELIVERED');
  });
});

async function delivered(live: Live, cpaId: string): Promise<string> {
  const messageId = await sendOurs(live.here, cpaId, [DOCUMENT]);
  await untilState(live.here, messageId, 'DELIVERED');
  live.routes.bend(PEER.endpoint);
  return messageId;
}

function fromPeer({ peer }: Live, cpaId: string): Promise<string> {
  return peer.send({ cpaId, fromPartyId: PEER.key, fromRole: PEER.role, ...REPLY, dataSources: [DOCUMENT] });
}

function damaged(octets: Buffer): Buffer {
  return Buffer.from(octets.toString('latin1').replace('100 euro', '900 euro'), 'latin1');
}

function bodyOf(request: Buffer): Buffer {
  return request.subarray(request.indexOf('\r\n\r\n') + 4);
}

async function eventsOf({ here }: Live, messageId: string): Promise<readonly string[]> {
  const events = await here.store.listEvents(0, 10_000);
  return events.filter((event) => event.messageId === messageId).map(({ type }) => type);
}

async function countAlerts({ here }: Live): Promise<number> {
  return (await here.store.listEvents(0, 10_000)).filter(({ type }) => type === 'alert.partner-error').length;
}

/** A second gateway of ours at the same address, whose clock is wrong by so much. */
async function withClock(
  live: Live,
  { sync, ms }: { readonly sync: boolean; readonly ms: number },
  use: (here: TestGateway) => Promise<void>,
): Promise<void> {
  const clock = new ManualClock(Date.now() + ms);
  const here = await openOurs([RM({ name: '-troubles', sync })], { routes: live.routes, clock });
  live.relay.lead(here.url);
  try {
    await use(here);
  } finally {
    live.relay.lead(live.here.url);
    await here.close();
  }
}
