import assert from 'node:assert/strict';
import { contract, type ContractParty, dienst, gemeente } from '../../setup/msh-contracts.ts';
import { openPartyGateway } from '../../setup/msh-pair.ts';
import { draft, pack, requireAccepted, requireRefused, sealDraft, withReceiver } from '../../setup/msh-partner.ts';
import { withSender } from '../../setup/msh-receipts.ts';

const derde: ContractParty = {
  ...dienst,
  oin: '00000099000000003000',
  key: 'urn:osb:oin:00000099000000003000',
  role: 'derde',
};

describe('a recorded message, validly signed, that is posted to somebody else', () => {
  for (const sync of [false, true]) {
    it(`A83 back to its sender${sync ? ', synchronous' : ''}: refused, nobody is answered a receipt`, () =>
      withSender({ profile: 'osb-rm-s', sync }, async ({ here, partner, send }) => {
        await send();
        const recorded = await partner.request(1);
        const headers = {
          'content-type': String(recorded.headers['content-type']),
          soapaction: String(recorded.headers['soapaction']),
        };
        const answer = await here.post({ headers, body: recorded.body });
        assert.doesNotMatch(answer.body.toString(), /<eb:Acknowledgment/);
        assert.deepEqual((await here.store.listMessages({ limit: 10, direction: 'in' })).items, []);
        const { items } = await here.store.listRefusals({ limit: 10 });
        assert.deepEqual(
          items.map((refusal) => refusal.code),
          ['NOT_OUR_PARTY'],
        );
        assert.equal(partner.requests.length, 1);
      }));

    it(`A83 to a third gateway that holds the contract${sync ? ', synchronous' : ''}: refused; its To party accepts it`, () =>
      withReceiver({ profile: 'osb-rm-s', sync }, async (at) => {
        const one = draft(at);
        const request = pack(await sealDraft(one, at.agreement), one.parts);
        const third = await openPartyGateway(derde, {
          cpas: [contract({ profile: 'osb-rm-s', sync })],
          clock: at.clock,
        });
        try {
          await requireRefused({ ...at, here: third }, request, { code: 'NOT_OUR_PARTY' });
        } finally {
          await third.close();
        }
        await requireAccepted(at, request);
      }));
  }

  it('A83 a receipt that is posted back to who gave it changes nothing', () =>
    withReceiver({ profile: 'osb-rm-s', sync: true }, async (at) => {
      const one = draft(at);
      const receipt = await requireAccepted(at, pack(await sealDraft(one, at.agreement), one.parts));
      const before = await at.here.store.listMessages({ limit: 10 });
      const headers = { 'content-type': 'text/xml', soapaction: '"ebXML"' };
      const answer = await at.here.post({ headers, body: receipt.body });
      assert.doesNotMatch(answer.body.toString(), /<eb:Acknowledgment/);
      assert.deepEqual(await at.here.store.listMessages({ limit: 10 }), before);
      assert.equal((await at.here.store.listRefusals({ limit: 10 })).items.length, 1);
    }));

  it('A83 a gateway for both parties takes its own message as a partner would', async () => {
    const both = await openPartyGateway(gemeente, {
      parties: [gemeente.key, dienst.key],
      keys: [gemeente, dienst].map(({ keys }) => ({ certificate: keys.certificatePem, key: keys.keyPem })),
      cpas: [contract({ profile: 'osb-rm-s', sync: true })],
    });
    try {
      const cpaId = both.gateway.cpas.list()[0]?.cpa.cpaId ?? '';
      const { messageId } = await both.gateway.messages.submit({
        cpaId,
        from: gemeente.oin,
        service: 'urn:osb:services:osb:melding:1.0',
        action: 'melden',
        payloads: [],
      });
      const { envelope } = await both.gateway.messages.find(messageId, 'out');
      const answer = await both.post({
        headers: { 'content-type': 'text/xml', soapaction: '"ebXML"' },
        body: Buffer.from(envelope),
      });
      assert.match(answer.body.toString(), /<eb:Acknowledgment /);
      assert.equal((await both.gateway.messages.find(messageId, 'in')).state, 'RECEIVED');
    } finally {
      await both.close();
    }
  });
});

describe('a MessageId in both directions', () => {
  it('A61 a reply may have the id that the partner gave its request: they are two messages', () =>
    withReceiver({ profile: 'osb-rm' }, async (at) => {
      const one = draft(at);
      await requireAccepted(at, pack(await sealDraft(one, at.agreement), one.parts));
      const { messageId } = one.message.header.messageData;
      const reply = await at.here.gateway.messages.submit({
        cpaId: at.agreement.cpa.cpaId,
        from: dienst.oin,
        service: 'urn:osb:services:osb:melding:1.0',
        action: 'bevestigen',
        messageId,
        refToMessageId: messageId,
        payloads: [],
      });
      assert.equal(reply.messageId, messageId);
      assert.equal((await at.here.gateway.messages.find(messageId, 'in')).state, 'RECEIVED');
      assert.equal((await at.here.gateway.messages.find(messageId, 'out')).refToMessageId, messageId);
    }));
});
