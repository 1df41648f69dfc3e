import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { PartnerTerms } from '../../src/msh/parts.ts';
import type { DataSource } from '../setup/ebms-core-peer.ts';
import { fixture } from '../setup/fixtures.ts';
import {
  closeLive,
  cpaIdIn,
  IN,
  type Live,
  openLive,
  openOurs,
  ownContract,
  PEER,
  REPLY,
  requireAtPeer,
  requireHere,
  sendOurs,
} from '../setup/live-exchange.ts';
import { untilState } from '../setup/msh-pair.ts';

/** The peer's own sample names AES-CBC; it wraps keys by PKCS #1 v1.5 whatever the contract says. */
const SAMPLE = 'captures/cpas/rm-signed-encrypted.xml';
const DOCUMENTS: Readonly<Record<string, readonly DataSource[]>> = {
  'one part': [
    { name: 'geheim.xml', contentType: 'application/xml', content: Buffer.from('<geheim>één</geheim>\r\n') },
  ],
  'two parts, one of 300 kB': [
    { name: 'tekst.txt', contentType: 'text/plain', content: Buffer.from('regel 1\r\nregel 2\n') },
    { name: 'groot.bin', contentType: 'application/octet-stream', content: randomBytes(300_000) },
  ],
};
const WAYS: Readonly<Record<string, NonNullable<PartnerTerms['encryption']>>> = {
  'AES-256-GCM under RSA-OAEP': { data: 'aes256-gcm' },
  'AES-128-GCM under RSA-OAEP': { data: 'aes128-gcm' },
  'AES-256-GCM under the RSA-OAEP of XML Encryption 1.1, with SHA-256': {
    data: 'aes256-gcm',
    keyTransport: 'rsa-oaep',
  },
};

const contracts = (): readonly Buffer[] => [
  fixture(SAMPLE),
  ...[ownContract('osb-be-e'), ownContract('osb-rm-e'), ownContract('osb-rm-e', { sync: true })].map(receivingCbc),
];

describe('a live ebms-core, encrypted', function () {
  this.timeout(20_000);
  let live: Live;

  before(async function () {
    live = await openLive(this, contracts);
  });

  after(() => closeLive(live));

  for (const [kind, documents] of Object.entries(DOCUMENTS)) {
    for (const cpaId of ['postiljon-osb-be-e', 'postiljon-osb-rm-e', 'postiljon-osb-rm-e-sync']) {
      it(`§4.1.4.5 ${cpaId}, ${kind}: from us to the peer, unreadable on the wire`, async () => {
        let wire = Buffer.alloc(0);
        live.routes.bend(PEER.endpoint, async (request, forward) => {
          const body = request.body instanceof Uint8Array ? request.body : Buffer.concat(await request.body.toArray());
          wire = Buffer.from(body);
          return forward({ ...request, body: wire });
        });
        const messageId = await sendOurs(live.here, cpaId, documents);
        await untilState(live.here, messageId, 'DELIVERED');
        live.routes.bend(PEER.endpoint);
        await requireAtPeer(live, messageId, documents);
        for (const { content } of documents) assert.ok(!wire.includes(content.subarray(0, 15)));
      });

      it(`§4.1.4.5 ${cpaId}, ${kind}: from the peer to us, by leave`, () =>
        fromPeer(live, { cpaId, ...REPLY }, documents));
    }

    it(`§4.1.4.5 the sample contract with AES-CBC, ${kind}: from the peer to us, by leave`, () =>
      fromPeer(live, { cpaId: cpaIdIn(fixture(SAMPLE)), ...IN }, documents));
  }

  for (const [what, encryption] of Object.entries(WAYS)) {
    it(`§4.1.4.5 ${what}: the peer reads it, under its sample contract`, async () => {
      const here = await openOurs(contracts(), { routes: live.routes, encryption });
      live.relay.lead(here.url);
      try {
        const documents = DOCUMENTS['one part'] ?? assert.fail();
        const messageId = await sendOurs(here, cpaIdIn(fixture(SAMPLE)), documents);
        await untilState(here, messageId, 'DELIVERED');
        await requireAtPeer(live, messageId, documents);
      } finally {
        live.relay.lead(live.here.url);
        await here.close();
      }
    });
  }
});

/** The peer can make no key for AES-GCM: what it sends us goes by AES-CBC, what it gets from us stays GCM. */
function receivingCbc(cpa: Buffer): Buffer {
  const text = cpa.toString();
  const second = text.lastIndexOf('<tns:PartyInfo');
  const ours = text
    .slice(0, second)
    .replaceAll('http://www.w3.org/2009/xmlenc11#aes256-gcm', 'http://www.w3.org/2001/04/xmlenc#aes256-cbc');
  return Buffer.from(ours + text.slice(second));
}

async function fromPeer(
  live: Live,
  about: { readonly cpaId: string; readonly service: string; readonly action: string },
  documents: readonly DataSource[],
): Promise<void> {
  const from = { fromPartyId: PEER.key, fromRole: PEER.role };
  const messageId = await live.peer.send({ ...about, ...from, dataSources: documents });
  await requireHere(live, messageId, documents);
  assert.equal(await live.peer.event(messageId), 'DELIVERED');
}
