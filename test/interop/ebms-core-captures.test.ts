import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { PartnerTerms } from '../../src/msh/parts.ts';
import { parsePackage, parseSignal, seedSent } from '../setup/capture-packages.ts';
import { firstCapture as first, withReceiver } from '../setup/captured-parties.ts';
import { asRequest, type Captured, readCapture } from '../setup/captures.ts';
import { fixturePath, fixturesPresent } from '../setup/fixtures.ts';
import type { RecordingPartner } from '../setup/recording-partner.ts';
import { skipUnless } from '../setup/skip.ts';
import type { RawAnswer, TestGateway } from '../setup/test-gateway.ts';

/** What a correct MSH does with the first request of a case. `differs` says why, where the captured peer did otherwise. */
interface Expected {
  readonly status: number;
  readonly signal?: 'Acknowledgment' | 'MessageError' | 'Pong';
  readonly signed?: boolean;
  readonly error?: readonly [code: string, location: string];
  readonly stored: boolean;
  /** Whether what is not stored stands among the refusals; true where absent. */
  readonly refused?: boolean;
  readonly payloads?: number;
  readonly fault?: boolean;
  /** The signal comes by a request of its own. */
  readonly later?: boolean;
  readonly allow?: PartnerTerms['allow'];
  /** The captured octets are not those of the payload. */
  readonly encrypted?: true;
  readonly differs?: string;
}

const ACKNOWLEDGED: Expected = { status: 200, signal: 'Acknowledgment', stored: true };
const ACKNOWLEDGED_LATER: Expected = { status: 204, signal: 'Acknowledgment', later: true, stored: true };
const PONG: Expected = { status: 200, signal: 'Pong', stored: false, refused: false };
const FAULT: Expected = { status: 500, fault: true, stored: false };
const refused = (code: string, location: string): Expected => ({
  status: 200,
  signal: 'MessageError',
  error: [code, location],
  stored: false,
});

const CASES: Readonly<Record<string, Expected>> = {
  'be-unsigned': { status: 204, stored: true },
  'be-unsigned-sync': { status: 204, stored: true },
  'be-signed': { status: 204, stored: true, allow: ['sha1'] },
  'rm-unsigned': ACKNOWLEDGED_LATER,
  'rm-unsigned-sync': ACKNOWLEDGED,
  'rm-signed-sha1': { ...ACKNOWLEDGED_LATER, allow: ['sha1'] },
  'rm-signed-sha256': ACKNOWLEDGED_LATER,
  'rm-signed-encrypted': {
    ...ACKNOWLEDGED_LATER,
    allow: ['sha1', 'cbc', 'rsa15'],
    encrypted: true,
  },
  'rm-signed-sync': { ...ACKNOWLEDGED, allow: ['sha1'] },
  'osb-rm-s': { ...ACKNOWLEDGED_LATER, signed: true },
  'osb-rm-s-sync': { ...ACKNOWLEDGED, signed: true },
  conversation: ACKNOWLEDGED_LATER,
  'multi-attachment': { ...ACKNOWLEDGED_LATER, signed: true, payloads: 4 },
  'large-300k': { ...ACKNOWLEDGED_LATER, signed: true },
  'duplicate-async': { ...ACKNOWLEDGED_LATER, signed: true },
  'duplicate-sync': ACKNOWLEDGED,
  'error-expired': refused('TimeToLiveExpired', '//Header/MessageHeader/MessageData/TimeToLive'),
  'error-malformed-xml': { ...FAULT, differs: 'a Fault says more than an empty body' },
  'error-missing-attachment': refused('MimeProblem', 'cid:b236dc0f-9cd1-4a06-b3a3-efded36d8a04'),
  'error-must-understand': { ...FAULT, differs: 'a MustUnderstand Fault as SOAP asks, not an empty body' },
  'error-no-duplicate-elimination': refused('Inconsistent', '//Header/MessageHeader/DuplicateElimination'),
  'error-schema': { ...FAULT, differs: 'a Fault says more than an empty body' },
  'error-tampered-header': { ...refused('SecurityFailure', '//Header/Signature'), allow: ['sha1'] },
  'error-tampered-payload': {
    ...refused('SecurityFailure', '//Header/Signature'),
    allow: ['sha1'],
    differs: 'the peer takes a known MessageId for a duplicate before it looks at the signature',
  },
  'error-unknown-cpa': FAULT,
  'error-unsigned-where-signed': { ...refused('SecurityFailure', '//Header/Signature'), allow: ['sha1'] },
  'error-version': refused('Inconsistent', '//Header/MessageHeader/@version'),
  'error-wrong-action': refused('ValueNotRecognized', '//Header/MessageHeader/Action'),
  'error-wrong-service': {
    ...refused('ValueNotRecognized', '//Header/MessageHeader/Service'),
    differs: 'the location is the Service, not the Action: that is where the value stands',
  },
  'message-order': refused('NotSupported', '//Header/MessageOrder'),
  'ping-async': { ...PONG, status: 204, later: true },
  'ping-sync': PONG,
  'http-get': {
    status: 405,
    stored: false,
    refused: false,
    differs: 'HTTP has a status for a wrong method; the peer says 500',
  },
  'http-no-soapaction': FAULT,
  'http-soapaction-unquoted': ACKNOWLEDGED,
};

