import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '../../../src/errors.ts';
import { contract, type ContractParty, cpaIdOf, dienst, gemeente, RETRY_INTERVAL } from '../../setup/msh-contracts.ts';
import {
  hangingLine,
  openPartyGateway,
  payloadsOf,
  Routes,
  submitTo,
  untilAttempts,
  untilMessage,
  untilState,
  withPair,
} from '../../setup/msh-pair.ts';
import { draft, markupOf, pack, sealDraft, withReceiver } from '../../setup/msh-partner.ts';
import { openRecordingPartner } from '../../setup/recording-partner.ts';
import type { TestGateway } from '../../setup/test-gateway.ts';

const LARGE = randomBytes(200_000);

describe('a lost answer', () => {
  for (const sync of [false, true]) {
    it(`K2 K4 the message is repeated, answered with the stored receipt and handed over once${sync ? ', synchronous' : ''} [ebMS2 §6.5.5-1, ebMS2 §6.5.6-1]`, async () => {
      await withPair({ profile: 'osb-rm-s', sync }, async (pair) => {
        pair.routes.bend(dienst.endpoint, async (request, forward) => {
          await forward(request);
          pair.routes.bend(dienst.endpoint);
          throw new GatewayError('PEER_UNREACHABLE', { detail: 'the line broke' });
        });
        if (!sync) pair.routes.bend(gemeente.endpoint, () => Promise.reject(new GatewayError('PEER_UNREACHABLE')));
        const { messageId } = await pair.submit([LARGE]);
        const { state } = await untilAttempts(pair.sender, messageId, 1);
        assert.equal(state, 'QUEUED');
        if (!sync) await untilMessage(pair.receiver, messageId, (message) => message.attempts > 0);
        pair.routes.bend(gemeente.endpoint);
        pair.clock.advance(RETRY_INTERVAL);
        const sent = await untilState(pair.sender, messageId, 'DELIVERED');
        const received = await pair.receiver.gateway.messages.find(messageId);
        assert.deepEqual(sent.signal, received.signal);
        assert.equal((await pair.receiver.store.listMessages({ limit: 10 })).items.length, 1);
        const handed = (await pair.receiver.events()).filter((event) => event.type === 'message.received');
        assert.equal(handed.length, 1);
        assert.deepEqual(await payloadsOf(pair.receiver, received), [LARGE]);
        assert.equal(filesOf(pair.receiver).length, 1);
      });
    });
  }
});

describe('a message twice at the same moment', () => {
  for (const sync of [false, true]) {
    it(`§6.5.6 is accepted once; both get one receipt${sync ? ', synchronous' : ''} [ebMS2 §6.4.1-1, KVS §6.4.1-1]`, () =>
      withReceiver({ profile: 'osb-rm-s', sync }, async (at) => {
        const one = draft(at, [{ contentId: 'large@gemeente.test', body: LARGE }]);
        const request = pack(await sealDraft(one, at.agreement), one.parts);
        const answers = await Promise.all(Array.from({ length: 6 }, () => at.here.post(request)));
        for (const answer of answers) {
          assert.equal(answer.status, sync ? 200 : 204);
          assert.deepEqual(answer.body, answers[0]?.body);
        }
        assert.equal((await at.here.store.listMessages({ limit: 10 })).items.length, 1);
        assert.equal((await at.here.events()).filter((event) => event.type === 'message.received').length, 1);
        assert.deepEqual([at.here.gateway.counters.received, at.here.gateway.counters.duplicates], [1, 5]);
        assert.equal(filesOf(at.here).length, 1);
        const message = await at.here.gateway.messages.find(one.message.header.messageData.messageId);
        assert.deepEqual(await payloadsOf(at.here, message), [LARGE]);
      }));
  }

  it('A62 under best effort two with one id and other content: one is accepted, the other refused', () =>
    withReceiver({ profile: 'osb-be' }, async (at) => {
      const one = draft(at);
      const bodies = ['one', 'two'].map((text) => one.parts.map((part) => ({ ...part, body: Buffer.from(text) })));
      await Promise.all(bodies.map((parts) => at.here.post(pack(markupOf(one), parts))));
      assert.equal((await at.here.store.listMessages({ limit: 10 })).items.length, 1);
      const { items } = await at.here.store.listRefusals({ limit: 10 });
      assert.deepEqual(
        items.map((refusal) => refusal.code),
        ['DUPLICATE_CONFLICT'],
      );
    }));
});

describe('a partner that does not answer', () => {
  it('delays nobody else: the lane of another partner goes on', async () => {
    const derde: ContractParty = {
      ...dienst,
      oin: '00000099000000003000',
      key: 'urn:osb:oin:00000099000000003000',
      role: 'derde',
      endpoint: 'https://derde.test/ebms',
    };
    const slow = contract({ profile: 'osb-rm-s' });
    const quick = contract({ profile: 'osb-be', parties: [gemeente, derde] });
    const routes = new Routes();
    const partner = await openRecordingPartner();
    routes.lead(derde.endpoint, partner.url);
    const line = hangingLine();
    routes.bend(dienst.endpoint, line.way);
    const here = await openPartyGateway(gemeente, { cpas: [slow, quick], transport: routes.transport() });
    try {
      const queued = Array.from({ length: 40 }, () => submitTo(here, { cpaId: cpaIdOf(slow), payloads: [] }));
      await Promise.all(queued);
      const ids = await Promise.all(
        Array.from({ length: 20 }, () => submitTo(here, { cpaId: cpaIdOf(quick), payloads: [] })),
      );
      for (const { messageId } of ids) await untilState(here, messageId, 'DELIVERED');
      assert.deepEqual((await here.gateway.stats()).states, { QUEUED: 40, DELIVERED: 20 });
    } finally {
      line.release();
      await partner.close();
      await here.close();
    }
  });
});

function filesOf({ folder }: TestGateway): readonly string[] {
  const entries = readdirSync(join(folder, 'payloads'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}
