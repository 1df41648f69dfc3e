import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bare, messageIn, questionMarkup, type QuestionChanges } from '../../setup/msh-exchanges.ts';
import { contract, cpaIdOf, dienst, gemeente } from '../../setup/msh-contracts.ts';
import {
  draft,
  pack,
  type Receiving,
  requireAccepted,
  requireRefused,
  sealDraft,
  SECURITY,
  signMarkup,
  withReceiver,
} from '../../setup/msh-partner.ts';

const AT = '//Header/MessageHeader';
const SYNC = { profile: 'osb-rm', sync: true } as const;

describe('a Ping of a partner', () => {
  it('§8.2 synchronous: the Pong is the HTTP answer, in the same conversation, and nothing is stored [ebMS2 §8.1-2, ebMS2 §8.2-1, ebMS2 §B.2.5-1, KVS §8.1-1]', () =>
    withReceiver(SYNC, async (at) => {
      const ping = questionMarkup(at);
      const answer = await at.here.post(bare(ping));
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('soapaction'), '"ebXML"');
      requirePong(answer.body, ping);
      await requireNothingStored(at);
      assert.equal(at.here.gateway.counters.exchanges, 1);
      assert.equal(at.partner.requests.length, 0);
    }));

  it('§8.2 asynchronous: 204, and the Pong comes by a request of its own, once [ebMS2 §8.2-1, ebMS2 §B.2.5-2]', () =>
    withReceiver({ profile: 'osb-rm-s' }, async (at) => {
      const ping = questionMarkup(at);
      const answer = await at.here.post(bare(ping));
      assert.deepEqual([answer.status, answer.body.length], [204, 0]);
      const { body, headers } = await at.partner.request(1);
      assert.equal(headers['soapaction'], '"ebXML"');
      requirePong(body, ping);
      at.clock.advance(86_400_000);
      await requireNothingStored(at);
      assert.equal(at.partner.requests.length, 1);
    }));

  it('§4.3 a SyncReply in the Ping itself asks for the HTTP answer, also where the CPA is asynchronous', () =>
    withReceiver({ profile: 'osb-rm' }, async (at) => {
      const ping = questionMarkup(at, { syncReply: true });
      const answer = await at.here.post(bare(ping));
      assert.equal(answer.status, 200);
      requirePong(answer.body, ping);
    }));

  it('§8.1 signed: the signature must be right where the sender has terms to sign by', () =>
    withReceiver({ profile: 'osb-rm-s', sync: true }, async (at) => {
      const ping = questionMarkup(at);
      const signed = await signMarkup(ping, [], at);
      requirePong((await at.here.post(bare(signed))).body, ping);
      const forged = signed.toString().replace('conversation-ping', 'conversation-pong');
      await requireRefused(at, bare(forged), { code: 'SIGNATURE_INVALID', error: SECURITY });
      const other = await signMarkup(ping, [], { agreement: at.agreement, keys: dienst.keys });
      await requireRefused(at, bare(other), { code: 'SIGNATURE_INVALID', error: SECURITY });
    }));

  it('§8.1 signed under a contract without terms: the signature says nothing', () =>
    withReceiver(SYNC, async (at) => {
      const ping = questionMarkup(at);
      const signed = await signMarkup(ping, [], { agreement: at.agreement, keys: dienst.keys });
      requirePong((await at.here.post(bare(signed))).body, ping);
    }));

  const refused: Readonly<Record<string, readonly [QuestionChanges, Parameters<typeof requireRefused>[2]]>> = {
    'of another version': [
      { header: () => ({ version: '1.0' }) },
      { code: 'HEADER_VALUE', error: ['Inconsistent', `${AT}/@version`] },
    ],
    'whose TimeToLive has passed': [
      { header: ({ messageData }) => ({ messageData: { ...messageData, timeToLive: '2026-01-01T00:00:00Z' } }) },
      { code: 'MESSAGE_EXPIRED', error: ['TimeToLiveExpired', `${AT}/MessageData/TimeToLive`] },
    ],
    'to somebody else': [
      { header: () => ({ to: { partyIds: [{ type: 'urn:osb:oin', value: '1' }], role: undefined } }) },
      { code: 'NOT_OUR_PARTY' },
    ],
    'under an unknown CPA': [{ header: () => ({ cpaId: 'other' }) }, { code: 'CPA_UNKNOWN' }],
  };
  for (const [what, [changes, expected]] of Object.entries(refused)) {
    it(`§8.2 ${what}: ${expected.code}`, () =>
      withReceiver(SYNC, async (at) => {
        await requireRefused(at, bare(questionMarkup(at, changes)), expected);
      }));
  }

  it('§8.2 from a party that is not of the CPA: a MessageError goes nowhere', () =>
    withReceiver({ profile: 'osb-rm' }, async (at) => {
      const from = { partyIds: [{ type: 'urn:osb:oin', value: '00000099000000009000' }], role: undefined };
      await requireRefused(at, bare(questionMarkup(at, { header: () => ({ from }) })), { code: 'PARTY_UNKNOWN' });
      assert.equal(at.partner.requests.length, 0);
    }));

  it('§8.2 under a CPA that is not active: Inconsistent', () =>
    withReceiver(SYNC, async (at) => {
      await at.here.gateway.cpas.deactivate(at.agreement.cpa.cpaId);
      await requireRefused(at, bare(questionMarkup(at)), {
        code: 'CPA_INACTIVE',
        error: ['Inconsistent', `${AT}/CPAId`],
      });
    }));

  it('§8.1 with payloads: answered, and nothing of them is kept', () =>
    withReceiver(SYNC, async (at) => {
      const ping = questionMarkup(at);
      const parts = [{ contentId: 'a@gemeente.test', body: Buffer.alloc(300_000, 1) }];
      requirePong((await at.here.post(pack(ping, parts))).body, ping);
      const left = readdirSync(join(at.here.folder, 'payloads'), { recursive: true, withFileTypes: true });
      assert.deepEqual(
        left.filter((entry) => entry.isFile()).map(({ name }) => name),
        [],
      );
    }));
});

