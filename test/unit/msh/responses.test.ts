import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { SyncReplyMode } from '../../../src/cpa/model.ts';
import type { ProfileName } from '../../../src/cpa/profiles.ts';
import { GatewayError } from '../../../src/errors.ts';
import { REPLY_ACTION, dienst, gemeente } from '../../setup/msh-contracts.ts';
import { verifyFolder, withEvidence } from '../../setup/msh-evidence.ts';
import { payloadsOf, untilAttempts, untilState } from '../../setup/msh-pair.ts';
import { respond, type Responding, withResponding } from '../../setup/msh-responses.ts';

const LARGE = randomBytes(3_000_000);
const SMALL = randomBytes(2000);

interface Row {
  readonly mode: SyncReplyMode;
  readonly profile: ProfileName;
  readonly payloads: readonly Buffer[];
}

const MODES = ['signalsAndResponse', 'responseOnly'] as const;
const PROFILES = ['osb-be', 'osb-rm', 'osb-be-s', 'osb-rm-s'] as const;
const ROWS: readonly Row[] = MODES.flatMap((mode) => [
  ...PROFILES.flatMap((profile) => [[], [SMALL]].map((payloads) => ({ mode, profile, payloads }))),
  { mode, profile: 'osb-rm-e' as const, payloads: [SMALL] },
  { mode, profile: 'osb-rm-s' as const, payloads: [SMALL, LARGE] },
]);

