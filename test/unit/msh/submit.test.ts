import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ErrorCode, GatewayError } from '../../../src/errors.ts';
import type { Submitted, SubmitRequest } from '../../../src/msh/message-use-cases.ts';
import { ACTION, contract, cpaIdOf, dienst, gemeente, REPLY_ACTION, SERVICE } from '../../setup/msh-contracts.ts';
import { submitTo } from '../../setup/msh-pair.ts';
import { parseEnvelopeOctets, type Sending, withSender } from '../../setup/msh-receipts.ts';
import type { TestGateway, TestGatewayOptions } from '../../setup/test-gateway.ts';

const TERMS = { profile: 'osb-rm-s' } as const;
const CPA_ID = cpaIdOf(contract(TERMS));
/** Large enough to be a file. */
const LARGE = randomBytes(200_000);

const REQUEST: Omit<SubmitRequest, 'payloads'> = {
  cpaId: CPA_ID,
  from: gemeente.oin,
  service: SERVICE,
  action: ACTION,
};

type More = Partial<TestGatewayOptions>;

describe('submit', () => {
  const refusals: readonly (readonly [what: string, code: ErrorCode, request: Partial<SubmitRequest>, more?: More])[] =
    [
      ['a CPA that is not there', 'CPA_UNKNOWN', { cpaId: 'other' }],
      ['a From that is no party of the CPA', 'PARTY_UNKNOWN', { from: '00000099000000009000' }],
      ['a From with another type', 'PARTY_UNKNOWN', { from: `urn:other:${gemeente.oin}` }],
      ['a To that is no party of the CPA', 'PARTY_UNKNOWN', { to: '00000099000000009000' }],
      ['a To that is ourselves', 'PARTY_UNKNOWN', { to: gemeente.oin }],
      ['a service that is not agreed', 'ACTION_NOT_AGREED', { service: 'urn:osb:services:other' }],
      ['an action that is not agreed', 'ACTION_NOT_AGREED', { action: 'other' }],
      ['an action of the other direction', 'ACTION_NOT_AGREED', { action: REPLY_ACTION }],
      ['a role that is not agreed', 'ACTION_NOT_AGREED', { fromRole: 'other' }],
      ['a role of the other side', 'ACTION_NOT_AGREED', { toRole: 'gemeente' }],
      ['a From that another gateway speaks for', 'NOT_OUR_PARTY', { from: dienst.oin, action: REPLY_ACTION }],
      ['a MessageId without @', 'MESSAGE_ID_INVALID', { messageId: 'x' }],
      ['a MessageId in brackets', 'MESSAGE_ID_INVALID', { messageId: '<x@y>' }],
      ['a MessageId with white space', 'MESSAGE_ID_INVALID', { messageId: 'x @y' }],
      ['a MessageId of 256 characters', 'MESSAGE_ID_INVALID', { messageId: `${'x'.repeat(254)}@y` }],
      ['an empty MessageId', 'MESSAGE_ID_INVALID', { messageId: '' }],
      ['a MessageId that ends in a dot', 'MESSAGE_ID_INVALID', { messageId: 'x@y.' }],
      ['a MessageId that no Content-ID can hold', 'MESSAGE_ID_INVALID', { messageId: 'x@[<y>]' }],
      ['a MessageId beyond ASCII', 'MESSAGE_ID_INVALID', { messageId: 'é@y' }],
      ['a ConversationId with a line end', 'REQUEST_INVALID', { conversationId: 'a\nb' }],
      ['an empty ConversationId', 'REQUEST_INVALID', { conversationId: '' }],
      ['a ConversationId of 256 characters', 'REQUEST_INVALID', { conversationId: 'x'.repeat(256) }],
      ['a RefToMessageId with white space at its end', 'REQUEST_INVALID', { refToMessageId: 'x@y ' }],
      ['no key for the certificate of the CPA', 'SIGNING_KEY_MISSING', {}, { keys: [] }],
      [
        'the key of another certificate',
        'SIGNING_KEY_MISSING',
        {},
        { keys: [{ certificate: dienst.keys.certificatePem, key: dienst.keys.keyPem }] },
      ],
    ];
  for (const [what, code, request, more] of refusals) {
    it(`refuses ${what}: ${code}, and leaves nothing behind`, () =>
      withSender(TERMS, (at) => refused(at, { code, request }), more));
  }

  it('refuses a CPA that is not active: CPA_INACTIVE', () =>
    withSender(TERMS, async (at) => {
      await at.here.gateway.cpas.deactivate(CPA_ID);
      await refused(at, { code: 'CPA_INACTIVE', request: {} });
      await at.here.gateway.cpas.activate(CPA_ID);
      await at.send([LARGE]);
    }));

  it('refuses a CPA that has ended: CPA_INACTIVE', () => {
    const cpa = contract({ ...TERMS, end: Date.parse('2026-11-22T12:30:00Z') });
    return withSender(
      TERMS,
      async (at) => {
        at.clock.advance(30 * 60_000);
        await refused(at, { code: 'CPA_INACTIVE', request: {} });
      },
      { cpas: [cpa] },
    );
  });

  for (const contentType of ['text/plain\r\nX: y', 'multipart/mixed; boundary=x', 'xml', '', 'tekst/één']) {
    it(`refuses the Content-Type ${JSON.stringify(contentType)}: REQUEST_INVALID, with its place`, () =>
      withSender(TERMS, async ({ here }) => {
        const before = await traces(here);
        const payload = { contentType, content: await stored(here, LARGE) };
        const fine = { contentType: 'text/plain', content: await stored(here, LARGE) };
        await assert.rejects(
          here.gateway.messages.submit({ ...REQUEST, payloads: [fine, payload] }),
          isError('REQUEST_INVALID', 'payloads[1].contentType'),
        );
        assert.deepEqual(await traces(here), before);
      }));
  }

  it('refuses a MessageId that was submitted before: MESSAGE_EXISTS, the first untouched [ebMS2 §3.1.6.1-2]', () =>
    withSender(TERMS, async (at) => {
      const messageId = 'once@gemeente.test';
      await submitTo(at.here, { cpaId: CPA_ID, payloads: [LARGE], request: { messageId } });
      await at.partner.request(1);
      await refused(at, { code: 'MESSAGE_EXISTS', request: { messageId } });
      const { size, stream } = await at.here.gateway.messages.openPayload(messageId, 1);
      assert.equal(size, LARGE.length);
      assert.deepEqual(Buffer.concat(await stream.toArray()), LARGE);
    }));

  it('a closed store: STORE_UNAVAILABLE', () =>
    withSender(TERMS, async ({ here }) => {
      const content = await stored(here, LARGE);
      await here.store.close();
      const submitting = here.gateway.messages.submit({
        ...REQUEST,
        payloads: [{ contentType: 'text/plain', content }],
      });
      await assert.rejects(submitting, isError('STORE_UNAVAILABLE'));
    }));

  for (const messageId of ['a@b', "!#$%&'*+/=?^_`{|}~-@x", 'a.b.c@d.e', 'x@[127.0.0.1]', `${'x'.repeat(253)}@y`]) {
    it(`takes the MessageId ${messageId.slice(0, 30)} and sends it as it is [Digikoppeling EB013]`, () =>
      withSender(TERMS, async (at) => {
        const submitted = await submitTo(at.here, {
          cpaId: CPA_ID,
          payloads: [Buffer.from('x')],
          request: { messageId },
        });
        assert.deepEqual(submitted, { messageId, state: 'QUEUED', repeated: false });
        await at.partner.request(1);
        const { message } = parseEnvelopeOctets(await at.sent(messageId));
        assert.equal(message.header.messageData.messageId, messageId);
      }));
  }

  it('gives a MessageId of its own, a ConversationId, and what the contract says [ebMS2 §3.1.6.1-1, ebMS2 §3.1.3-2, ebMS2 §3.1.7-1, ebMS2 §6.3.1.2-1, ebMS2 §3.1.6.2-1, ebMS2 §3.1.6.4-1, ebMS2 §6.4.5-1, ebMS2 §3.1.1.2-1, ebMS2 §3.2-1, Digikoppeling EB013, KVS §3.1.6.1-1]', () =>
    withSender(TERMS, async (at) => {
      const messageId = await at.send();
      assert.match(messageId, /^[0-9a-f-]{36}@gemeente\.test$/);
      const { message } = parseEnvelopeOctets(await at.sent(messageId));
      assert.ok(message.kind === 'ApplicationMessage');
      const { header, ackRequested, syncReply, manifest } = message;
      assert.equal(header.duplicateElimination, true);
      assert.equal(ackRequested?.signed, true);
      assert.equal(syncReply, undefined);
      assert.equal(manifest?.references.length, 1);
      assert.deepEqual([header.from.role, header.to.role], ['gemeente', 'dienst']);
      assert.notEqual(header.conversationId, '');
      assert.equal(header.messageData.timestamp, '2026-11-22T12:00:00.000Z');
      assert.equal(header.messageData.timeToLive, '2026-11-22T12:03:00.000Z');
    }));

  it('parties and service may be named with their type or bare', () =>
    withSender(TERMS, async ({ here }) => {
      for (const from of [gemeente.oin, gemeente.key]) {
        for (const service of ['urn:osb:services:osb:melding:1.0', 'osb:melding:1.0']) {
          const more = { from, service, to: dienst.oin, fromRole: 'gemeente', toRole: 'dienst' };
          await submitTo(here, { cpaId: CPA_ID, payloads: [], request: more });
        }
      }
      assert.equal((await here.gateway.messages.list({ limit: 10 })).items.length, 4);
    }));

  it('the same Idempotency-Key with the same body is the message of then; its payloads are not kept twice', () =>
    withSender(TERMS, async ({ here }) => {
      const idempotency = { key: 'k', application: 'a', digest: 'd' };
      const first = await submitTo(here, { cpaId: CPA_ID, payloads: [LARGE], request: { idempotency } });
      const files = payloadFiles(here);
      const second = await submitTo(here, { cpaId: CPA_ID, payloads: [LARGE], request: { idempotency } });
      assert.equal(second.messageId, first.messageId);
      assert.deepEqual([first.repeated, second.repeated], [false, true]);
      assert.deepEqual(payloadFiles(here), files);
      assert.equal((await here.gateway.messages.list({ limit: 10 })).items.length, 1);
    }));

  it('two at the same time under one Idempotency-Key make one message', () =>
    withSender(TERMS, async ({ here }) => {
      const idempotency = { key: 'k', application: 'a', digest: 'd' };
      const both = [1, 2].map(() => submitTo(here, { cpaId: CPA_ID, payloads: [LARGE], request: { idempotency } }));
      const [first, second] = await Promise.all(both);
      assert.equal(first?.messageId, second?.messageId);
      assert.equal((await here.gateway.messages.list({ limit: 10 })).items.length, 1);
      assert.equal(payloadFiles(here).length, 1);
    }));

  it('the same Idempotency-Key after the CPA was deactivated, or has ended, or the key is gone: the answer of then', () => {
    const idempotency = { key: 'k', application: 'a', digest: 'd' };
    const cpa = contract({ ...TERMS, end: Date.parse('2026-12-22T12:00:00Z') });
    return withSender({ ...TERMS, end: Date.parse('2026-12-22T12:00:00Z') }, async (at) => {
      const send = (request: Partial<SubmitRequest> = {}): Promise<Submitted> =>
        submitTo(at.here, { cpaId: cpaIdOf(cpa), payloads: [LARGE], request: { idempotency, ...request } });
      const { messageId } = await send();
      await at.here.gateway.cpas.deactivate(cpaIdOf(cpa));
      const files = payloadFiles(at.here);
      assert.deepEqual(await send(), { messageId, state: (await send()).state, repeated: true });
      assert.deepEqual(payloadFiles(at.here), files);
      at.clock.advance(60 * 86_400_000);
      assert.equal((await send()).messageId, messageId);
      await assert.rejects(send({ idempotency: { ...idempotency, digest: 'other' } }), isError('IDEMPOTENCY_CONFLICT'));
      await assert.rejects(send({ idempotency: { ...idempotency, key: 'new' } }), isError('CPA_INACTIVE'));
    });
  });

  it('the same Idempotency-Key with another body: IDEMPOTENCY_CONFLICT; of another application it is another key', () =>
    withSender(TERMS, async (at) => {
      const idempotency = { key: 'k', application: 'a', digest: 'd' };
      await submitTo(at.here, { cpaId: CPA_ID, payloads: [], request: { idempotency } });
      await at.partner.request(1);
      await refused(at, {
        code: 'IDEMPOTENCY_CONFLICT',
        request: { idempotency: { ...idempotency, digest: 'other' } },
      });
      const other = { ...idempotency, application: 'b', digest: 'other' };
      await submitTo(at.here, { cpaId: CPA_ID, payloads: [], request: { idempotency: other } });
    }));
});

