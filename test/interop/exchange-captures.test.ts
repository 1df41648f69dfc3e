import assert from 'node:assert/strict';
import { typedKey } from '../../src/cpa/typed-value.ts';
import type { Gateway } from '../../src/msh/gateway.ts';
import { asRequest, readCapture } from '../setup/captures.ts';
import { fixture, fixturesPresent } from '../setup/fixtures.ts';
import { bare, messageIn } from '../setup/msh-exchanges.ts';
import { MovableClock } from '../setup/msh-pair.ts';
import { openRecordingPartner, type PartnerAnswer, type RecordingPartner } from '../setup/recording-partner.ts';
import { skipUnless } from '../setup/skip.ts';
import { openTestGateway, type TestGateway } from '../setup/test-gateway.ts';

const ASKS = 'urn:osb:oin:00000000000000000000';
const ANSWERS = 'urn:osb:oin:00000000000000000001';
const RECORDED_AT = Date.parse('2026-11-22T00:20:00Z');

interface Recorded {
  /** CPAId in the recording; the contract of the test bears the same. */
  readonly cpaId: string;
  readonly contract: string;
  readonly request: string;
  readonly answer: string;
  readonly way: 'synchronous' | 'asynchronous';
}

const CASES: Readonly<Record<string, Recorded>> = {
  'ebms-core, Ping in the HTTP answer': {
    cpaId: 'cpaStubEBF.rm.http.unsigned.sync',
    contract: 'cpas/cpaStubEBF.rm.http.unsigned.sync.xml',
    request: 'captures/ping-sync/1-to-overheid.request',
    answer: 'captures/ping-sync/1-to-overheid.response',
    way: 'synchronous',
  },
  'ebms-core, Ping with a Pong by a request of its own': {
    cpaId: 'cpaStubEBF.rm.http.signed-sha256',
    contract: 'cpas/cpaStubEBF.rm.http.signed-sha256.xml',
    request: 'captures/ping-async/1-to-overheid.request',
    answer: 'captures/ping-async/2-to-digipoort.request',
    way: 'asynchronous',
  },
  'Hermes, Ping': {
    cpaId: 'hermes-signals',
    contract: 'captures-hermes/cpas/hermes.osb-rm-s.sha256.sync.xml',
    request: 'captures-hermes/ping-sync/1-to-hermes.request',
    answer: 'captures-hermes/ping-sync/1-to-hermes.response',
    way: 'synchronous',
  },
};

describe('recorded Pings and StatusRequests', function () {
  before(function () {
    skipUnless(this, fixturesPresent(), 'the folder of captures is not there');
  });

  for (const [what, recorded] of Object.entries(CASES)) {
    it(`§8.1 ${what}: we answer it as the peer did`, () => answerIt(recorded));
    it(`§8.2 ${what}: the answer of the peer ends our Ping`, () => askWith(recorded));
  }

  it('§7.1.1 Hermes, StatusRequest: answered; a message that is not known here is NotRecognized', () =>
    withGateway(ANSWERS, hermesStatus, async ({ here }) => {
      const captured = readCapture(hermesStatus.request);
      const message = messageIn(await here.post(asRequest(captured)));
      assert.ok(message.kind === 'StatusResponseMessage');
      assert.deepEqual(
        [message.messageStatus, message.timestamp, message.refToMessageId],
        ['NotRecognized', undefined, '20261122-001712-44221@127.0.0.1'],
      );
    }));

  it('§7.1.2 Hermes, StatusResponse: told as it says it', () => {
    const told = readCapture(hermesStatus.answer).body;
    return withGateway(
      ASKS,
      hermesStatus,
      async ({ here }) => {
        const sent = await seed(here, hermesStatus.cpaId);
        const status = await here.gateway.messages.status(sent);
        assert.deepEqual([status.status, status.receivedAt], ['Received', Date.parse('2026-11-22T00:18:59.890Z')]);
      },
      (asked) => ({ status: 200, body: inReplyTo(asked, told) }),
    );
  });
});

const hermesStatus: Recorded = {
  cpaId: 'hermes-signals',
  contract: 'captures-hermes/cpas/hermes.osb-rm-s.sha256.sync.xml',
  request: 'captures-hermes/status-sync/1-to-hermes.request',
  answer: 'captures-hermes/status-sync/1-to-hermes.response',
  way: 'synchronous',
};

