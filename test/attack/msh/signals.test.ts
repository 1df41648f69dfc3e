import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { contract, cpaIdOf, type ContractParty, dienst, gemeente, RETRY_INTERVAL } from '../../setup/msh-contracts.ts';
import { untilAttempts, untilEvents, untilState } from '../../setup/msh-pair.ts';
import {
  errorFor,
  receiptFor,
  type Sending,
  type SignalChanges,
  signSignal,
  withSender,
} from '../../setup/msh-receipts.ts';
import type { TestParty } from '../../setup/test-keys.ts';
import { DS } from '../../unit/xmlsec/signed-message.ts';

const SIGNED = { profile: 'osb-rm-s' } as const;
const XML = { 'content-type': 'text/xml' };

/** Another organisation: it uses the keys of nobody else, and has a contract of its own with gemeente. */
const strangerKeys: TestParty = (() => {
  const { privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...dienst.keys, key, sign: (hash, data) => Promise.resolve(sign(hash, data, key)) };
})();
const derde: ContractParty = {
  ...dienst,
  oin: '00000099000000003000',
  key: 'urn:osb:oin:00000099000000003000',
  role: 'derde',
};

describe('a receipt that may not be used', () => {
  const variants: Readonly<Record<string, SignalChanges>> = {
    'signed with SHA-1': { signature: `${DS}rsa-sha1` },
    'with a digest by SHA-1': { digest: `${DS}sha1` },
    'A38 unsigned where a signed one was asked [ebMS2 §6.3.1.2-2]': { keys: undefined },
    'signed by our own key': { keys: gemeente.keys },
    'signed by a stranger who shows the right certificate': { keys: strangerKeys },
    'A37 with other digests [ebMS2 §6.3.2.5-2]': {
      references: (markup) => markup.replace(/(?<=<ds:DigestValue>)./g, (first) => (first === 'A' ? 'B' : 'A')),
    },
    'A37 with the digest of the payload alone': {
      references: (markup) => markup.slice(markup.indexOf('<ds:Reference URI="cid:')),
    },
    'A37 with the digest of the envelope alone': {
      references: (markup) => markup.slice(0, markup.indexOf('<ds:Reference URI="cid:')),
    },
    'A37 with one Reference too many': {
      references: (markup) => markup + markup.slice(markup.indexOf('<ds:Reference URI="cid:')).replace('cid:', 'cid:x'),
    },
    'A37 with a Reference twice': { references: (markup) => markup + markup },
    'A37 without References [ebMS2 §6.3.2.5-2]': { references: () => '' },
    'for a message that was never sent [ebMS2 §6.5.2-2]': { refToMessageId: 'never@gemeente.test' },
    'from another party of another contract': {
      header: (header) => ({
        ...header,
        from: { partyIds: [{ type: 'urn:osb:oin', value: derde.oin }], role: undefined },
      }),
    },
    'from us to the partner': {
      header: (header) => ({ ...header, from: header.to, to: header.from }),
    },
    'of another MSH on the way': { actor: 'urn:oasis:names:tc:ebxml-msg:actor:nextMSH' },
    'of another version': { header: (header) => ({ ...header, version: '1.0' }) },
  };

  for (const [what, changes] of Object.entries(variants)) {
    it(`A79 ${what}, asynchronous: the message stays open, an alert; the honest one ends it`, () =>
      withSender(SIGNED, async (at) => {
        const messageId = await sendOne(at);
        const envelope = await at.sent(messageId);
        const answer = await at.post(await receiptFor(envelope, changes));
        // Our own PartyId as From makes us not the To party: that is a Fault.
        assert.ok(answer.status === 204 || answer.status === 500);
        await requireOpen(at, messageId);
        assert.equal((await at.post(await receiptFor(envelope))).status, 204);
        await requireDelivered(at, messageId);
      }));

    it(`A79 ${what}, synchronous: the message stays open, an alert; the next attempt goes out`, () =>
      withSender(
        { ...SIGNED, sync: true },
        async (at) => {
          const messageId = await sendOne(at);
          await requireOpen(at, messageId);
          at.clock.advance(RETRY_INTERVAL);
          await untilState(at.here, messageId, 'DELIVERED');
          await requireDelivered(at, messageId);
        },
        {
          answerTo: async (envelope, number) => ({
            status: 200,
            headers: XML,
            body: await receiptFor(envelope, number === 1 ? changes : {}),
          }),
        },
      ));
  }

  it('A79 of a partner with a contract of its own, for a message to somebody else', () => {
    const theirs = contract({ ...SIGNED, parties: [gemeente, derde], version: 'derde' });
    return withSender(
      SIGNED,
      async (at) => {
        const messageId = await sendOne(at);
        const forged = await receiptFor(await at.sent(messageId), {
          header: (header) => ({
            ...header,
            cpaId: cpaIdOf(theirs),
            from: { partyIds: [{ type: 'urn:osb:oin', value: derde.oin }], role: undefined },
          }),
        });
        assert.equal((await at.post(forged)).status, 204);
        await requireOpen(at, messageId);
      },
      { cpas: [contract(SIGNED), theirs] },
    );
  });

  it('A79 an honest receipt of another message of the same partner ends that one and no other [ebMS2 §6.5.2-1]', () =>
    withSender(SIGNED, async (at) => {
      const [first, second] = [await sendOne(at), await sendOne(at)];
      await at.post(await receiptFor(await at.sent(second)));
      await requireDelivered(at, second);
      assert.equal((await at.here.gateway.messages.find(first)).state, 'SENT');
      // Its References under the id of the first.
      const swapped = await receiptFor(await at.sent(second), { refToMessageId: first });
      await at.post(swapped);
      await requireOpen(at, first);
    }));

  it('A79 under best effort nobody asked for one', () =>
    withSender({ profile: 'osb-be-s' }, async (at) => {
      const messageId = await at.send();
      await untilState(at.here, messageId, 'DELIVERED');
      const receipt = await signSignal((await receiptFor(await at.sent(messageId))).toString(), dienst.keys);
      assert.equal((await at.post(receipt)).status, 204);
      assert.equal((await at.here.gateway.messages.find(messageId)).signal, undefined);
      assert.equal(await countEvents(at, 'alert.signal-refused'), 1);
    }));
});

