import { skipUnless } from '../../setup/skip.ts';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { GatewayError } from '../../../src/errors.ts';
import type { ConsultationOwner } from '../../../src/ports/consultations.ts';
import type { Consultation, ConsultationEnd, ConsultationLog, ConsultationQuery } from '../../../src/ports/store.ts';
import { MINUTE, octets, plain, T0 } from './records.ts';
import type { UseStore } from './store-under-test.ts';

const OIN = '00000099000000001000';
const PARTY = '00000099000000003000';

export function consultation(more: Partial<Consultation> = {}): Consultation {
  const id = more.id ?? randomUUID();
  return {
    id,
    role: 'provider',
    service: 'echo',
    party: PARTY,
    operation: 'Echo',
    partner: OIN,
    tlsOin: undefined,
    at: T0,
    messageId: `urn:uuid:${id}`,
    answerId: undefined,
    result: 'running',
    code: undefined,
    detail: undefined,
    durationMs: undefined,
    remote: '127.0.0.1',
    ...more,
  };
}

export const ANSWERED: ConsultationEnd = {
  result: 'answered',
  code: undefined,
  detail: undefined,
  durationMs: 12,
  answerId: 'urn:uuid:answer',
};

export function exerciseConsultations(use: UseStore): void {
  describe('consultations', () => {
    it('what began is found as it was told, and without bodies', async () => {
      const full = consultation({
        tlsOin: '00000099000000009000',
        code: 'WUS_REPLAY',
        detail: 'why',
        result: 'refused',
      });
      const bare = consultation({
        party: undefined,
        operation: undefined,
        partner: undefined,
        messageId: undefined,
        remote: undefined,
      });
      for (const one of [full, bare]) {
        await use().store.consultations.begin(one);
        const found = await use().store.consultations.find(one.id);
        assert.deepEqual(plain(found), plain({ ...one, request: undefined, answer: undefined }));
      }
      assert.equal(await use().store.consultations.find('unknown'), undefined);
    });

    it('of a call that an application named comes once, unless it may come again', async () => {
      const { consultations } = use().store;
      const [one, two, other, again] = [consultation(), consultation(), consultation(), consultation()];
      const call = { application: 'amqp', key: 'vraag-1', again: false };
      await consultations.begin(one, call);
      await consultations.end(one.id, ANSWERED);
      await assert.rejects(consultations.begin(two, call), {
        code: 'CALL_REPEATED',
        detail: `consultation ${one.id}: answered`,
      });
      assert.equal(await consultations.find(two.id), undefined);
      await consultations.begin(other, { ...call, application: 'zaak' });
      await consultations.begin(again, { ...call, again: true });
      await consultations.end(again.id, { ...ANSWERED, result: 'failed', code: 'WUS_PEER_TIMEOUT' });
      await assert.rejects(consultations.begin(two, call), {
        detail: `consultation ${again.id}: failed, WUS_PEER_TIMEOUT`,
      });
    });

    it('of a call that was removed is forgotten with its name', async () => {
      const { consultations } = use().store;
      const call = { application: 'amqp', key: 'vraag-2', again: false };
      await consultations.begin(consultation({ at: T0 }), call);
      assert.equal(await consultations.purge(T0 + 1, 10), 1);
      await consultations.begin(consultation({ at: T0 + 2 }), call);
    });

    it('is found by its partner, and by the OIN of TLS where none was proven', async () => {
      const oin = '00000099000000008000';
      const refused = consultation({ partner: undefined, tlsOin: oin });
      const proven = consultation({ partner: oin, tlsOin: '00000099000000007000' });
      const between = consultation({ tlsOin: oin });
      for (const one of [refused, proven, between]) await use().store.consultations.begin(one);
      const { items } = await use().store.consultations.list({ partner: oin, limit: 10 });
      assert.deepEqual(items.map(({ id }) => id).sort(), [refused.id, proven.id].sort());
    });

    it('its end completes it, with the bodies where they are given', async () => {
      const [kept, bare] = [consultation(), consultation()];
      await Promise.all([kept, bare].map((one) => use().store.consultations.begin(one)));
      const content = { request: octets('<a/>'), answer: octets('<b/>') };
      await use().store.consultations.end(kept.id, { ...ANSWERED, content });
      await use().store.consultations.end(bare.id, {
        ...ANSWERED,
        result: 'failed',
        code: 'BACKEND_TIMEOUT',
        detail: 'x',
        answerId: undefined,
      });
      assert.deepEqual(
        plain(await use().store.consultations.find(kept.id)),
        plain({ ...kept, ...ANSWERED, ...content }),
      );
      const failed = { result: 'failed', code: 'BACKEND_TIMEOUT', detail: 'x', durationMs: 12 };
      assert.deepEqual(
        plain(await use().store.consultations.find(bare.id)),
        plain({ ...bare, ...failed, request: undefined, answer: undefined }),
      );
    });

    it('the end of one that is not there changes nothing', async () => {
      await use().store.consultations.end('unknown', {
        ...ANSWERED,
        content: { request: octets('x'), answer: undefined },
      });
      assert.deepEqual(await use().store.consultations.list({ limit: 10 }), { items: [], next: undefined });
    });

    it('come newest first, page by page, each exactly once, also where several are of one moment', async () => {
      for (let i = 0; i < 7; i++)
        await use().store.consultations.begin(consultation({ id: `${i}`, at: T0 + Math.floor(i / 3) }));
      assert.deepEqual(await allPages(use().store.consultations, { limit: 3 }), [
        ['6', '5', '4'],
        ['3', '2', '1'],
        ['0'],
      ]);
    });

    it('every filter chooses, alone and together', async () => {
      await use().store.consultations.begin(consultation({ id: 'a', role: 'consumer', at: T0 }));
      await use().store.consultations.begin(consultation({ id: 'b', service: 'register', at: T0 + 1 }));
      await use().store.consultations.begin(consultation({ id: 'c', operation: 'Vraag', at: T0 + 2 }));
      await use().store.consultations.begin(consultation({ id: 'd', partner: '00000099000000002000', at: T0 + 3 }));
      await use().store.consultations.begin(consultation({ id: 'e', messageId: 'urn:uuid:e', at: T0 + 4 }));
      await use().store.consultations.end('e', ANSWERED);
      await use().store.consultations.begin(consultation({ id: 'f', result: 'refused', at: T0 + 5 }));
      assert.deepEqual(await chosen(use, { role: 'consumer' }), ['a']);
      assert.deepEqual(await chosen(use, { service: 'register' }), ['b']);
      assert.deepEqual(await chosen(use, { operation: 'Vraag' }), ['c']);
      assert.deepEqual(await chosen(use, { partner: '00000099000000002000' }), ['d']);
      assert.deepEqual(await chosen(use, { messageId: 'urn:uuid:e' }), ['e']);
      assert.deepEqual(await chosen(use, { result: 'answered' }), ['e']);
      assert.deepEqual(await chosen(use, { result: 'refused' }), ['f']);
      assert.deepEqual(await chosen(use, { since: T0 + 1, until: T0 + 3 }), ['c', 'b']);
      assert.deepEqual(await chosen(use, { service: 'echo', result: 'running', role: 'provider', until: T0 + 4 }), [
        'd',
        'c',
      ]);
    });

    it('those of an owner are of its parties, services and operations; what is not known is of nobody who is limited in it', async () => {
      const { consultations } = use().store;
      await consultations.begin(consultation({ id: 'a' }));
      await consultations.begin(consultation({ id: 'b', party: '00000099000000004000' }));
      await consultations.begin(consultation({ id: 'c', party: undefined }));
      await consultations.begin(consultation({ id: 'd', service: 'register' }));
      await consultations.begin(consultation({ id: 'e', operation: 'Vraag' }));
      await consultations.begin(consultation({ id: 'f', operation: undefined }));
      const everybody = { parties: undefined, services: undefined, operations: undefined };
      const own = (more: Partial<ConsultationOwner>): Promise<readonly string[]> =>
        chosen(use, { owner: { ...everybody, ...more } }).then((ids) => ids.toSorted());
      assert.deepEqual(await own({}), ['a', 'b', 'c', 'd', 'e', 'f']);
      assert.deepEqual(await own({ parties: [PARTY] }), ['a', 'd', 'e', 'f']);
      assert.deepEqual(await own({ services: ['register', 'echo'], parties: ['00000099000000004000'] }), ['b']);
      assert.deepEqual(await own({ operations: ['Echo'], services: ['echo'], parties: [PARTY] }), ['a']);
      assert.deepEqual(await own({ parties: [] }), []);
    });

    it('a cursor that is not one of this list is REQUEST_INVALID', async () => {
      await assert.rejects(use().store.consultations.list({ limit: 1, cursor: 'bm9uZQ' }), invalid);
    });

    it('what could be replayed is what partners asked and was not refused, since then', async () => {
      await use().store.consultations.begin(consultation({ messageId: 'old', at: T0 }));
      await use().store.consultations.begin(consultation({ messageId: 'new', at: T0 + 1 }));
      await use().store.consultations.begin(consultation({ messageId: 'ended', at: T0 + 2 }));
      await use().store.consultations.begin(consultation({ messageId: 'refused', result: 'refused', at: T0 + 3 }));
      await use().store.consultations.begin(consultation({ messageId: 'ours', role: 'consumer', at: T0 + 3 }));
      await use().store.consultations.begin(consultation({ messageId: undefined, at: T0 + 3 }));
      assert.deepEqual(await use().store.consultations.replayable(T0 + 1), [
        { partner: OIN, messageId: 'new', at: T0 + 1 },
        { partner: OIN, messageId: 'ended', at: T0 + 2 },
      ]);
    });

    it('a purge removes the oldest with their bodies, no more than it may, and nothing that is newer', async () => {
      for (let i = 0; i < 5; i++) {
        await use().store.consultations.begin(consultation({ id: `${i}`, at: T0 + i * MINUTE }));
        await use().store.consultations.end(`${i}`, {
          ...ANSWERED,
          content: { request: octets('<a/>'), answer: undefined },
        });
      }
      assert.equal(await use().store.consultations.purge(T0 + 3 * MINUTE, 2), 2);
      assert.deepEqual(await chosen(use, {}), ['4', '3', '2']);
      assert.equal(await use().store.consultations.purge(T0 + 3 * MINUTE, 2), 1);
      assert.equal(await use().store.consultations.purge(T0 + 3 * MINUTE, 2), 0);
      assert.equal(await use().store.consultations.find('2'), undefined);
      assert.deepEqual((await use().store.consultations.find('3'))?.request?.length, 4);
    });

    it('are there after the store was closed and opened again, the one that ran as running', async function () {
      const { reopen } = use();
      skipUnless(this, reopen !== undefined, 'this store forgets');
      if (reopen === undefined) return;
      const one = consultation();
      await use().store.consultations.begin(one);
      const again = await reopen();
      assert.deepEqual(plain((await again.consultations.list({ limit: 10 })).items), plain([one]));
    });
  });
}

async function chosen(use: UseStore, query: Partial<ConsultationQuery>): Promise<readonly string[]> {
  return (await use().store.consultations.list({ limit: 10, ...query })).items.map(({ id }) => id);
}

function invalid(error: unknown): boolean {
  return error instanceof GatewayError && error.code === 'REQUEST_INVALID';
}

async function allPages(log: ConsultationLog, query: ConsultationQuery): Promise<readonly (readonly string[])[]> {
  const page = await log.list(query);
  const ids = page.items.map(({ id }) => id);
  return page.next === undefined ? [ids] : [ids, ...(await allPages(log, { ...query, cursor: page.next }))];
}
