import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { Readable } from 'node:stream';
import { STRANGERS_PER_MINUTE } from '../../../src/msh/inbound/refuse.ts';
import type { PartnerTerms } from '../../../src/msh/parts.ts';
import { createCa, issueCertificate, type TestCa } from '../../../src/trust/test-pki.ts';
import { dienst, gemeente } from '../../setup/msh-contracts.ts';
import { alertsOf, draft, markupOf, pack, type Receiving, sealDraft, withReceiver } from '../../setup/msh-partner.ts';
import { receiptFor, withSender } from '../../setup/msh-receipts.ts';
import type { RawRequest, TestGateway } from '../../setup/test-gateway.ts';

const PROXY_OIN = '00000099000000007000';
let ca: TestCa;

async function certificateFor(oin: string, cn = 'somebody'): Promise<Uint8Array> {
  const { certificate } = await issueCertificate({ ca, oin, cn, keyBits: 2048 });
  return new X509Certificate(certificate).raw;
}

/** Hands the request in as the endpoint does after a handshake with this certificate. */
async function hand({ gateway }: TestGateway, request: RawRequest, clientCertificate: Uint8Array): Promise<void> {
  const body = Readable.from([Buffer.from(request.body)]);
  const { headers } = request;
  await gateway.receive({ method: 'POST', path: '/ebms', headers, remote: 'test', clientCertificate, body });
}

function xml(body: Uint8Array): RawRequest {
  return { headers: { 'content-type': 'text/xml', soapaction: '"ebXML"' }, body };
}

/** Whether the message was accepted. */
async function arrives({ here }: Receiving, request: RawRequest, certificate: Uint8Array): Promise<boolean> {
  await hand(here, request, certificate);
  return (await here.store.listMessages({ limit: 10 })).items.length === 1;
}

async function requireStopped(at: Receiving, request: RawRequest, certificate: Uint8Array): Promise<void> {
  assert.equal(await arrives(at, request, certificate), false);
  const [refusal] = (await at.here.store.listRefusals({ limit: 10 })).items;
  assert.equal(refusal?.code, 'TLS_CLIENT_CERTIFICATE');
  const alerts = (await at.here.events()).map(({ type }) => type);
  assert.ok(alerts.includes('alert.message-refused'), alerts.join());
}

async function honest(at: Receiving): Promise<RawRequest> {
  const made = draft(at);
  return pack(await sealDraft(made, at.agreement), made.parts);
}

describe('A60 who connects is who the message is from', () => {
  before(async () => {
    ca = await createCa({ name: 'CA', keyBits: 2048 });
  });

  for (const profile of ['osb-rm', 'osb-rm-s'] as const) {
    it(`${profile}: A60 the OIN of the From party passes, any other of the same CA does not [Digikoppeling EB005]`, async () => {
      await withReceiver({ profile, sync: true }, async (at) => {
        const request = await honest(at);
        for (const oin of [dienst.oin, PROXY_OIN])
          await requireStopped(at, request, await certificateFor(oin, gemeente.oin));
        assert.ok(await arrives(at, request, await certificateFor(gemeente.oin)));
      });
    });
  }

  it('A60 a stranger makes us write to nobody: the party whose name it uses hears nothing', async () => {
    await withReceiver({ profile: 'osb-rm' }, async (at) => {
      await requireStopped(at, await honest(at), await certificateFor(PROXY_OIN));
      assert.deepEqual(at.partner.requests, []);
      assert.equal((await at.here.store.stats()).outboxDue, 0);
    });
  });

  it('A60 A68 a stranger fills neither the list of refusals nor that of events, and hides nobody else', async () => {
    await withReceiver({ profile: 'osb-rm-s', sync: true }, async (at) => {
      const { gateway, store } = at.here;
      const recorded = async (): Promise<number> => (await store.listRefusals({ limit: 100 })).items.length;
      const alerts = async (): Promise<number> => (await alertsOf(at)).length;
      const [stranger, other, partner] = await Promise.all(
        [PROXY_OIN, dienst.oin, gemeente.oin].map((oin) => certificateFor(oin)),
      );
      assert.ok(stranger !== undefined && other !== undefined && partner !== undefined);
      const request = await honest(at);
      const unsigned = draft(at);
      for (let count = 0; count < STRANGERS_PER_MINUTE; count += 1) await hand(at.here, request, stranger);
      for (const one of [request, xml(Buffer.from('<a/>'))]) await hand(at.here, one, stranger);
      assert.deepEqual([await recorded(), await alerts()], [STRANGERS_PER_MINUTE, STRANGERS_PER_MINUTE]);
      assert.equal(gateway.counters.refused['TLS_CLIENT_CERTIFICATE'], STRANGERS_PER_MINUTE + 1);
      await hand(at.here, xml(Buffer.from('<a/>')), other);
      assert.equal(await recorded(), STRANGERS_PER_MINUTE + 1);
      for (let count = 0; count <= STRANGERS_PER_MINUTE; count += 1)
        await hand(at.here, pack(markupOf(unsigned), unsigned.parts), partner);
      assert.equal(await recorded(), 2 * STRANGERS_PER_MINUTE + 2);
      at.clock.advance(60_000);
      await hand(at.here, request, stranger);
      assert.equal(await recorded(), 2 * STRANGERS_PER_MINUTE + 3);
    });
  });

  it('A60 A65 an Acknowledgment of the right party on the connection of another ends nothing', async () => {
    await withSender({ profile: 'osb-rm' }, async (at) => {
      const messageId = await at.send();
      const receipt = await receiptFor(await at.sent(messageId));
      await hand(at.here, xml(receipt), await certificateFor(PROXY_OIN, dienst.oin));
      assert.equal((await at.here.store.listRefusals({ limit: 10 })).items[0]?.code, 'TLS_CLIENT_CERTIFICATE');
      assert.notEqual((await at.here.gateway.messages.find(messageId, 'out')).state, 'DELIVERED');
      await hand(at.here, xml(receipt), await certificateFor(dienst.oin));
      assert.equal((await at.here.gateway.messages.find(messageId, 'out')).state, 'DELIVERED');
    });
  });

  it('A71 an OIN in the CN, or as a part of another serial number, is no OIN', async () => {
    await withReceiver({ profile: 'osb-rm', sync: true }, async (at) => {
      const request = await honest(at);
      for (const oin of [`${gemeente.oin}9`, `x${gemeente.oin}`, ` ${gemeente.oin}`])
        await requireStopped(at, request, await certificateFor(oin, gemeente.oin));
    });
  });

  it('tlsOin lets an intermediary connect, and then nobody else [Digikoppeling EB014]', async () => {
    const terms: PartnerTerms = { allow: [], tlsOin: PROXY_OIN };
    await withReceiver(
      { profile: 'osb-rm', sync: true },
      async (at) => {
        const request = await honest(at);
        await requireStopped(at, request, await certificateFor(gemeente.oin));
        assert.ok(await arrives(at, request, await certificateFor(PROXY_OIN)));
      },
      { partners: new Map([[gemeente.key, terms]]) },
    );
  });
});