describe('a MessageError about a message of ours', () => {
  for (const severity of ['Error', 'Warning'] as const) {
    it(`A84 ${severity}, unsigned under a signed contract: noted with an alert, the message stays open`, () =>
      withSender(SIGNED, async (at) => {
        const messageId = await sendOne(at);
        const envelope = await at.sent(messageId);
        assert.equal((await at.post(errorFor(envelope, { severity }))).status, 204);
        await requireStillSent(at, messageId);
        assert.equal(await countEvents(at, 'alert.partner-error'), 1);
        const { partnerError } = await at.here.gateway.messages.find(messageId);
        assert.deepEqual([partnerError?.errorCode, partnerError?.severity], ['Inconsistent', severity]);
        await at.post(await receiptFor(envelope));
        await requireDelivered(at, messageId);
      }));

    it(`A84 ${severity} in the answer under a signed contract: noted with an alert, the next attempt goes out`, () =>
      withSender(
        { ...SIGNED, sync: true },
        async (at) => {
          const messageId = await sendOne(at);
          await untilEvents(at.here, 'alert.partner-error', 1);
          await requireStillSent(at, messageId);
          at.clock.advance(RETRY_INTERVAL);
          await untilState(at.here, messageId, 'DELIVERED');
        },
        {
          answerTo: async (envelope, number) => ({
            status: 200,
            headers: XML,
            body: number === 1 ? errorFor(envelope, { severity }) : await receiptFor(envelope),
          }),
        },
      ));
  }

  it('A84 an Error that the partner signed as it signs receipts ends the message; one that another signed does not', () =>
    withSender(SIGNED, async (at) => {
      const messageId = await sendOne(at);
      const error = errorFor(await at.sent(messageId)).toString();
      await at.post(await signSignal(error, gemeente.keys));
      await requireStillSent(at, messageId);
      await at.post(await signSignal(error, dienst.keys));
      await untilState(at.here, messageId, 'FAILED');
      assert.equal(await countEvents(at, 'message.failed'), 1);
    }));

  it('A84 Warning without a signed contract: noted, not failed [ebMS2 §4.2.3.2.4-1]', () =>
    withSender({ profile: 'osb-rm' }, async (at) => {
      const messageId = await sendOne(at);
      const envelope = await at.sent(messageId);
      await at.post(errorFor(envelope, { severity: 'Warning' }));
      await requireStillSent(at, messageId);
      assert.equal(await countEvents(at, 'alert.partner-error'), 1);
      await at.post(await receiptFor(envelope));
      await requireDelivered(at, messageId);
    }));

  it('A84 Error without a signed contract, from the partner itself: FAILED with what it said, once [ebMS2 §4.2.3-2]', () =>
    withSender({ profile: 'osb-rm' }, async (at) => {
      const messageId = await sendOne(at);
      const envelope = await at.sent(messageId);
      const error = errorFor(envelope);
      await at.post(error);
      const { state, partnerError } = await at.here.gateway.messages.find(messageId);
      assert.deepEqual([state, partnerError?.description], ['FAILED', 'not here']);
      await at.post(error);
      const ends = (await at.here.events()).filter((event) => event.type === 'message.failed');
      assert.deepEqual(
        ends.map(({ data }) => [data['code'], data['errorCode'], data['location']]),
        [['PEER_REFUSED', 'Inconsistent', '//Header/MessageHeader/CPAId']],
      );
    }));

  it('A84 from a party that is not the partner: never, whatever the contract', async () => {
    const foreign: SignalChanges = {
      header: (header) => ({
        ...header,
        from: { partyIds: [{ type: 'urn:osb:oin', value: derde.oin }], role: undefined },
      }),
    };
    for (const profile of ['osb-rm', 'osb-rm-s'] as const) {
      await withSender({ profile }, async (at) => {
        const messageId = await sendOne(at);
        const envelope = await at.sent(messageId);
        assert.equal((await at.post(errorFor(envelope, foreign))).status, 204);
        await requireOpen(at, messageId);
        await at.post(errorFor(envelope, { refToMessageId: 'never@gemeente.test' }));
        await requireStillSent(at, messageId);
        await at.post(await receiptFor(envelope));
        await requireDelivered(at, messageId);
      });
    }
  });

  it('A84 A66 a refused MessageError is not answered with an error [ebMS2 §4.2.4.1-2]', () =>
    withSender(SIGNED, async (at) => {
      const messageId = await sendOne(at);
      const answer = await at.post(errorFor(await at.sent(messageId), { refToMessageId: 'never@gemeente.test' }));
      assert.deepEqual([answer.status, answer.body.length], [204, 0]);
      assert.equal(at.partner.requests.length, 1);
    }));

  it('A84 Warning in the answer to a best-effort message: DELIVERED, and an alert', () =>
    withSender(
      { profile: 'osb-be' },
      async (at) => {
        const messageId = await at.send();
        await untilState(at.here, messageId, 'DELIVERED');
        await untilEvents(at.here, 'alert.partner-error', 1);
      },
      {
        answerTo: (envelope) => ({ status: 200, headers: XML, body: errorFor(envelope, { severity: 'Warning' }) }),
      },
    ));

  it('A84 Error in the answer to a best-effort message: FAILED', () =>
    withSender(
      { profile: 'osb-be' },
      async (at) => {
        const messageId = await at.send();
        await untilState(at.here, messageId, 'FAILED');
        assert.equal(await countEvents(at, 'message.failed'), 1);
      },
      { answerTo: (envelope) => ({ status: 200, headers: XML, body: errorFor(envelope) }) },
    ));
});

/** Sends a message and waits until the first attempt is on record. */
async function sendOne(at: Sending): Promise<string> {
  const messageId = await at.send();
  await untilAttempts(at.here, messageId, 1);
  return messageId;
}

async function requireStillSent({ here }: Sending, messageId: string): Promise<void> {
  const message = await here.gateway.messages.find(messageId);
  assert.equal(message.state, 'SENT');
  assert.equal(message.signal, undefined);
}

/** Not ended by what came, and the operator was told. */
async function requireOpen(at: Sending, messageId: string): Promise<void> {
  await untilEvents(at.here, 'alert.signal-refused', 1);
  await requireStillSent(at, messageId);
  assert.equal(await countEvents(at, 'message.delivered', messageId), 0);
}

async function requireDelivered(at: Sending, messageId: string): Promise<void> {
  assert.equal((await at.here.gateway.messages.find(messageId)).state, 'DELIVERED');
  assert.equal(await countEvents(at, 'message.delivered', messageId), 1);
}

async function countEvents({ here }: Sending, type: string, messageId?: string): Promise<number> {
  const events = await here.events();
  return events.filter((event) => event.type === type && (messageId === undefined || event.messageId === messageId))
    .length;
}
