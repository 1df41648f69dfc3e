import assert from 'node:assert/strict';
import type { DataSource } from '../setup/ebms-core-peer.ts';
import {
  closeLive,
  type Live,
  openLive,
  ownContract,
  PEER,
  REPLY,
  requireAtPeer,
  requireHere,
  sendOurs,
  US,
} from '../setup/live-exchange.ts';
import { untilState } from '../setup/msh-pair.ts';

const NAME = '-exchanges';
const DOCUMENT: DataSource = { name: 'vraag.xml', contentType: 'application/xml', content: Buffer.from('<vraag/>') };
/** Ping and StatusRequest follow the default channel of the contract: asynchronous in one, in the answer in the other. */
const CONTRACTS = [
  ['asynchronous', `postiljon-osb-rm-s${NAME}`],
  ['synchronous', `postiljon-osb-rm-s-sync${NAME}`],
] as const;

describe('a live ebms-core: Ping, StatusRequest, resend', function () {
  this.timeout(60_000);
  let live: Live;

  before(async function () {
    live = await openLive(this, () => [false, true].map((sync) => ownContract('osb-rm-s', { sync, name: NAME })));
  });

  after(() => closeLive(live));

  for (const [how, cpaId] of CONTRACTS) {
    it(`§8.1 our Ping gets its Pong, ${how}`, async () => {
      const { pongId } = await live.here.gateway.partners.ping({ cpaId, from: US.key, to: PEER.key });
      assert.match(pongId, /@/);
    });

    it(`§8.2 the Ping of the peer gets our Pong, ${how}`, async () => {
      assert.equal(await asked(() => live.peer.ping({ cpaId, from: PEER.key, to: US.key })), true);
    });

    it(`§7.1 our StatusRequest: the peer has received it, ${how}`, async () => {
      const messageId = await sendOurs(live.here, cpaId, [DOCUMENT]);
      await untilState(live.here, messageId, 'DELIVERED');
      await requireAtPeer(live, messageId, [DOCUMENT]);
      const { status, receivedAt } = await live.here.gateway.messages.status(messageId);
      assert.equal(status, 'Received');
      assert.ok(receivedAt !== undefined && Math.abs(receivedAt - Date.now()) < 60_000);
    });

    it(`§7.2 the StatusRequest of the peer: we have received it, and have handed it over, ${how}`, async () => {
      const from = { fromPartyId: PEER.key, fromRole: PEER.role };
      const messageId = await live.peer.send({ cpaId, ...from, ...REPLY, dataSources: [DOCUMENT] });
      await requireHere(live, messageId, [DOCUMENT]);
      assert.equal(await live.peer.event(messageId), 'DELIVERED');
      assert.equal(await asked(() => live.peer.status(messageId)), 'RECEIVED');
      await live.here.gateway.messages.take(messageId);
      assert.equal(await asked(() => live.peer.status(messageId)), 'PROCESSED');
    });
  }

  it('what we resend is a new message for the peer, with the same content', async () => {
    const [, cpaId] = CONTRACTS[0];
    const messageId = await sendOurs(live.here, cpaId, [DOCUMENT]);
    await untilState(live.here, messageId, 'DELIVERED');
    const again = await live.here.gateway.messages.resend(messageId);
    assert.notEqual(again.messageId, messageId);
    await untilState(live.here, again.messageId, 'DELIVERED');
    for (const id of [messageId, again.messageId]) await requireAtPeer(live, id, [DOCUMENT]);
  });
});

/**
 * Asks again, up to thirty times: an asynchronous answer that is quicker than the end of the peer's own request interrupts
 * that request there, and the peer calls the question failed.
 */
async function asked<T>(question: () => Promise<T>): Promise<T | undefined> {
  for (let n = 1; n < 30; n += 1) {
    const answer = await question().catch(() => undefined);
    if (answer !== undefined && answer !== false) return answer;
  }
  return question();
}
