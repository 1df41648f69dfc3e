import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import type { EbmsMessage } from '../../src/ebms/message.ts';
import { parsePackage, parseSignal } from '../setup/capture-packages.ts';
import { asRequest, readCapture } from '../setup/captures.ts';
import { fixture, fixturesPresent } from '../setup/fixtures.ts';
import { FROM, receiving, requestOf, send, TO, withAnswer, withGateway } from '../setup/hermes-place.ts';
import { payloadsOf, untilAttempts, untilEvents, untilState } from '../setup/msh-pair.ts';
import { skipUnless } from '../setup/skip.ts';
import { signedParts, verifyMessage } from '../unit/xmlsec/signed-message.ts';

const SHA1 = {
  digests: ['http://www.w3.org/2000/09/xmldsig#sha1'],
  signatures: ['http://www.w3.org/2000/09/xmldsig#rsa-sha1'],
};
const SHA256 = {
  digests: ['http://www.w3.org/2001/04/xmlenc#sha256'],
  signatures: ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'],
};

/** What three other verifiers said of one recorded file. */
interface Verdict {
  readonly file: string;
  readonly startLine: string;
  readonly action: string;
  readonly method: string;
  readonly key: string;
  readonly own: string;
  readonly content: string;
}

describe('captures of Hermes', function () {
  before(function () {
    skipUnless(this, fixturesPresent(), 'the folder of captures is not there');
  });

  for (const verdict of verdicts()) {
    it(`${verdict.file}: ${verdict.action}, ${verdict.own === '-' ? 'unsigned' : verdict.own}`, () => judge(verdict));
  }

  it('the table of verdicts has every file', () => assert.equal(verdicts().length, 26));

  for (const contract of ['captures/cpas/osb-rm-s-sync.xml', 'captures-hermes/cpas/hermes.osb-rm-s.sha256.sync.xml']) {
    it(`core-sha256-two-parts through the whole gateway under ${contract}`, () => acknowledgeTwoParts(contract));
  }
  it('core-sha256-two-parts: the receipt that ebms-core gave ends the delivery', endByReceiptOfCore);

  for (const name of ['rm-signed-sync', 'duplicate-sync', 'library-rich']) {
    it(`${name} through the whole gateway: a signed receipt, where SHA-1 is allowed for the partner`, () =>
      acknowledge(name));
    it(`${name} is refused where it is not`, () => refuseSha1(name));
  }
  it('rm-unsigned-sync through the whole gateway: a receipt, without Role and TimeToLive', () =>
    acknowledge('rm-unsigned-sync'));
  it('retry-three-attempts: one message under three boundaries, the same receipt each time', repeatThrice);
  it('error-tampered-payload-sync is refused, and no receipt given', refuseTampered);

  it('ping-sync is answered with a Pong', () => replyTo('ping-sync', 'PongMessage'));
  it('status-sync is answered: a message that we do not have', async () => {
    const message = await replyTo('status-sync', 'StatusResponseMessage');
    assert.ok(message.kind === 'StatusResponseMessage');
    assert.equal(message.messageStatus, 'NotRecognized');
  });

  for (const name of ['rm-signed-sync', 'rm-unsigned-sync', 'library-rich']) {
    it(`${name}: its receipt in the HTTP answer ends the delivery`, () => endByReceipt(name));
  }
  it('error-expired-sync: its MessageError in the HTTP answer ends the delivery', () =>
    endByError('error-expired-sync', 'TimeToLiveExpired'));
  it('error-unknown-cpa: its MessageError in the HTTP answer ends the delivery', () =>
    endByError('error-unknown-cpa', 'SecurityFailure'));
  it('error-tampered-payload-sync: an unsigned MessageError does not end what is signed; an alert', alertByError);
  it('retry-three-attempts: HTML in a 404 is a failed attempt, with an alert', failByHtml);
});

function verdicts(): readonly Verdict[] {
  if (!fixturesPresent()) return [];
  const lines = fixture('captures-hermes/verdicts.tsv').toString().trim().split('\n').slice(1);
  return lines.map((line) => {
    const [file = '', startLine = '', action = '', method = '', key = '', own = '', , , content = ''] =
      line.split('\t');
    return { file, startLine, action, method, key, own, content };
  });
}

