import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFolderHandover } from '../../../adapters/filesystem/inbox/folder-handover.ts';
import { handedMessage, openFilesApplication } from '../../setup/files-application.ts';
import type { FilesApplication } from '../../setup/files-application.ts';
import { openGemeente, openOutboxAt, sentBy, TERMS } from '../../setup/files-outbox.ts';
import { MovableClock } from '../../setup/msh-pair.ts';

const TIME_MS = 300_000;
/** More than there are: the process that gets through ends the test. */
const MOST_STEPS = 60;

/** Whether it died; a process that fails in another way fails the test. */
function diesAt(program: string, ...args: readonly string[]): boolean {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const { signal, status, stderr } = spawnSync(process.execPath, [file, ...args], { timeout: 30_000 });
  if (signal === 'SIGKILL') return true;
  assert.equal(status, 0, stderr.toString());
  return false;
}

describe('a gateway that is killed between two steps of placing a message in an inbox', function () {
  this.timeout(TIME_MS);

  for (const layout of ['files', 'folder'] as const) {
    it(`K16 places it once and whole, whether the application took what it saw or not (${layout})`, async () => {
      let step = 1;
      for (; step < MOST_STEPS; step++) {
        const at = openFilesApplication();
        try {
          const died = diesAt('deliver-and-die.ts', at.inbox, layout, String(step));
          requireWhole(at.inbox);
          for (const takes of [false, true]) await recover(at, { layout, takes, step });
          if (!died) break;
        } finally {
          at.remove();
        }
      }
      assert.ok(step > 10 && step < MOST_STEPS, `${step} steps`);
    });
  }
});

function visible(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => !name.startsWith('.'));
}

function filesIn(folder: string): readonly string[] {
  return visible(folder).flatMap((name) => (/\.(?:xml|json)$/.test(name) ? [name] : readdirSync(join(folder, name))));
}

describe('a gateway that is killed between two steps of taking a message out of an outbox', function () {
  this.timeout(TIME_MS);

  it('K4 K16 sends it once, under one MessageId, and leaves its files in one place', async () => {
    let step = 1;
    for (; step < MOST_STEPS; step++) {
      const at = openFilesApplication();
      const folder = join(at.root, 'gateway');
      try {
        mkdirSync(folder);
        at.send('a.json', { ...TERMS, payloads: [{ file: 'a.xml' }] }, { 'a.xml': '<a/>' });
        const died = diesAt('send-and-die.ts', at.root, folder, String(step));
        await requireSentOnce(at, folder, step);
        if (!died) break;
      } finally {
        rmSync(at.root, { recursive: true, force: true });
      }
    }
    assert.ok(step > 8 && step < MOST_STEPS, `${step} steps`);
  });
});

/** Two gateways go on at once, in a copy of what the crash left. */
async function recover(
  at: FilesApplication,
  { layout, takes, step }: { readonly layout: 'files' | 'folder'; readonly takes: boolean; readonly step: number },
): Promise<void> {
  const inbox = join(at.root, `in-${takes}`);
  const taken = join(at.root, `taken-${takes}`);
  cpSync(at.inbox, inbox, { recursive: true });
  mkdirSync(taken);
  if (takes) for (const name of visible(inbox)) renameSync(join(inbox, name), join(taken, name));
  const message = handedMessage({ attempt: 2 }, ['<a/>', '<b/>']);
  const gateways = [0, 1].map(() => createFolderHandover({ inbox, layout }));
  await Promise.all(gateways.map((gateway) => gateway.deliver(message)));
  const all = [...filesIn(inbox), ...filesIn(taken)].sort();
  assert.deepEqual(
    all.map((name) => name.slice(name.lastIndexOf('_') + 33)),
    ['.1.xml', '.2.xml', '.json'],
    `killed at step ${step}`,
  );
}

/** Where the sidecar is, everything is. */
function requireWhole(inbox: string): void {
  const files = filesIn(inbox);
  if (files.some((name) => name.endsWith('.json'))) assert.equal(files.length, 3);
}

/** After the restart, by two at once. */
async function requireSentOnce(at: FilesApplication, folder: string, step: number): Promise<void> {
  const clock = new MovableClock();
  const here = await openGemeente({ clock, folder });
  const outbox = openOutboxAt({ here, clock }, {}, at);
  try {
    await Promise.all([outbox.picker.look(), outbox.open().look()]);
    await outbox.picker.look();
    const [message, ...others] = await sentBy(here);
    assert.equal(others.length, 0, `sent twice after a kill at step ${step}`);
    const [sent, ...again] = at.settled('sent');
    assert.deepEqual([again, at.settled('refused'), at.waiting()], [[], [], []], `step ${step}`);
    assert.equal(sent?.outcome['messageId'], message?.messageId);
    assert.deepEqual(sent?.files, ['a.json', 'a.json.sent.json', 'a.xml']);
    assert.equal(readFileSync(join(sent?.folder ?? '', 'a.xml'), 'utf8'), '<a/>');
  } finally {
    await outbox.close();
    await here.close(true);
  }
}
