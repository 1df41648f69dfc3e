import assert from 'node:assert/strict';
import { event, inbound } from '../../conformance/store/records.ts';
import { base64, json, TERMS } from './rest-gateway.ts';
import { newKey, openSecured } from './rest-access.ts';
import type { SecuredGateway } from './rest-access.ts';
import type { Store } from '../../../src/ports/store.ts';

interface Job {
  readonly id: string;
  readonly state: string;
  readonly total: number | null;
  readonly done: number;
  readonly failed: number;
  readonly failures: readonly { readonly code: string; readonly messageId: string }[];
  readonly endedAt: string | null;
}

/** Searches wait until then. */
function slowSearches(store: Store, until: Promise<void>): Store {
  const listMessages: Store['listMessages'] = (query) => until.then(() => store.listMessages(query));
  return new Proxy(store, {
    get(target, name) {
      if (name === 'listMessages') return listMessages;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

describe('jobs: operations on many messages', () => {
  const [operator, receiver, sender] = [newKey(), newKey(), newKey()];
  let rest: SecuredGateway;
  beforeEach(async () => {
    rest = await openSecured([
      { name: 'beheer', roles: ['operate'], keys: operator.keys },
      { name: 'zaak', roles: ['receive'], keys: receiver.keys },
      { name: 'zender', roles: ['send'], keys: sender.keys },
    ]);
  });
  afterEach(() => rest.close());

  const start = (bearer: string, body: object, key?: string): Promise<Response> =>
    rest.as(bearer, '/api/v1/jobs', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(key === undefined ? {} : { 'Idempotency-Key': key }) },
      body: JSON.stringify(body),
    });
  const ended = async (bearer: string, body: object, key?: string): Promise<Job> => {
    let response = await start(bearer, body, key);
    while (response.status === 503) response = await start(bearer, body, key);
    assert.equal(response.status, 202);
    for (;;) {
      const job = await json<Job>(await rest.as(bearer, String(response.headers.get('location'))));
      if (job.endedAt !== null) return job;
    }
  };
  const sent = async (count: number): Promise<readonly string[]> => {
    const ids = Array.from({ length: count }, (_, index) => `m${index}@jobs.test`);
    for (const messageId of ids) {
      const payloads = [{ contentType: 'text/plain', content: base64(messageId) }];
      await rest.as(sender.bearer, '/api/v1/messages', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ ...TERMS, messageId, payloads }),
      });
      await rest.delivered(messageId);
    }
    return ids;
  };
  const count = async (query: object): Promise<number> =>
    (await rest.gateway.messages.list({ limit: 100, ...query })).items.length;

  it('resend sends all of a search once more, and the same key sends nothing twice', async () => {
    await sent(3);
    const asked = { operation: 'resend', query: { state: 'DELIVERED', q: 'jobs.test' } };
    const first = await ended(operator.bearer, asked, 'herstel-1');
    assert.deepEqual([first.state, first.total, first.done, first.failed], ['done', 3, 3, 0]);
    assert.equal(await count({ direction: 'out' }), 6);
    assert.equal((await ended(operator.bearer, asked, 'herstel-1')).id, first.id);
    assert.equal(await count({ direction: 'out' }), 6);
    const other = await start(operator.bearer, { ...asked, query: { state: 'FAILED' } }, 'herstel-1');
    assert.deepEqual([other.status, (await json(other))['code']], [409, 'IDEMPOTENCY_CONFLICT']);
  });

  it('a job that goes on after it was stopped passes over what it did', async () => {
    await sent(2);
    const asked = { operation: 'resend', query: { state: 'DELIVERED', q: 'jobs.test' } };
    const { id } = await json<Job>(await start(operator.bearer, asked, 'herstel-2'));
    const stopped = await rest.as(operator.bearer, `/api/v1/jobs/${id}/stop`, { method: 'POST' });
    assert.equal((await json<Job>(stopped)).state, 'stopped');
    const again = await ended(operator.bearer, asked, 'herstel-2');
    assert.notEqual(again.id, id);
    assert.equal(again.failed, 0);
    assert.equal(await count({ direction: 'out' }), 4);
  });

  it('taken confirms what waits in the inbox, for who may take; what failed says why', async () => {
    await sent(2);
    assert.equal((await start(operator.bearer, { operation: 'taken', query: {} })).status, 403);
    const job = await ended(receiver.bearer, { operation: 'taken', query: {} });
    assert.deepEqual([job.state, job.total, job.done], ['done', 2, 2]);
    assert.equal(await count({ state: 'TAKEN' }), 2);
    const routed = inbound({ messageId: 'elders@jobs.test', destination: 'amqp' });
    await rest.store.acceptInbound(routed, undefined, event('message.received', routed.messageId));
    const failed = await ended(receiver.bearer, { operation: 'taken', query: {} });
    assert.deepEqual(
      failed.failures.map(({ code, messageId }) => [code, messageId]),
      [['MESSAGE_ROUTED', 'elders@jobs.test']],
    );
    assert.deepEqual([failed.done, failed.failed], [0, 1]);
  });

  it('cancel ends what is open', async () => {
    await rest.close();
    rest = await openSecured([{ name: 'beheer', roles: ['operate'], keys: operator.keys }]);
    const { outbound } = await import('../../conformance/store/records.ts');
    for (const messageId of ['een@jobs.test', 'twee@jobs.test'])
      await rest.store.submitOutbound(outbound({ messageId, storedAt: Date.now() + 3_600_000 }));
    const job = await ended(operator.bearer, { operation: 'cancel', query: { state: 'QUEUED' } });
    assert.deepEqual([job.total, job.done], [2, 2]);
    assert.equal(await count({ state: 'CANCELLED' }), 2);
  });

  it('one application has half of the places; the other half is for the others', async () => {
    await rest.close();
    const second = newKey();
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    rest = await openSecured(
      [
        { name: 'beheer', roles: ['operate'], keys: operator.keys },
        { name: 'ander', roles: ['operate'], keys: second.keys },
        { name: 'zaak', roles: ['receive'], keys: receiver.keys },
      ],
      { test: { store: (store) => slowSearches(store, held) } },
    );
    const asked = { operation: 'cancel', query: { state: 'QUEUED' } };
    const answers = async (bearer: string): Promise<unknown> => {
      const response = await start(bearer, asked);
      return [response.status, (await json(response))['code'], response.headers.get('retry-after')];
    };
    const taken = [202, undefined, null];
    for (const _ of [1, 2]) assert.deepEqual(await answers(operator.bearer), taken);
    assert.deepEqual(await answers(operator.bearer), [429, 'TOO_MANY_JOBS', '15']);
    for (const _ of [1, 2]) assert.deepEqual(await answers(second.bearer), taken);
    const full = await start(receiver.bearer, { operation: 'taken', query: {} });
    assert.deepEqual([full.status, (await json(full))['code']], [503, 'BUSY']);
    release();
    assert.equal((await ended(receiver.bearer, { operation: 'taken', query: {} })).state, 'done');
  });

  it('a job of before the gateway was started is 410, and says where to look for what it did', async () => {
    const { id } = await ended(receiver.bearer, { operation: 'taken', query: {} });
    await rest.close();
    rest = await openSecured([{ name: 'zaak', roles: ['receive'], keys: receiver.keys }]);
    for (const [method, path] of [
      ['GET', id],
      ['POST', `${id}/stop`],
    ] as const) {
      const response = await rest.as(receiver.bearer, `/api/v1/jobs/${path}`, { method });
      const problem = await json(response);
      assert.deepEqual([response.status, problem['code']], [410, 'JOB_FORGOTTEN']);
      assert.match(String(problem['remedy']), /search the messages/);
    }
  });

  it('a job of another application is not there, and what is no job is refused', async () => {
    const { id } = await ended(receiver.bearer, { operation: 'taken', query: {} });
    assert.equal((await rest.as(operator.bearer, `/api/v1/jobs/${id}`)).status, 404);
    assert.equal((await rest.as(operator.bearer, `/api/v1/jobs/${id}/stop`, { method: 'POST' })).status, 404);
    assert.equal((await rest.as(sender.bearer, `/api/v1/jobs/${id}`)).status, 403);
    const bad = [
      { operation: 'resend', query: {} },
      { operation: 'resend', query: { state: 'QUEUED' } },
      { operation: 'delete', query: {} },
      { operation: 'cancel', query: { state: 'QUEUED', owner: null } },
      { operation: 'cancel' },
    ];
    assert.equal((await start(receiver.bearer, { operation: 'taken', query: { state: 'TAKEN' } })).status, 400);
    for (const body of bad) assert.equal((await start(operator.bearer, body)).status, 400, JSON.stringify(body));
  });
});
