import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
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
} from '../setup/live-exchange.ts';
import { untilState } from '../setup/msh-pair.ts';

const NAME = '-tls';
const DOCUMENTS: readonly DataSource[] = [
  { name: 'bericht.xml', contentType: 'application/xml', content: Buffer.from('<bericht>één</bericht>\r\n') },
  { name: 'bijlage.bin', contentType: 'application/octet-stream', content: randomBytes(200_000) },
];

const contracts = (): readonly Buffer[] =>
  [false, true].map((sync) => ownContract('osb-rm-s', { sync, name: NAME, tls: true }));

describe('a live ebms-core over mutual TLS', function () {
  this.timeout(60_000);
  let live: Live;

  before(async function () {
    live = await openLive(this, contracts, { tls: true });
  });

  after(() => closeLive(live));

  for (const sync of [false, true]) {
    const cpaId = `postiljon-osb-rm-s${sync ? '-sync' : ''}${NAME}`;

    it(`from us to the peer, which asks our certificate, ${sync ? 'synchronous' : 'asynchronous'}`, async () => {
      const messageId = await sendOurs(live.here, cpaId, DOCUMENTS);
      await untilState(live.here, messageId, 'DELIVERED');
      await requireAtPeer(live, messageId, DOCUMENTS);
    });

    it(`from the peer to us, who bind its certificate to it, ${sync ? 'synchronous' : 'asynchronous'}`, async () => {
      const from = { fromPartyId: PEER.key, fromRole: PEER.role };
      const messageId = await live.peer.send({ cpaId, ...from, ...REPLY, dataSources: DOCUMENTS });
      await requireHere(live, messageId, DOCUMENTS);
      assert.equal(await live.peer.event(messageId), 'DELIVERED');
    });
  }
});
