import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AmqpSettings } from '../../../adapters/amqp/amqp-adapter.ts';
import { amqpSettings, openQueueApplication, type QueueApplication } from '../../setup/amqp-place.ts';
import { contract, cpaIdOf } from '../../setup/msh-contracts.ts';
import { BROKER_HOOK_MS, hasRabbitmq, NO_RABBITMQ, testBroker } from '../../setup/servers/rabbitmq.ts';
import { skipUnless } from '../../setup/skip.ts';
import { startTold, type ToldProcess } from '../../setup/told-process.ts';

const PROGRAM = join(import.meta.dirname, 'bridge-on-command.ts');
const CROWD = 40;
const CPA_ID = cpaIdOf(contract({ profile: 'osb-rm' }));

interface Listed {
  readonly messageId: string;
  readonly direction: 'in' | 'out';
  readonly state: string;
}

describe('a gateway that is killed between two steps of the bridge', function () {
  this.timeout(60_000);
  let application: QueueApplication;
  let settings: AmqpSettings;
  let folder = '';
  let running: ToldProcess | undefined;

  before(async function () {
    this.timeout(BROKER_HOOK_MS);
    skipUnless(this, hasRabbitmq(), NO_RABBITMQ);
    const { url } = await testBroker();
    application = await openQueueApplication(url);
    settings = amqpSettings(url);
    folder = mkdtempSync(join(tmpdir(), 'postiljon-test-bridge-'));
  });

  after(async () => {
    await running?.end();
    await application?.close();
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  const moments = [
    'before submit',
    'after submit',
    'before publish',
    'after publish',
    'before confirm',
    'after confirm',
  ];
  for (const [index, moment] of moments.entries()) {
    it(`${moment}: the document arrives, and under one MessageId only`, async () => {
      running = await startTold(PROGRAM, folder, JSON.stringify(settings), moment);
      const queue = await application.bind(settings, 'received.#');
      const document = randomBytes(3000);
      const died = running.tell('wait');
      await application.send(settings, CPA_ID, document, { messageId: `order-${index}` });
      assert.equal(await died, 'undefined');

      running = await startTold(PROGRAM, folder, JSON.stringify(settings), 'never');
      const listed = await settled(running, index + 1);
      assert.deepEqual(
        listed.map(({ state }) => state),
        [...Array(index + 1).fill('DELIVERED'), ...Array(index + 1).fill('TAKEN')],
      );
      await running.end();
      running = undefined;

      const [first, ...repeats] = await everything(queue);
      assert.deepEqual(first?.content, document);
      const sent = listed.filter(({ direction }) => direction === 'out').map(({ messageId }) => messageId);
      assert.ok(sent.includes(String(first?.properties.messageId)));
      for (const repeat of repeats) assert.equal(repeat.properties.messageId, first?.properties.messageId);
      assert.equal(repeats.length, moment === 'after publish' || moment === 'before confirm' ? 1 : 0);
      assert.deepEqual(await everything(settings.sendQueue), []);
      assert.deepEqual(await everything(settings.refused), []);
      await application.channel.deleteQueue(queue);
    });
  }

  /** Which time of the step; many are confirmed at once, so that the first is in the middle of the crowd. */
  const crowded = [
    ['after submit', 20],
    ['after publish', 20],
    ['before confirm', 1],
    ['after confirm', 1],
  ] as const;
  for (const [moment, time] of crowded) {
    it(`${moment} in the middle of a crowd: every document arrives, and none under two MessageIds`, async () => {
      const place = { ...amqpSettings(settings.url), folder: mkdtempSync(join(folder, 'crowd-')) };
      running = await startTold(PROGRAM, place.folder, JSON.stringify(place), moment, String(time));
      const queue = await application.bind(place, 'received.#');
      const documents = Array.from({ length: CROWD }, (_, index) => Buffer.from(`document ${index}`));
      const died = running.tell('wait');
      await Promise.all(
        documents.map((document, index) => application.send(place, CPA_ID, document, { messageId: `order-${index}` })),
      );
      assert.equal(await died, 'undefined');

      running = await startTold(PROGRAM, place.folder, JSON.stringify(place), 'never');
      const listed = await settled(running, CROWD);
      assert.equal(listed.length, 2 * CROWD);
      await running.end();
      running = undefined;

      const ids = new Map<string, Set<string>>();
      for (const { content, properties } of await everything(queue)) {
        const of = ids.get(content.toString()) ?? new Set();
        ids.set(content.toString(), of.add(String(properties.messageId)));
      }
      assert.deepEqual([...ids.keys()].toSorted(), documents.map(String).toSorted());
      for (const of of ids.values()) assert.equal(of.size, 1);
      assert.deepEqual(await everything(place.sendQueue), []);
      assert.deepEqual(await everything(place.refused), []);
      await application.channel.deleteQueue(queue);
    });
  }

  async function everything(queue: string): Promise<NonNullable<Awaited<ReturnType<QueueApplication['look']>>>[]> {
    const found = [];
    for (let one = await application.look(queue); one !== undefined; one = await application.look(queue))
      found.push(one);
    return found;
  }
});

/** What the store knows once nothing is open any more; sent ones first. */
async function settled(bridge: ToldProcess, documents: number): Promise<readonly Listed[]> {
  for (;;) {
    const listed: readonly Listed[] = JSON.parse(await bridge.tell('messages'));
    const done = listed.filter(({ state }) => state === 'DELIVERED' || state === 'TAKEN');
    if (done.length === listed.length && listed.length >= 2 * documents)
      return listed.toSorted((a, b) => b.direction.localeCompare(a.direction));
  }
}