/** Start line, action, content and signature are what the table says. */
async function judge(verdict: Verdict): Promise<void> {
  const captured = readCapture(`captures-hermes/${verdict.file}`);
  assert.equal(captured.startLine.trim(), verdict.startLine.trim());
  if (verdict.action === '-') return assert.match(captured.body.toString(), /^<!doctype html>/);
  const { message, envelopeBytes, parts } = captured.startLine.startsWith('HTTP')
    ? { ...parseSignal(captured.body), envelopeBytes: captured.body, parts: [] }
    : await parsePackage(captured);
  assert.equal(message.header.action, verdict.action);
  assert.equal(contentOf(message, parts.length), verdict.content);
  assert.equal(envelopeBytes.includes('<ds:Signature'), verdict.method !== '-');
  if (verdict.method === '-') return;
  const bodies = parts.map(({ contentId, content }) => {
    assert.ok('inline' in content.body);
    return { contentId, body: Buffer.from(content.body.inline) };
  });
  const certificate = new X509Certificate(
    fixture(verdict.key === 'hermes' ? 'captures-hermes/keys/hermes.crt' : 'keys/cert.pem'),
  ).raw;
  const allow = verdict.method === 'rsa-sha1' ? SHA1 : SHA256;
  const verified = verifyMessage(envelopeBytes, { parts: signedParts(bodies), certificate, allow });
  if (verdict.own.startsWith('VALID')) await verified;
  else await assert.rejects(verified, { code: 'SIGNATURE_INVALID' });
}

/** In the words of the table. */
function contentOf(message: EbmsMessage, parts: number): string {
  switch (message.kind) {
    case 'ApplicationMessage': {
      const { syncReply, ackRequested } = message;
      const asked = `AckRequested signed=${ackRequested?.signed}; parts ${parts}`;
      return syncReply === undefined ? asked : `SyncReply; ${asked}`;
    }
    case 'ErrorMessage':
      return message.errorList.errors.map(({ errorCode }) => errorCode).join();
    case 'PingMessage':
    case 'StatusRequestMessage':
      return message.syncReply === undefined ? '-' : 'SyncReply';
    case 'StatusResponseMessage':
      return message.messageStatus;
    default:
      return '-';
  }
}

async function acknowledgeTwoParts(path: string): Promise<void> {
  const captured = readCapture('captures-hermes/core-sha256-two-parts/1-to-ebms-core.request');
  const cpa = fixture(path)
    .toString()
    .replace(/cpaid="[^"]*"/, 'cpaid="osb-rm-s.sync.sha256"');
  await withGateway({ cpa: Buffer.from(cpa), captured, party: TO }, async ({ here }) => {
    const answer = await here.post(asRequest(captured));
    assert.equal(answer.status, 200, answer.body.toString());
    const { message } = parseSignal(answer.body);
    assert.ok(message.kind === 'AcknowledgmentMessage');
    const { message: sent, parts } = await parsePackage(captured);
    assert.equal(message.acknowledgment.refToMessageId, sent.header.messageData.messageId);
    assert.deepEqual(
      message.acknowledgment.references.map(({ uri }) => uri),
      ['', ...parts.map(({ contentId }) => `cid:${contentId}`)],
    );
    const certificate = new X509Certificate(fixture('keys/cert.pem')).raw;
    await verifyMessage(answer.body, { parts: [], certificate, allow: SHA256 });
    const received = await here.gateway.messages.find(sent.header.messageData.messageId);
    for (const octets of await payloadsOf(here, received)) assert.ok(captured.body.includes(octets));
    assert.equal(received.payloads.length, 2);
  });
}

async function endByReceiptOfCore(): Promise<void> {
  const cpa = fixture('captures/cpas/osb-rm-s-sync.xml');
  const request = readCapture('captures-hermes/core-sha256-two-parts/1-to-ebms-core.request');
  const response = readCapture('captures-hermes/core-sha256-two-parts/1-to-ebms-core.response');
  await withGateway({ cpa, captured: response, party: FROM, response }, async (at) => {
    await untilState(at.here, await send(at, request), 'DELIVERED');
  });
}

async function acknowledge(name: string): Promise<void> {
  const captured = requestOf(name);
  await withGateway({ cpa: receiving(captured), captured, party: TO, allow: ['sha1'] }, async ({ here }) => {
    const answer = await here.post(asRequest(captured));
    assert.equal(answer.status, 200, answer.body.toString());
    const { message } = parseSignal(answer.body);
    assert.equal(message.kind, 'AcknowledgmentMessage', answer.body.toString());
    const { items } = await here.gateway.messages.list({ limit: 10 });
    const [{ messageId } = assert.fail()] = items;
    for (const octets of await payloadsOf(here, await here.gateway.messages.find(messageId)))
      assert.ok(captured.body.includes(octets));
    assert.deepEqual((await here.post(asRequest(captured))).body, answer.body);
  });
}