async function refused(
  { here }: Pick<Sending, 'here'>,
  { code, request: changes }: { readonly code: ErrorCode; readonly request: Partial<SubmitRequest> },
): Promise<void> {
  const before = await traces(here);
  const payloads = [LARGE, Buffer.from('small')];
  await assert.rejects(submitTo(here, { cpaId: CPA_ID, payloads, request: changes }), isError(code));
  assert.deepEqual(await traces(here), before);
  assert.equal(here.gateway.counters.submitted, before.messages.length);
}

function isError(code: ErrorCode, location?: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof GatewayError, String(error));
    assert.equal(error.code, code, error.message);
    if (location !== undefined) assert.equal(error.location, location);
    return true;
  };
}

interface Traces {
  readonly messages: readonly string[];
  readonly files: readonly string[];
}

/** What a submit may have left: messages and payload files. */
async function traces(at: TestGateway): Promise<Traces> {
  const { items } = await at.gateway.messages.list({ limit: 100 });
  return { messages: items.map((item) => item.messageId), files: payloadFiles(at) };
}

function payloadFiles({ folder }: TestGateway): readonly string[] {
  const entries = readdirSync(join(folder, 'payloads'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();
}

async function stored({ gateway }: TestGateway, octets: Buffer): Promise<SubmitRequest['payloads'][number]['content']> {
  const writer = gateway.messages.createPayload();
  await writer.write(octets);
  return writer.finish();
}
