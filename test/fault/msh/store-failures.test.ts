import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '../../../src/errors.ts';
import type { Store } from '../../../src/ports/store.ts';
import { consultation } from '../../conformance/store/consultations.ts';
import { payloadsOf } from '../../setup/msh-pair.ts';
import { draft, markupOf, pack, requireAccepted, sealDraft, withReceiver } from '../../setup/msh-partner.ts';
import type { TestGateway } from '../../setup/test-gateway.ts';

const LARGE = randomBytes(200_000);
describe('a store that cannot be used', () => {
  for (const sync of [false, true]) {
    it(`K9 503 with Retry-After, and nothing is accepted${sync ? ', synchronous' : ''}`, () =>
      withReceiver({ profile: 'osb-rm-s', sync }, async (at) => {
        const honest = draft(at);
        await requireAccepted(at, pack(await sealDraft(honest, at.agreement), honest.parts));
        await at.here.store.close();
        const one = draft(at);
        const answer = await at.here.post(pack(await sealDraft(one, at.agreement), one.parts));
        assert.equal(answer.status, 503);
        assert.ok(Number(answer.headers.get('retry-after')) > 0);
        assert.match(answer.body.toString(), /<faultcode>soap:Server<\/faultcode>/);
        assert.doesNotMatch(answer.body.toString(), /Acknowledgment/);
        const wrong = await at.here.post(pack(markupOf(one), one.parts));
        // A MessageError that would go out later cannot be promised; one in the answer can be given.
        assert.equal(wrong.status, sync ? 200 : 503);
        assert.equal((await at.here.gateway.health()).ok, false);
      }));
  }

  it('K9 a consultation that cannot be recorded shows in readiness, until something can be written again', async () => {
    let full = true;
    const filling = (store: Store): Store =>
      withMembers(store, {
        consultations: {
          ...store.consultations,
          begin: (one) => (full ? refused() : store.consultations.begin(one)),
        },
        probe: () => (full ? refused() : store.probe()),
      });
    await withReceiver(
      { profile: 'osb-rm-s', sync: true },
      async ({ here: { gateway } }) => {
        assert.equal((await gateway.health()).ok, true);
        await assert.rejects(gateway.consultations.begin(consultation()), { code: 'STORE_UNAVAILABLE' });
        assert.equal((await gateway.health()).ok, false);
        full = false;
        await gateway.consultations.begin(consultation());
        assert.equal((await gateway.health()).ok, true);
      },
      { store: filling },
    );
  });

  it('K2 K9 commits and dies before it answers: 503, and the repeat finds the payload where it was', async () => {
    let lost = 0;
    const losing = (store: Store): Store =>
      withMethod(store, async (...args) => {
        const outcome = await store.acceptInbound(...args);
        lost += 1;
        if (lost === 1) throw new GatewayError('STORE_UNAVAILABLE', { detail: 'the answer of the store was lost' });
        return outcome;
      });
    await withReceiver(
      { profile: 'osb-rm-s', sync: true },
      async (at) => {
        const one = draft(at, [{ contentId: 'large@gemeente.test', body: LARGE }]);
        const request = pack(await sealDraft(one, at.agreement), one.parts);
        assert.equal((await at.here.post(request)).status, 503);
        const answer = await at.here.post(request);
        assert.match(answer.body.toString(), /<eb:Acknowledgment /);
        const message = await at.here.gateway.messages.find(one.message.header.messageData.messageId);
        assert.deepEqual(await payloadsOf(at.here, message), [LARGE]);
        assert.equal(filesOf(at.here).length, 1);
      },
      { store: losing },
    );
  });

  it('K9 fails before it commits: 503, and no payload is left behind', async () => {
    let failing = true;
    const failingStore = (store: Store): Store =>
      withMethod(store, (...args) =>
        failing ? Promise.reject(new GatewayError('STORE_UNAVAILABLE')) : store.acceptInbound(...args),
      );
    await withReceiver(
      { profile: 'osb-rm-s', sync: true },
      async (at) => {
        const one = draft(at, [{ contentId: 'large@gemeente.test', body: LARGE }]);
        const request = pack(await sealDraft(one, at.agreement), one.parts);
        assert.equal((await at.here.post(request)).status, 503);
        assert.deepEqual(filesOf(at.here), []);
        failing = false;
        await requireAccepted(at, request);
      },
      { store: failingStore },
    );
  });

  it('K8 a key that is missing for the receipt is our trouble: 503, accepted once the key is there', () =>
    withReceiver(
      { profile: 'osb-rm-s', sync: true },
      async (at) => {
        const one = draft(at);
        const answer = await at.here.post(pack(await sealDraft(one, at.agreement), one.parts));
        assert.equal(answer.status, 503);
        assert.ok(Number(answer.headers.get('retry-after')) > 0);
        assert.equal((await at.here.store.listMessages({ limit: 1 })).items.length, 0);
      },
      { keys: [] },
    ));
});

/** The store with another `acceptInbound`: everything else is the real one. */
function withMethod(store: Store, acceptInbound: Store['acceptInbound']): Store {
  return withMembers(store, { acceptInbound });
}

function withMembers(store: Store, members: Partial<Store>): Store {
  return new Proxy(store, {
    get(target, name) {
      if (Object.hasOwn(members, name)) return Reflect.get(members, name);
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function refused(): Promise<never> {
  return Promise.reject(new GatewayError('STORE_UNAVAILABLE', { detail: 'disk full' }));
}

function filesOf({ folder }: TestGateway): readonly string[] {
  const entries = readdirSync(join(folder, 'payloads'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}
