import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../../src/clock.ts';
import { GatewayError } from '../../../src/errors.ts';
import type { Adapter } from '../../../src/index.ts';
import { createEgress } from '../../../src/transport/egress-client.ts';
import { ACTION, base64, OIN_A, openRestGateway, TERMS } from '../rest/rest-gateway.ts';
import type { RestGateway } from '../rest/rest-gateway.ts';
import { createJsonLines } from './json-lines.ts';

const quiet = (): void => undefined;
const LOG = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const HOST = {
  clock: systemClock,
  log: LOG,
  random: () => 0,
  source: 'urn:x',
  apiUrl: () => '',
  egress: createEgress,
  backends: { serve: quiet },
};
const PAYLOADS = [{ contentType: 'text/plain', content: base64('één') }];

const untilTaken = async (rest: RestGateway, count: number): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = (): void => {
    rest.events().then((all) => {
      if (all.filter(({ type }) => type === 'message.taken').length >= count) resolve();
    }, reject);
  };
  const end = rest.gateway.events.subscribe(look);
  look();
  await promise.finally(end);
};

describe('the adapter of adapters/README.md', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'postiljon-lines-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const opened = async (): Promise<{ readonly rest: RestGateway; readonly adapter: Adapter }> => {
    let adapter: Adapter | undefined;
    const rest = await openRestGateway({}, undefined, {
      routes: [{ action: ACTION, destination: 'lines:a' }],
      random: () => 0,
      prepare(gateway) {
        const settings = { name: 'a', file: join(folder, 'messages'), journal: join(folder, 'journal') };
        adapter = createJsonLines(settings, { gateway, ...HOST });
      },
    });
    return { rest, adapter: adapter ?? assert.fail('it was not made') };
  };
  const linesOf = (name: string): readonly unknown[] =>
    readFileSync(join(folder, name), { encoding: 'utf8', flag: 'a+' })
      .split('\n')
      .filter((line) => line !== '')
      .map((line): unknown => JSON.parse(line));
  it('stands there as it is tested here', () => {
    const root = fileURLToPath(new URL('../../..', import.meta.url));
    const source = readFileSync(join(root, 'test/unit/adapters/json-lines.ts'), 'utf8');
    assert.ok(readFileSync(join(root, 'adapters/README.md'), 'utf8').includes(`\`\`\`ts\n${source}\`\`\``));
    assert.ok(source.split('\n').length < 100);
  });

  it('gets what is routed to it once it has started, and tells events after the fact', async () => {
    const { rest, adapter } = await opened();
    try {
      await rest.submit({ ...TERMS, messageId: 'een@test', payloads: PAYLOADS });
      await rest.delivered('een@test');
      await adapter.start();
      await untilTaken(rest, 1);
      await rest.submit({ ...TERMS, messageId: 'twee@test', payloads: PAYLOADS });
      await untilTaken(rest, 2);
      assert.deepEqual(
        linesOf('messages').map((line) => Object.values(Object(line)).slice(0, 3)),
        ['een@test', 'twee@test'].map((id) => [id, `urn:osb:oin:${OIN_A}`, ACTION]),
      );
      assert.partialDeepStrictEqual(linesOf('messages')[0], { payloads: PAYLOADS.map(({ content }) => content) });
      // Events are told after the fact: what is not told at a stop is told after the next start.
      const told = { type: 'message.taken', messageId: 'twee@test' };
      const isTold = (line: unknown): boolean =>
        Object(line).type === told.type && Object(line).messageId === told.messageId;
      while (!linesOf('journal').some(isTold)) await setImmediate();
      await rest.gateway.handovers.stop();
      assert.partialDeepStrictEqual(linesOf('journal').slice(-1), [told]);
      const { ok, findings } = await rest.gateway.audit();
      assert.deepEqual([ok, findings], [true, []]);
    } finally {
      await rest.gateway.handovers.stop();
      await adapter.stop();
      await rest.close();
    }
  });

  it('a name that is taken is CONFIG_INVALID', async () => {
    const { rest, adapter } = await opened();
    const again = (): Adapter => createJsonLines({ name: 'a', file: folder }, { gateway: rest.gateway, ...HOST });
    assert.throws(again, (error) => error instanceof GatewayError && error.code === 'CONFIG_INVALID');
    await adapter.stop();
    await rest.close();
  });
});