describe('captures of ebms-core, replayed in the receiver’s place', function () {
  before(function () {
    skipUnless(this, fixturesPresent(), 'the folder of captures is not there');
  });

  it('leaves no case out', () => {
    const folders = readdirSync(fixturePath('captures'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    const cases = folders.map((entry) => entry.name).filter((name) => name !== 'cpas');
    assert.deepEqual(cases.sort(), [...Object.keys(CASES), 'error-ack-for-unknown'].sort());
  });

  for (const [name, expected] of Object.entries(CASES)) {
    it(`${name}${expected.differs === undefined ? '' : `: ${expected.differs}`}`, () => replayFirst(name, expected));
  }

  for (const name of ['be-signed', 'rm-signed-sha1', 'rm-signed-sync']) {
    it(`${name} is refused where SHA-1 is not allowed for the partner`, () => replayWithoutSha1(name));
  }

  for (const name of [
    'rm-unsigned',
    'rm-signed-sha1',
    'rm-signed-sha256',
    'osb-rm-s',
    'multi-attachment',
    'large-300k',
  ]) {
    it(`${name}: the captured receipt ends the delivery of the captured message`, () => replayReceipt(name));
  }

  for (const name of ['duplicate-sync', 'duplicate-async']) {
    it(`${name}: the repeat gets the stored receipt again, byte for byte`, () => replayTwice(name));
  }

  it('error-tampered-payload after the honest message: refused, the first record untouched', replayTampered);
  it('a changed copy of an accepted message is refused with an alert, whatever it is refused for', replayChangedAction);
  it('conversation: request, receipt, reply with RefToMessageId, receipt', replayConversation);
  it('error-ack-for-unknown is not even of the schema: a Fault, and nothing changes', replayUnknownReceipt);
  it('a receipt for a message that was never sent changes nothing and raises an alert', replayStrayReceipt);
});

async function replayFirst(name: string, expected: Expected): Promise<void> {
  await withReceiver(
    'overheid',
    { captured: first(name), ...(expected.allow === undefined ? {} : { allow: expected.allow }) },
    async (at) => {
      const answer = await at.here.post(asRequest(first(name)));
      assert.equal(answer.status, expected.status, answer.body.toString());
      const { items } = await at.here.store.listMessages({ limit: 10 });
      assert.equal(items.length, expected.stored ? 1 : 0);
      if (expected.stored) await requirePayloads(at.here, first(name), expected);
      else
        assert.equal(
          (await at.here.store.listRefusals({ limit: 10 })).items.length,
          expected.refused === false ? 0 : 1,
        );
      if (expected.fault === true)
        assert.match(answer.body.toString(), /<faultcode>soap:(Client|MustUnderstand)<\/faultcode>/);
      if (expected.signal !== undefined)
        await requireSignal(await signalOf(answer, expected, at.partner), first(name), expected);
    },
  );
}

async function replayWithoutSha1(name: string): Promise<void> {
  await withReceiver('overheid', { captured: first(name) }, async ({ here }) => {
    await here.post(asRequest(first(name)));
    const { items } = await here.store.listRefusals({ limit: 10 });
    assert.deepEqual(
      items.map((refusal) => refusal.code),
      ['SIGNATURE_ALGORITHM'],
    );
    assert.equal((await here.store.listMessages({ limit: 10 })).items.length, 0);
  });
}

async function replayReceipt(name: string): Promise<void> {
  const receipt = readCapture(`captures/${name}/2-to-digipoort.request`);
  await withReceiver('digipoort', { captured: receipt, allow: ['sha1'] }, async ({ here, partner }) => {
    const sent = await seedSent(here, first(name), partner.url);
    const answer = await here.post(asRequest(receipt));
    assert.equal(answer.status, 204);
    assert.equal((await here.gateway.messages.find(sent, 'out')).state, 'DELIVERED');
    const ends = (await here.events()).filter((event) => event.type === 'message.delivered');
    assert.equal(ends.length, 1);
  });
}

async function replayTwice(name: string): Promise<void> {
  await withReceiver('overheid', { captured: first(name) }, async ({ here, partner }) => {
    const answers = [await here.post(asRequest(first(name)))];
    const asynchronous = answers[0]?.status === 204;
    if (asynchronous) await partner.request(1);
    answers.push(await here.post(asRequest(first(name))));
    const receipts = asynchronous
      ? [(await partner.request(1)).body, (await partner.request(2)).body]
      : answers.map((answer) => answer.body);
    assert.ok((receipts[0]?.length ?? 0) > 0);
    assert.deepEqual(receipts[0], receipts[1]);
    assert.equal((await here.store.listMessages({ limit: 10 })).items.length, 1);
    assert.equal((await here.events()).filter((event) => event.type === 'message.received').length, 1);
  });
}

async function replayTampered(): Promise<void> {
  const honest = first('rm-signed-sync');
  await withReceiver('overheid', { captured: honest, allow: ['sha1'] }, async ({ here }) => {
    const receipt = await here.post(asRequest(honest));
    const before = await here.store.listMessages({ limit: 10 });
    const refusal = await here.post(asRequest(first('error-tampered-payload')));
    assert.match(refusal.body.toString(), /errorCode="SecurityFailure"/);
    assert.deepEqual(await here.store.listMessages({ limit: 10 }), before);
    assert.ok((await here.events()).some((event) => event.type.startsWith('alert.')));
    assert.deepEqual((await here.post(asRequest(honest))).body, receipt.body);
  });
}

async function replayChangedAction(): Promise<void> {
  const honest = first('rm-unsigned-sync');
  await withReceiver('overheid', { captured: honest }, async ({ here }) => {
    const receipt = await here.post(asRequest(honest));
    assert.equal(receipt.status, 200);
    const text = honest.body.toString('latin1').replace('>afleveren</eb:Action>', '>verwijder</eb:Action>');
    const refusal = await here.post(asRequest({ ...honest, body: Buffer.from(text, 'latin1') }));
    assert.match(refusal.body.toString(), /errorCode="ValueNotRecognized"/);
    assert.equal((await here.events()).filter((event) => event.type === 'alert.message-refused').length, 1);
    assert.deepEqual((await here.post(asRequest(honest))).body, receipt.body);
  });
}

async function replayConversation(): Promise<void> {
  const [request, receipt, reply] = ['1-to-overheid', '2-to-digipoort', '3-to-digipoort'].map((file) =>
    readCapture(`captures/conversation/${file}.request`),
  );
  assert.ok(request !== undefined && receipt !== undefined && reply !== undefined);
  await withReceiver('digipoort', { captured: receipt }, async ({ here, partner }) => {
    const sent = await seedSent(here, request, partner.url);
    assert.equal((await here.post(asRequest(receipt))).status, 204);
    assert.equal((await here.post(asRequest(reply))).status, 204);
    const { items } = await here.store.listMessages({ limit: 10, direction: 'in' });
    assert.deepEqual(
      items.map((item) => [item.action, item.refToMessageId]),
      [['bevestigAfleveren', sent]],
    );
    const ours = await partner.request(1);
    assert.match(ours.body.toString(), /<eb:Action>Acknowledgment<\/eb:Action>/);
  });
  const last = readCapture('captures/conversation/4-to-overheid.request');
  await withReceiver('overheid', { captured: last }, async ({ here, partner }) => {
    const sent = await seedSent(here, reply, partner.url);
    assert.equal((await here.post(asRequest(last))).status, 204);
    assert.equal((await here.gateway.messages.find(sent, 'out')).state, 'DELIVERED');
  });
}

async function replayUnknownReceipt(): Promise<void> {
  const receipt = readCapture('captures/error-ack-for-unknown/1-to-digipoort.request');
  await withReceiver('digipoort', { captured: receipt }, async ({ here }) => {
    assert.equal((await here.post(asRequest(receipt))).status, 500);
    assert.equal((await here.store.listMessages({ limit: 10 })).items.length, 0);
    const { items } = await here.store.listRefusals({ limit: 10 });
    assert.deepEqual(
      items.map((refusal) => refusal.code),
      ['HEADER_INVALID'],
    );
  });
}

async function replayStrayReceipt(): Promise<void> {
  const receipt = readCapture('captures/rm-unsigned/2-to-digipoort.request');
  await withReceiver('digipoort', { captured: receipt }, async ({ here }) => {
    assert.equal((await here.post(asRequest(receipt))).status, 204);
    assert.equal((await here.store.listMessages({ limit: 10 })).items.length, 0);
    assert.equal((await here.events()).filter((event) => event.type === 'alert.signal-refused').length, 1);
  });
}

async function requirePayloads(
  { gateway }: TestGateway,
  captured: Captured,
  { payloads: count = 1, encrypted }: Expected,
): Promise<void> {
  const { items } = await gateway.messages.list({ limit: 1 });
  const { messageId } = items[0] ?? { messageId: '' };
  const { payloads } = await gateway.messages.find(messageId, 'in');
  assert.equal(payloads.length, count);
  for (let n = 1; n <= count; n += 1) {
    const { stream, size } = await gateway.messages.openPayload(messageId, n);
    const octets = Buffer.concat(await stream.toArray());
    assert.equal(octets.length, size);
    assert.equal(captured.body.includes(octets), encrypted === undefined);
  }
}

async function signalOf(answer: RawAnswer, expected: Expected, partner: RecordingPartner): Promise<Buffer> {
  if (expected.later !== true) {
    assert.equal(answer.headers.get('soapaction'), '"ebXML"');
    return answer.body;
  }
  assert.equal(answer.body.length, 0);
  const { headers, body } = await partner.request(1);
  assert.equal(headers['soapaction'], '"ebXML"');
  return body;
}

async function requireSignal(envelope: Buffer, captured: Captured, expected: Expected): Promise<void> {
  const { message } = parseSignal(envelope);
  const original = await parsePackage(captured);
  assert.equal(message.header.messageData.refToMessageId, original.message.header.messageData.messageId);
  assert.equal(message.header.conversationId, original.message.header.conversationId);
  if (expected.error !== undefined) {
    assert.ok(message.kind === 'ErrorMessage');
    const [error] = message.errorList.errors;
    assert.deepEqual([error?.errorCode, error?.location], expected.error);
    return;
  }
  if (expected.signal === 'Pong') {
    assert.equal(message.kind, 'PongMessage');
    return;
  }
  assert.ok(message.kind === 'AcknowledgmentMessage');
  assert.equal(envelope.includes('<ds:Signature>'), expected.signed === true);
  const references = original.parts.length + 1;
  assert.equal(message.acknowledgment.references.length, expected.signed === true ? references : 0);
}