const SENT = '20261122-001712-44221@127.0.0.1';

function answerIt(recorded: Recorded): Promise<void> {
  return withGateway(ANSWERS, recorded, async ({ here, partner }) => {
    const captured = readCapture(recorded.request);
    const answer = await here.post(asRequest(captured));
    const synchronous = recorded.way === 'synchronous';
    assert.equal(answer.status, synchronous ? 200 : 204);
    const ours = messageIn(synchronous ? answer : await partner.request(1));
    const theirs = messageIn(readCapture(recorded.answer));
    const { messageId: _ours, timestamp: _now, ...data } = ours.header.messageData;
    const { messageId: _theirs, timestamp: _then, ...expected } = theirs.header.messageData;
    assert.deepEqual({ ...ours.header, messageData: data }, { ...theirs.header, messageData: expected });
    assert.equal(ours.kind, theirs.kind);
  });
}

function askWith(recorded: Recorded): Promise<void> {
  const told = readCapture(recorded.answer).body;
  const synchronous = recorded.way === 'synchronous';
  return withGateway(
    ASKS,
    recorded,
    async ({ here, partner }) => {
      const pinging = ping(here.gateway, recorded.cpaId);
      const asked = (await partner.request(1)).body;
      if (!synchronous) assert.equal((await here.post(bare(inReplyTo(asked, told)))).status, 204);
      assert.deepEqual([(await pinging).way, (await pinging).to], [recorded.way, ANSWERS]);
    },
    (asked) => (synchronous ? { status: 200, body: inReplyTo(asked, told) } : { status: 204 }),
  );
}

function ping(gateway: Gateway, cpaId: string): ReturnType<Gateway['partners']['ping']> {
  return gateway.partners.ping({ cpaId, from: ASKS });
}

/** The recorded answer with the id of another question in its header; everything else stays as the peer wrote it. */
function inReplyTo(asked: Buffer, told: Buffer): Buffer {
  const { messageId } = messageIn({ body: asked }).header.messageData;
  const text = told.toString('latin1');
  const ref = /<eb:RefToMessageId>[^<]*<\/eb:RefToMessageId>(?=\s*<\/eb:MessageData>)/;
  assert.match(text, ref);
  return Buffer.from(text.replace(ref, `<eb:RefToMessageId>${messageId}</eb:RefToMessageId>`), 'latin1');
}

/** A sent message under the id that the recording asks about. */
async function seed(here: TestGateway, cpaId: string): Promise<string> {
  const { cpa } = here.gateway.cpas.get(cpaId);
  const [party] = cpa.parties.filter(({ partyIds }) => partyIds.some((partyId) => typedKey(partyId) === ASKS));
  const [role] = party?.roles ?? [];
  const { messageId } = await here.gateway.messages.submit({
    cpaId,
    from: ASKS,
    service: role === undefined ? '' : typedKey(role.service),
    action: role?.canSend[0]?.action ?? '',
    messageId: SENT,
    payloads: [],
  });
  return messageId;
}

interface Place {
  readonly here: TestGateway;
  readonly partner: RecordingPartner;
}

async function withGateway(
  party: string,
  { cpaId, contract }: Recorded,
  use: (place: Place) => Promise<void>,
  answerTo: (asked: Buffer) => PartnerAnswer = () => ({ status: 204 }),
): Promise<void> {
  const partner = await openRecordingPartner(({ body }) => answerTo(body));
  const document = fixture(contract).toString();
  const here = await openTestGateway({
    parties: [party],
    cpas: [Buffer.from(document.replace(/(cpaid=")[^"]*/, `$1${cpaId}`))],
    keys: [{ certificate: fixture('keys/cert.pem'), key: fixture('keys/key.pem') }],
    roots: [fixture('keys/cert.pem')],
    clock: new MovableClock(RECORDED_AT),
    partners: new Map([[party === ASKS ? ANSWERS : ASKS, { allow: [], endpoint: partner.url }]]),
  });
  try {
    await use({ here, partner });
  } finally {
    await here.close();
    await partner.close();
  }
}
