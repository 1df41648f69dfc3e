import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { Readable } from 'node:stream';
import type { OutgoingAnswer } from '../../../src/ports/transport.ts';
import { createCa, issueCertificate } from '../../../src/trust/test-pki.ts';
import { untilEvents } from '../../setup/msh-pair.ts';
import { gemeente } from '../../setup/msh-contracts.ts';
import { draft, pack, type Receiving, sealDraft, withReceiver } from '../../setup/msh-partner.ts';
import { listOf, NOW, openRevocation } from '../../setup/revocation-lists.ts';

/** Hands an honest message in as the endpoint does after a handshake with this certificate. */
async function hand(at: Receiving, clientCertificate: Uint8Array): Promise<OutgoingAnswer> {
  const made = draft(at);
  const { headers, body } = pack(await sealDraft(made, at.agreement), made.parts);
  return at.here.gateway.receive({
    method: 'POST',
    path: '/ebms',
    headers,
    remote: 'test',
    clientCertificate,
    body: Readable.from([Buffer.from(body)]),
  });
}

describe('A69 the TLS certificate of who connects is looked up', () => {
  for (const profile of ['osb-rm', 'osb-rm-s'] as const) {
    it(`${profile}: A69 while nobody can say it is asked to come again, revoked it is refused, and not any more [Digikoppeling PKI003, Digikoppeling PKI004]`, async () => {
      const ca = await createCa({ name: 'CA', now: NOW, keyBits: 2048 });
      const client = await issueCertificate({ ca, oin: gemeente.oin, cn: 'client', now: NOW, keyBits: 2048 });
      const { raw } = new X509Certificate(client.certificate);
      const lists = await openRevocation({ 'ca.crl': 'not there yet' }, { roots: [ca.certificate] });
      const { revocation, put } = lists;
      await withReceiver(
        { profile, sync: true },
        async (at) => {
          const unknown = await hand(at, raw);
          assert.deepEqual([unknown.status, unknown.headers['retry-after']], [503, '30']);
          await hand(at, raw);
          assert.equal(await untilEvents(at.here, 'alert.revocation-unknown', 1), 1);
          const health = await at.here.gateway.health();
          assert.equal(health.checks.find(({ name }) => name === 'revocation')?.ok, false);

          await put('ca.crl', await listOf({ ca }));
          assert.equal((await hand(at, raw)).status, 200);
          assert.ok((await at.here.gateway.health()).ok);

          await put('ca.crl', await listOf({ ca, revoke: [client.certificate] }));
          const refused = await hand(at, raw);
          assert.ok(refused.body instanceof Uint8Array);
          assert.match(Buffer.from(refused.body).toString(), /SecurityFailure/);
          const { items } = await at.here.store.listRefusals({ limit: 10 });
          assert.deepEqual(
            new Set(items.map(({ code }) => code)),
            new Set(['CERTIFICATE_REVOKED', 'REVOCATION_UNKNOWN']),
          );
          assert.equal((await at.here.store.listMessages({ limit: 10 })).items.length, 1);
          const types = (await at.here.events()).map(({ type }) => type);
          assert.equal(types.filter((type) => type === 'alert.revocation-unknown').length, 1);
          assert.ok(types.includes('alert.message-refused'));
        },
        { revocation },
      );
      lists.close();
    });
  }
});
