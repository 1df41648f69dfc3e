import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { MessageState } from '../../src/ports/store.ts';
import type { DataSource } from '../setup/ebms-core-peer.ts';
import { fixture } from '../setup/fixtures.ts';
import {
  closeLive,
  cpaIdIn,
  IN,
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

const XML: DataSource = {
  name: 'bericht.xml',
  contentType: 'application/xml',
  content: Buffer.from('<?xml version="1.0"?>\r\n<bericht>één &amp; twee</bericht>\n'),
};
const PDF: DataSource = { name: 'bijlage één.pdf', contentType: 'application/pdf', content: randomBytes(3000) };
const TEXT: DataSource = {
  name: 'notitie.txt',
  contentType: 'text/plain',
  content: Buffer.from('regel 1\r\nregel 2\n--grens?--\r\n\r\n'),
};
const EMPTY: DataSource = { name: 'leeg.bin', contentType: 'application/octet-stream', content: Buffer.alloc(0) };
const LARGE: DataSource = { name: 'groot.bin', contentType: 'application/octet-stream', content: randomBytes(300_000) };

const DOCUMENTS: Readonly<Record<string, readonly DataSource[]>> = {
  'no part': [],
  'one part': [XML],
  'two parts': [XML, PDF],
  'four parts, one of text with CRLF, one empty': [XML, PDF, TEXT, EMPTY],
  '300 kB': [LARGE],
};
const ONE: readonly string[] = ['one part'];
const ALL = Object.keys(DOCUMENTS);

/** Contracts of the peer's own samples, and what goes by each. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  'cpas/cpaStubEBF.be.http.unsigned.xml': ALL,
  'cpas/cpaStubEBF.be.http.unsigned.sync.xml': ONE,
  'cpas/cpaStubEBF.be.http.signed.xml': ONE,
  'captures/cpas/be-signed-sync.xml': ONE,
  'cpas/cpaStubEBF.rm.http.unsigned.xml': ALL,
  'cpas/cpaStubEBF.rm.http.unsigned.sync.xml': ALL,
  'cpas/cpaStubEBF.rm.http.signed.xml': ONE,
  'captures/cpas/rm-signed-sync.xml': ONE,
  'cpas/cpaStubEBF.rm.http.signed-sha256.xml': ALL,
  'captures/cpas/osb-rm-s.xml': ALL,
  'captures/cpas/osb-rm-s-sync.xml': ALL,
};
const OWN = [
  ['osb-be', false],
  ['osb-be-s', false],
  ['osb-rm', false],
  ['osb-rm', true],
  ['osb-rm-s', false],
  ['osb-rm-s', true],
] as const;

/** So many at once that attempts overlap and connections are shared. */
const MANY = Array.from({ length: 25 }, (_, n) => n);
const document = (n: number): readonly DataSource[] => [{ ...TEXT, content: Buffer.from(`nummer ${n}\r\n`) }];

describe('a live ebms-core, both ways', function () {
  this.timeout(60_000);
  let live: Live;

  before(async function () {
    live = await openLive(this, () => [
      ...Object.keys(SAMPLES).map((path) => fixture(path)),
      ...OWN.map(([profile, sync]) => ownContract(profile, { sync })),
    ]);
  });

  after(() => closeLive(live));

  for (const [path, kinds] of Object.entries(SAMPLES)) {
    const contract = path.replace(/^.*\/|\.xml$/g, '');
    for (const kind of kinds) {
      const documents = DOCUMENTS[kind] ?? [];
      it(`${contract}, ${kind}: from us to the peer`, () => toPeer(live, cpaIdIn(fixture(path)), documents));
      it(`${contract}, ${kind}: from the peer to us`, () =>
        fromPeer(live, { cpaId: cpaIdIn(fixture(path)), ...IN }, documents));
    }
  }

  for (const sync of [false, true]) {
    it(`25 messages each way at once, ${sync ? 'synchronous' : 'asynchronous'}`, async () => {
      const cpaId = `postiljon-osb-rm-s${sync ? '-sync' : ''}`;
      const outward = MANY.map((n) => toPeer(live, cpaId, document(n)));
      const inward = MANY.map((n) => fromPeer(live, { cpaId, ...REPLY }, document(n)));
      assert.equal(new Set(await Promise.all([...outward, ...inward])).size, 50);
    });
  }

  for (const [profile, sync] of OWN) {
    const cpaId = `postiljon-${profile}${sync ? '-sync' : ''}`;
    it(`a contract that we made for ${profile}${sync ? ', synchronous' : ''}: to the peer, and its reply back`, async () => {
      const request = await toPeer(live, cpaId, [XML, PDF]);
      const conversationId = (await live.here.gateway.messages.find(request)).conversationId;
      const answering = { cpaId, ...REPLY, refToMessageId: request, conversationId };
      const reply = await fromPeer(live, answering, [TEXT]);
      const found = await live.here.gateway.messages.find(reply);
      assert.deepEqual([found.refToMessageId, found.conversationId], [request, conversationId]);
    });
  }
});

async function toPeer(live: Live, cpaId: string, documents: readonly DataSource[]): Promise<string> {
  const messageId = await sendOurs(live.here, cpaId, documents);
  const wanted: MessageState = 'DELIVERED';
  const { attemptLog } = await untilState(live.here, messageId, wanted);
  assert.deepEqual(
    attemptLog.map(({ number, code, detail }) => [number, code, detail]),
    [[1, undefined, undefined]],
  );
  await requireAtPeer(live, messageId, documents);
  return messageId;
}

async function fromPeer(
  live: Live,
  about: {
    readonly cpaId: string;
    readonly service: string;
    readonly action: string;
    readonly conversationId?: string;
    readonly refToMessageId?: string;
  },
  documents: readonly DataSource[],
): Promise<string> {
  const from = { fromPartyId: PEER.key, fromRole: PEER.role };
  const messageId = await live.peer.send({ ...about, ...from, dataSources: documents });
  await requireHere(live, messageId, documents);
  assert.equal(await live.peer.event(messageId), 'DELIVERED');
  return messageId;
}