async function replyTo(name: string, kind: EbmsMessage['kind']): Promise<EbmsMessage> {
  const captured = requestOf(name);
  let message: EbmsMessage | undefined;
  await withGateway({ cpa: receiving(captured), captured, party: TO }, async ({ here }) => {
    const { status, body } = await here.post(asRequest(captured));
    assert.equal(status, 200, body.toString());
    message = parseSignal(body).message;
    assert.equal(message.kind, kind, body.toString());
    const asked = await parsePackage(captured);
    assert.equal(message.header.messageData.refToMessageId, asked.message.header.messageData.messageId);
  });
  return message ?? assert.fail();
}

async function refuseSha1(name: string): Promise<void> {
  const captured = requestOf(name);
  await withGateway({ cpa: receiving(captured), captured, party: TO }, async ({ here }) => {
    const answer = await here.post(asRequest(captured));
    assert.match(answer.body.toString(), /errorCode="SecurityFailure"/);
    assert.equal((await here.store.listRefusals({ limit: 1 })).items[0]?.code, 'SIGNATURE_ALGORITHM');
  });
}

async function repeatThrice(): Promise<void> {
  const captures = [1, 2, 3].map((n) => readCapture(`captures-hermes/retry-three-attempts/${n}-to-hermes.request`));
  const [captured = assert.fail()] = captures;
  await withGateway({ cpa: receiving(captured), captured, party: TO, allow: ['sha1'] }, async ({ here, partner }) => {
    for (const [index, one] of captures.entries()) {
      assert.equal((await here.post(asRequest(one))).status, 204);
      await partner.request(index + 1);
    }
    const receipts = partner.requests.map(({ body }) => body);
    assert.equal(receipts.length, 3);
    assert.deepEqual(receipts[1], receipts[0]);
    assert.deepEqual(receipts[2], receipts[0]);
    assert.equal((await here.gateway.messages.list({ limit: 10 })).items.length, 1);
    assert.equal((await here.events()).filter(({ type }) => type === 'message.received').length, 1);
  });
}

async function refuseTampered(): Promise<void> {
  const captured = requestOf('error-tampered-payload-sync');
  await withGateway({ cpa: receiving(captured), captured, party: TO, allow: ['sha1'] }, async ({ here }) => {
    const answer = await here.post(asRequest(captured));
    assert.match(answer.body.toString(), /errorCode="SecurityFailure"/);
    assert.equal((await here.store.listRefusals({ limit: 1 })).items[0]?.code, 'SIGNATURE_INVALID');
    assert.equal((await here.gateway.messages.list({ limit: 10 })).items.length, 0);
  });
}

async function endByReceipt(name: string): Promise<void> {
  await withAnswer(name, async (at, request) => {
    const { attemptLog } = await untilState(at.here, await send(at, request), 'DELIVERED');
    assert.deepEqual([attemptLog[0]?.status, attemptLog[0]?.code], [200, undefined]);
  });
}

async function endByError(name: string, errorCode: string): Promise<void> {
  await withAnswer(name, async (at, request) => {
    const messageId = await send(at, request);
    await untilState(at.here, messageId, 'FAILED');
    const failed = (await at.here.events()).find(({ type }) => type === 'message.failed');
    assert.equal(failed?.data['errorCode'], errorCode);
  });
}

async function alertByError(): Promise<void> {
  await withAnswer('error-tampered-payload-sync', async (at, request) => {
    await untilState(at.here, await send(at, request), 'SENT');
    const alert = (await at.here.events()).find(({ type }) => type === 'alert.partner-error');
    assert.equal(alert?.data['errorCode'], 'SecurityFailure');
  });
}

async function failByHtml(): Promise<void> {
  const name = 'retry-three-attempts';
  await withAnswer(name, async (at, request) => {
    const messageId = await send(at, request);
    await at.partner.request(1);
    await untilEvents(at.here, 'alert.partner-error', 1);
    const { attemptLog, state } = await untilAttempts(at.here, messageId, 1);
    assert.deepEqual([state, attemptLog[0]?.status, attemptLog[0]?.code], ['QUEUED', 404, 'PEER_ANSWER']);
  });
}
