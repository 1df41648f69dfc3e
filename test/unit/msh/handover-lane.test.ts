import assert from 'node:assert/strict';
import { backoffMs } from '../../../src/msh/handover/backoff.ts';
import { Lane } from '../../../src/msh/handover/lane.ts';
import type { HandedMessage } from '../../../src/ports/handover.ts';
import type { PayloadStore } from '../../../src/ports/payload-store.ts';
import type { Store } from '../../../src/ports/store.ts';
import { Translations } from '../../../src/msh/translation/translations.ts';
import { openPayloadFiles } from '../../../src/store/files/payload-files.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { accept, filePart, inbound, T0 } from '../../conformance/store/records.ts';
import { ManualClock } from '../../setup/manual-clock.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';

const quiet = (): void => undefined;
const LOG = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const TEN_MINUTES = 10 * 60_000;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const until = async (done: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await done())) await turn();
};

describe('the lane of a destination', () => {
  const folder = temporaryFolder();
  let clock: ManualClock;
  let store: Store;
  let payloads: PayloadStore;
  let lane: Lane;
  let handed: string[];
  let deliver: (message: HandedMessage) => Promise<void>;

  const openLane = (concurrency: number): Lane => {
    const handover = {
      deliver(message: HandedMessage): Promise<void> {
        handed.push(message.messageId);
        return deliver(message);
      },
    };
    const translations = new Translations({ routes: [], limit: 0, payloads });
    const parts = { store, payloads, translations, clock, log: LOG, random: () => 1 };
    return new Lane(parts, { destination: 'desk', handover, concurrency });
  };

  beforeEach(async () => {
    clock = new ManualClock(T0);
    store = await openStore({ url: 'sqlite::memory:', clock });
    payloads = await openPayloadFiles({ directory: folder() });
    handed = [];
    deliver = () => Promise.resolve();
    lane = openLane(2);
    lane.start();
  });
  afterEach(async () => {
    await lane.stop();
    await store.close();
  });

  const arrive = async (...ids: readonly string[]): Promise<void> => {
    for (const messageId of ids)
      await accept(store, inbound({ messageId, destination: 'desk', storedAt: clock.now() }));
    lane.wake();
  };
  const isTaken = async (id: string): Promise<boolean> => (await store.findMessage(id))?.state === 'TAKEN';

  it('1 s, doubled up to 5 min, of which a random half is left out', () => {
    const waits = [1, 2, 3, 9, 10, 99].map((failures) => backoffMs(failures, () => 1));
    assert.deepEqual(waits, [1_000, 2_000, 4_000, 256_000, 300_000, 300_000]);
    assert.equal(
      backoffMs(1, () => 0),
      500,
    );
  });

  it('no more at a time than it has places, and each place that becomes free is filled', async () => {
    const open: (() => void)[] = [];
    deliver = () => new Promise((resolve) => open.push(resolve));
    await arrive('1@x', '2@x', '3@x');
    await until(() => handed.length === 2);
    for (let round = 0; round < 20; round++) await turn();
    assert.deepEqual(handed, ['1@x', '2@x']);
    open.shift()?.();
    await until(() => handed.length === 3);
    for (const confirm of open) confirm();
    await until(() => isTaken('3@x'));
  });

  it('what is under way is no more in memory than 64 MiB of payload, and what ends makes room', async () => {
    const open: (() => void)[] = [];
    deliver = () => new Promise((resolve) => open.push(resolve));
    await lane.stop();
    lane = openLane(1_000);
    for (let index = 0; index < 66; index++)
      await accept(
        store,
        inbound({ messageId: `${index}@x`, destination: 'desk', payloads: [filePart(`aa/${index}`)], storedAt: T0 }),
      );
    lane.start();
    await until(() => handed.length === 64);
    for (let round = 0; round < 20; round++) await turn();
    assert.equal(handed.length, 64);
    open.shift()?.();
    await until(() => handed.length === 65);
    deliver = () => Promise.resolve();
    for (const confirm of open) confirm();
    await until(() => isTaken('65@x'));
  });

  it('what was confirmed is noted, and what comes next is claimed, with one commit', async () => {
    await lane.stop();
    lane = openLane(1);
    const ids = Array.from({ length: 20 }, (_, index) => `${index}@x`);
    await arrive(...ids);
    const before = (await store.stats()).commits;
    lane.start();
    await until(() => isTaken('19@x'));
    await lane.stop();
    assert.deepEqual(handed, ids);
    // The first is claimed by itself; and at the end there is nothing more to claim.
    assert.ok((await store.stats()).commits - before <= ids.length + 2);
  });

  it('a destination that says nothing has failed after ten minutes, and keeps no place', async () => {
    deliver = () => new Promise(() => undefined);
    await arrive('1@x');
    await until(() => clock.isSet(T0 + TEN_MINUTES));
    clock.advance(TEN_MINUTES);
    await until(async () => (await store.findMessage('1@x'))?.handover?.failure !== undefined);
    assert.equal((await store.findMessage('1@x'))?.handover?.failure?.code, 'HANDOVER_FAILED');
    deliver = () => Promise.resolve();
    await until(() => clock.isSet(clock.now() + 1_000));
    clock.advance(1_000);
    await until(() => isTaken('1@x'));
  });

  it('one success after three failures in a row: all that waits is tried at once', async () => {
    deliver = () => Promise.reject(new Error('down'));
    for (const id of ['1@x', '2@x', '3@x']) await arrive(id);
    await until(async () => (await store.handovers.waiting())[0]?.failing === 3);
    deliver = () => Promise.resolve();
    await arrive('4@x');
    for (const id of ['4@x', '1@x', '2@x', '3@x']) await until(() => isTaken(id));
    assert.equal(clock.now(), T0);
  });

  it('ready: who is there again is tried at once', async () => {
    deliver = () => Promise.reject(new Error('down'));
    await arrive('1@x');
    await until(async () => (await store.handovers.waiting())[0]?.failing === 1);
    deliver = () => Promise.resolve();
    lane.ready();
    await until(() => isTaken('1@x'));
    assert.deepEqual(handed, ['1@x', '1@x']);
  });

  it('stop: what is under way is confirmed, and nothing more is handed over', async () => {
    const confirm = Promise.withResolvers<void>();
    deliver = () => confirm.promise;
    await arrive('1@x');
    await until(() => handed.length === 1);
    const stopped = lane.stop();
    await arrive('2@x');
    confirm.resolve();
    await stopped;
    assert.deepEqual([handed, await isTaken('1@x')], [['1@x'], true]);
  });
});