describe('business responses in the HTTP answer', () => {
  for (const { mode, profile, payloads } of ROWS) {
    const reliable = profile.startsWith('osb-rm');
    const together = mode === 'signalsAndResponse' && reliable;
    it(`§4.3 §6.3.2 ${mode}, ${profile}, ${payloads.length} payloads: the response comes in the HTTP answer${together ? ', with the receipt' : ''}`, () =>
      withResponding({ mode, profile }, async (at) => {
        const { sender, receiver } = at.pair;
        const request = await at.pair.submit([SMALL]);
        const response = await respond(at, request.messageId, payloads);
        const received = await untilState(sender, response.messageId, 'RECEIVED');
        assert.deepEqual(await payloadsOf(sender, received), payloads);
        assert.equal(received.refToMessageId, request.messageId);
        const delivered = await untilState(receiver, response.messageId, 'DELIVERED');
        assert.deepEqual(
          delivered.attemptLog.map(({ number, status, code }) => [number, status, code]),
          [[1, 200, undefined]],
        );
        const sent = await untilState(sender, request.messageId, 'DELIVERED');
        assert.equal(sent.attempts, 1);
        assert.equal(sent.signal?.messageId === response.messageId, together);
        assert.equal(delivered.bundle !== undefined, together);
        assert.deepEqual(received.envelope, delivered.bundle ?? delivered.envelope);
        // The request and the receipt for the response; the other way only the receipt that responseOnly wants apart.
        assert.equal(at.requests(dienst), reliable ? 2 : 1);
        assert.equal(at.requests(gemeente), mode === 'responseOnly' && reliable ? 1 : 0);
        assert.deepEqual([sender.warnings, receiver.warnings], [[], []]);
        for (const { gateway } of [sender, receiver]) assert.deepEqual((await gateway.audit()).findings, []);
      }));
  }

  it('§6.3.2 the evidence of both messages holds: each receipt is about the octets that travelled', () =>
    withResponding({ mode: 'signalsAndResponse', profile: 'osb-rm-s' }, async (at) => {
      const { sender, receiver } = at.pair;
      const request = await at.pair.submit([SMALL]);
      const response = await respond(at, request.messageId, [SMALL]);
      await untilState(receiver, response.messageId, 'DELIVERED');
      await untilState(sender, request.messageId, 'DELIVERED');
      for (const [gateway, { messageId }] of [
        [sender, request],
        [receiver, response],
        [receiver, request],
        [sender, response],
      ] as const) {
        await withEvidence(gateway, messageId, async (folder) => {
          const { findings } = await verifyFolder(folder);
          assert.deepEqual(
            findings.filter(({ subject, verdict }) => ['message', 'receipt'].includes(subject) && verdict !== 'proven'),
            [],
          );
        });
      }
    }));

  it('§4.3 too late: the receipt goes alone when the time is over, the response by a request of its own', () =>
    withResponding({ mode: 'signalsAndResponse', profile: 'osb-rm-s' }, async (at) => {
      const { sender, receiver } = at.pair;
      const request = await at.pair.submit([SMALL]);
      await untilState(receiver, request.messageId, 'RECEIVED');
      assert.equal((await sender.gateway.messages.find(request.messageId)).attempts, 0);
      await at.untilWaiting();
      at.pair.clock.advance(10_000);
      const sent = await untilState(sender, request.messageId, 'DELIVERED');
      const response = await respond(at, request.messageId, [SMALL]);
      assert.notEqual(sent.signal?.messageId, response.messageId);
      await untilState(receiver, response.messageId, 'DELIVERED');
      assert.equal(at.requests(gemeente), 1);
    }));

  it('§4.3 a gateway that stops ends the wait with the receipt, and waits for nothing more', () =>
    withResponding({ mode: 'signalsAndResponse', profile: 'osb-rm' }, async (at) => {
      const { sender, receiver } = at.pair;
      const request = await at.pair.submit([SMALL]);
      await untilState(receiver, request.messageId, 'RECEIVED');
      await at.untilWaiting();
      receiver.gateway.drain();
      await untilState(sender, request.messageId, 'DELIVERED');
      const second = await at.pair.submit([SMALL]);
      await untilState(sender, second.messageId, 'DELIVERED');
    }));

  it('§4.3 no more wait than are allowed: another gets its receipt at once', () =>
    withResponding({ mode: 'signalsAndResponse', profile: 'osb-rm', waitingRequests: 1 }, async (at) => {
      const { sender, receiver } = at.pair;
      const first = await at.pair.submit([SMALL]);
      await untilState(receiver, first.messageId, 'RECEIVED');
      await at.untilWaiting();
      const second = await at.pair.submit([SMALL]);
      await untilState(sender, second.messageId, 'DELIVERED');
      assert.equal((await sender.gateway.messages.find(first.messageId)).state, 'QUEUED');
      const response = await respond(at, first.messageId, []);
      assert.equal((await untilState(sender, first.messageId, 'DELIVERED')).signal?.messageId, response.messageId);
    }));

  it('§6.5.6 a duplicate of the request gets the stored receipt alone, and the response goes to the first', () =>
    withResponding({ mode: 'signalsAndResponse', profile: 'osb-rm-s' }, async (at) => {
      const { sender, receiver } = at.pair;
      const request = await at.pair.submit([SMALL]);
      await untilState(receiver, request.messageId, 'RECEIVED');
      await at.untilWaiting();
      const { contentType, body } = await sender.gateway.messages.raw(request.messageId);
      const octets = body instanceof Uint8Array ? body : Buffer.concat(await body.toArray());
      const again = await receiver.post({
        headers: { 'content-type': contentType, soapaction: '"ebXML"' },
        body: octets,
      });
      const stored = await receiver.gateway.messages.find(request.messageId);
      assert.deepEqual([again.status, again.body], [200, Buffer.from(stored.signal?.envelope ?? [])]);
      const response = await respond(at, request.messageId, [SMALL]);
      await untilState(sender, response.messageId, 'RECEIVED');
      assert.equal(at.requests(gemeente), 0);
    }));

  for (const profile of ['osb-be-s', 'osb-rm-s'] as const) {
    it(`§6.5.4 ${profile}: a connection that is cut before the answer costs nothing: the response goes by a request of its own`, () =>
      withResponding({ mode: 'signalsAndResponse', profile }, async (at) => {
        const { sender, receiver } = at.pair;
        at.cut();
        const request = await at.pair.submit([SMALL]);
        await untilState(receiver, request.messageId, 'RECEIVED');
        await at.untilWaiting();
        await at.whenCut();
        const response = await respond(at, request.messageId, [SMALL]);
        const received = await untilState(sender, response.messageId, 'RECEIVED');
        assert.deepEqual(await payloadsOf(sender, received), [SMALL]);
        const delivered = await untilState(receiver, response.messageId, 'DELIVERED');
        assert.deepEqual(
          delivered.attemptLog.map(({ number, code }) => [number, code]),
          [
            [1, 'PEER_UNREACHABLE'],
            [2, undefined],
          ],
        );
        assert.equal(at.requests(gemeente), 1);
        if (profile === 'osb-rm-s') {
          at.pair.clock.advance(60_000);
          await untilState(sender, request.messageId, 'DELIVERED');
        }
      }));
  }

  for (const profile of ['osb-rm', 'osb-rm-s'] as const) {
    it(`§6.5.6 ${profile}: the repeat of a response goes without the receipt, is the same message, and its receipt of then counts`, () =>
      withResponding({ mode: 'signalsAndResponse', profile }, async (at) => {
        const { sender, receiver } = at.pair;
        const request = await at.pair.submit([SMALL]);
        await untilState(receiver, request.messageId, 'RECEIVED');
        at.loseReceipts();
        const response = await respond(at, request.messageId, [SMALL]);
        await untilState(sender, response.messageId, 'RECEIVED');
        await untilState(receiver, response.messageId, 'SENT');
        at.pair.clock.advance(60_000);
        const delivered = await untilState(receiver, response.messageId, 'DELIVERED');
        await untilAttempts(receiver, response.messageId, 2);
        assert.equal(at.requests(gemeente), 1);
        assert.equal(sender.gateway.counters.duplicates, 1);
        assert.deepEqual(sender.gateway.counters.refused, {});
        assert.notDeepEqual(delivered.envelope, delivered.bundle);
        const inbox = await sender.gateway.messages.list({ direction: 'in', limit: 10 });
        assert.equal(inbox.items.length, 1);
      }));
  }

  it('§6.3.2.4 a response that nobody signs carries no receipt that must be signed: each goes by itself', () => {
    const unsigned =
      /(action="bevestigen"[^>]*>\s*<tns:BusinessTransactionCharacteristics tns:isNonRepudiationRequired=)"true"/g;
    const edit = (text: string): string => text.replaceAll(unsigned, '$1"false"');
    return withResponding({ mode: 'signalsAndResponse', profile: 'osb-rm-s', edit }, async (at) => {
      const { sender, receiver } = at.pair;
      const request = await at.pair.submit([SMALL]);
      const response = await respond(at, request.messageId, [SMALL]);
      const { signal } = await untilState(sender, request.messageId, 'DELIVERED');
      assert.match(Buffer.from(signal?.envelope ?? []).toString(), /<ds:Signature>/);
      const { bundle, envelope } = await untilState(receiver, response.messageId, 'DELIVERED');
      assert.equal(bundle, undefined);
      assert.doesNotMatch(Buffer.from(envelope).toString(), /<ds:Signature>/);
      assert.equal(at.requests(gemeente), 1);
    });
  });

  it('§6.5.1 a response that cannot be stored leaves the request waiting for another', () =>
    withResponding({ mode: 'signalsAndResponse', profile: 'osb-rm' }, async (at) => {
      const { sender, receiver } = at.pair;
      const request = await at.pair.submit([SMALL]);
      await untilState(receiver, request.messageId, 'RECEIVED');
      await at.untilWaiting();
      const used = { messageId: 'answer-1@dienst.test', conversationId: 'another' };
      await respond(at, request.messageId, [], used);
      await assert.rejects(
        respond(at, request.messageId, [], { messageId: used.messageId }),
        (error) => error instanceof GatewayError && error.code === 'MESSAGE_EXISTS',
      );
      const response = await respond(at, request.messageId, []);
      assert.equal((await untilState(sender, request.messageId, 'DELIVERED')).signal?.messageId, response.messageId);
    }));

  it('ebms.responseSeconds 0, which is the default: nothing waits', () =>
    withResponding({ mode: 'signalsAndResponse', profile: 'osb-rm', responseTimeoutMs: 0 }, async (at) => {
      const request = await at.pair.submit([SMALL]);
      await untilState(at.pair.sender, request.messageId, 'DELIVERED');
      const response = await respond(at, request.messageId, []);
      await untilState(at.pair.receiver, response.messageId, 'DELIVERED');
      assert.equal(at.requests(gemeente), 1);
    }));

  it('responses: apart for one partner: the receipt at once', () =>
    withResponding(
      {
        mode: 'signalsAndResponse',
        profile: 'osb-rm',
        partners: new Map([[gemeente.key, { allow: [], responses: 'apart' }]]),
      },
      async (at: Responding) => {
        const request = await at.pair.submit([SMALL]);
        await untilState(at.pair.sender, request.messageId, 'DELIVERED');
        const response = await respond(at, request.messageId, []);
        await untilState(at.pair.receiver, response.messageId, 'DELIVERED');
        assert.equal(at.requests(gemeente), 1);
      },
    ));

  it('§3.1.4 a message of another conversation, to another message or under another action is no response', () =>
    withResponding({ mode: 'signalsAndResponse', profile: 'osb-rm' }, async (at) => {
      const { sender, receiver } = at.pair;
      const request = await at.pair.submit([SMALL]);
      await untilState(receiver, request.messageId, 'RECEIVED');
      await at.untilWaiting();
      const apart = [
        await respond(at, request.messageId, [], { conversationId: 'another' }),
        await respond(at, request.messageId, [], { refToMessageId: 'another@dienst.test' }),
      ];
      for (const { messageId } of apart) await untilState(sender, messageId, 'RECEIVED');
      assert.equal(at.requests(gemeente), 2);
      const response = await respond(at, request.messageId, [], { action: REPLY_ACTION });
      await untilState(sender, response.messageId, 'RECEIVED');
      assert.equal(at.requests(gemeente), 2);
    }));
});