describe('a StatusRequest of a partner', () => {
  it('§7.1.2 Received, then Processed, with the time of receipt; NotRecognized for what never was [ebMS2 §7.1.1-2, ebMS2 §7.1.2-1, ebMS2 §7.3.2-1]', () =>
    withReceiver(SYNC, async (at) => {
      const one = draft(at);
      const { messageId } = one.message.header.messageData;
      assert.deepEqual(await status(at, messageId), ['NotRecognized', undefined]);
      const receivedAt = new Date(at.clock.now()).toISOString();
      await requireAccepted(at, pack(await sealDraft(one, at.agreement), one.parts));
      at.clock.advance(1000);
      assert.deepEqual(await status(at, messageId), ['Received', receivedAt]);
      await at.here.gateway.messages.take(messageId);
      assert.deepEqual(await status(at, messageId), ['Processed', receivedAt]);
    }));

  it('§7.1.2 asynchronous: 204, and the StatusResponse comes by a request of its own', () =>
    withReceiver({ profile: 'osb-rm' }, async (at) => {
      const answer = await at.here.post(bare(questionMarkup(at, {}, 'never@gemeente.test')));
      assert.equal(answer.status, 204);
      const message = messageIn(await at.partner.request(1));
      assert.equal(message.kind === 'StatusResponseMessage' && message.messageStatus, 'NotRecognized');
    }));

  it('§7.1.2 A68 a message of ours, of another CPA, or of somebody else: as one that never was [ebMS2 §7.1.3-1]', () => {
    const other = contract({ ...SYNC, version: 'other' });
    return withReceiver(
      SYNC,
      async (at) => {
        const one = draft(at);
        const { messageId } = one.message.header.messageData;
        await requireAccepted(at, pack(await sealDraft(one, at.agreement), one.parts));
        const elsewhere = { header: () => ({ cpaId: cpaIdOf(other) }) };
        assert.deepEqual(await status(at, messageId, elsewhere), ['NotRecognized', undefined]);
        const ours = await at.here.gateway.messages.submit({
          cpaId: at.agreement.cpa.cpaId,
          from: dienst.oin,
          service: 'urn:osb:services:osb:melding:1.0',
          action: 'bevestigen',
          payloads: [],
        });
        assert.deepEqual(await status(at, ours.messageId), ['NotRecognized', undefined]);
        assert.deepEqual(await status(at, messageId), ['Received', '2026-11-22T12:00:00.000Z']);
      },
      { cpas: [contract(SYNC), other] },
    );
  });

  it('§7.1.1 a version that is not 2.0: a MessageError, not a Fault', () =>
    withReceiver(SYNC, async (at) => {
      const markup = questionMarkup(at, {}, 'a@gemeente.test').replace(
        '<eb:StatusRequest eb:version="2.0">',
        '<eb:StatusRequest eb:version="1.0">',
      );
      await requireRefused(at, bare(markup), {
        code: 'HEADER_VALUE',
        error: ['Inconsistent', '//Body/StatusRequest/@version'],
      });
    }));
});

function requirePong(body: Buffer, ping: string): void {
  const asked = messageIn({ body: Buffer.from(ping) });
  const { kind, header } = messageIn({ body });
  assert.equal(kind, 'PongMessage');
  assert.deepEqual(
    [header.from, header.to, header.cpaId, header.conversationId, header.messageData.refToMessageId],
    [
      asked.header.to,
      asked.header.from,
      asked.header.cpaId,
      asked.header.conversationId,
      asked.header.messageData.messageId,
    ],
  );
  assert.doesNotMatch(body.toString(), /Signature|Role|TimeToLive|AckRequested/);
}

async function requireNothingStored({ here }: Receiving): Promise<void> {
  assert.deepEqual((await here.store.listMessages({ limit: 10 })).items, []);
  assert.deepEqual((await here.store.listRefusals({ limit: 10 })).items, []);
  assert.equal((await here.gateway.stats()).outboxDue, 0);
}

async function status(
  at: Receiving,
  messageId: string,
  changes: QuestionChanges = {},
): Promise<readonly [string, string | undefined]> {
  const answer = await at.here.post(bare(questionMarkup(at, changes, messageId)));
  const message = messageIn(answer);
  assert.ok(message.kind === 'StatusResponseMessage', answer.body.toString());
  assert.equal(message.refToMessageId, messageId);
  assert.deepEqual(message.header.to.partyIds, [{ type: 'urn:osb:oin', value: gemeente.oin }]);
  return [message.messageStatus, message.timestamp];
}
