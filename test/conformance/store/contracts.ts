import assert from 'node:assert/strict';
import { GatewayError } from '../../../src/errors.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import type { CpaRecord } from '../../../src/ports/store.ts';
import type { UseStore } from './store-under-test.ts';
import { accept, conclusion, inbound, octets, outbound, plain, T0 } from './records.ts';

const CPA: CpaRecord = { cpaId: 'cpa-1', bytes: octets('<cpa/>'), active: true, importedAt: T0 };

export function exerciseContracts(use: UseStore): void {
  describe('contracts', () => {
    it('a saved CPA is listed byte for byte', async () => {
      const { cpas } = use().store;
      await cpas.save(CPA);
      await cpas.save({ ...CPA, cpaId: 'cpa-0', active: false });
      assert.deepEqual(plain(await cpas.list()), plain([{ ...CPA, cpaId: 'cpa-0', active: false }, CPA]));
    });

    it('the same bytes again change nothing but active', async () => {
      const { cpas } = use().store;
      await cpas.save(CPA);
      await cpas.save({ ...CPA, active: false, importedAt: T0 + 1 });
      assert.deepEqual(plain(await cpas.list()), plain([{ ...CPA, active: false }]));
    });

    it('other bytes under the same id are refused as CPA_EXISTS', async () => {
      const { cpas } = use().store;
      await cpas.save(CPA);
      await assert.rejects(cpas.save({ ...CPA, bytes: octets('<cpa2/>') }), coded('CPA_EXISTS'));
      assert.deepEqual(plain(await cpas.list()), plain([CPA]));
    });

    it('a refused operation takes nothing with it that goes in the same commit', async () => {
      const { store } = use();
      await store.cpas.save(CPA);
      const before = inbound();
      const after = inbound();
      const all = await Promise.allSettled([
        accept(store, before),
        store.cpas.save({ ...CPA, bytes: octets('<cpa2/>') }),
        accept(store, after),
      ]);
      assert.deepEqual(
        all.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      );
      assert.equal((await store.listEvents(0, 10)).length, 2);
      assert.notEqual(await store.findMessage(before.messageId), undefined);
      assert.notEqual(await store.findMessage(after.messageId), undefined);
    });

    it('setActive and remove answer whether there is such a CPA', async () => {
      const { cpas } = use().store;
      await cpas.save(CPA);
      assert.equal(await cpas.setActive('cpa-1', false), true);
      assert.equal((await cpas.list())[0]?.active, false);
      assert.equal(await cpas.setActive('cpa-9', true), false);
      assert.equal(await cpas.remove('cpa-9'), false);
      assert.equal(await cpas.remove('cpa-1'), true);
      assert.deepEqual(await cpas.list(), []);
    });

    it('a CPA with open sent messages is not removed: CPA_IN_USE; after their end, and with received ones, it is', async () => {
      const { store } = use();
      await store.cpas.save(CPA);
      const message = outbound({ cpaId: 'cpa-1' });
      await store.submitOutbound(message);
      await accept(store, inbound({ cpaId: 'cpa-1' }));
      await assert.rejects(store.cpas.remove('cpa-1'), coded('CPA_IN_USE'));
      await store.concludeOutbound(conclusion(message.messageId));
      assert.equal(await store.cpas.remove('cpa-1'), true);
    });

    it('a closed store refuses with STORE_UNAVAILABLE, after it has finished what waited', async () => {
      const { store } = use();
      const last = accept(store, inbound());
      await store.close();
      await last;
      await assert.rejects(store.stats(), coded('STORE_UNAVAILABLE'));
      await store.close();
    });
  });
}

function coded(code: ErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof GatewayError && error.code === code;
}
