import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createFolderHandover } from '../../../adapters/filesystem/inbox/folder-handover.ts';
import { LedgerSweeper } from '../../../adapters/filesystem/inbox/ledger-sweeper.ts';
import { handedMessage, hostOf, openFilesApplication, OWNER, QUIET_MS } from '../../setup/files-application.ts';
import type { FilesApplication } from '../../setup/files-application.ts';
import { FIXED, openGemeente, openOutboxAt, TERMS } from '../../setup/files-outbox.ts';
import { gemeente } from '../../setup/msh-contracts.ts';
import { MovableClock } from '../../setup/msh-pair.ts';
import { skipUnless } from '../../setup/skip.ts';

const DAY_S = 86_400;
const CLAIM = '20261122T000000000Z-11111111-1111-1111-1111-111111111111';

/** What the gateway alone may read and write: an application lays links to it. */
function secretIn({ root }: FilesApplication): string {
  const folder = join(root, 'of-the-gateway');
  mkdirSync(folder);
  writeFileSync(join(folder, 'sign.key'), 'of the gateway alone');
  for (const path of [join(folder, 'sign.key'), folder]) utimesSync(path, Date.now() / 1000 - DAY_S, DAY_S);
  return folder;
}

/** Ways to make the folder of the gateway before it does. */
const PLANTED: readonly (readonly [what: string, plant: (work: string, secret: string) => void])[] = [
  ['a link', (work, secret) => symlinkSync(secret, work)],
  [
    'a folder that others may write',
    (work) => {
      mkdirSync(work);
      chmodSync(work, 0o777);
    },
  ],
  [
    'a folder with a link in it',
    (work, secret) => {
      mkdirSync(work, 0o700);
      for (const name of ['staging', 'ledger', 'claims']) symlinkSync(secret, join(work, name));
    },
  ],
  ['a file', (work) => writeFileSync(work, '')],
];

describe('A76 an application that makes the folder of the gateway itself', () => {
  let at: FilesApplication;
  let secret: string;
  beforeEach(() => {
    at = openFilesApplication();
    secret = secretIn(at);
  });
  afterEach(() => {
    assert.deepEqual(readdirSync(secret), ['sign.key'], 'nothing is written there, and nothing removed');
    at.remove();
  });

  const inbox = (): ReturnType<typeof createFolderHandover> =>
    createFolderHandover({ inbox: at.inbox, layout: 'files' });

  for (const [what, plant] of PLANTED) {
    it(`A76 ${what} in an inbox: nothing is placed, and nothing of the gateway removed`, async () => {
      plant(join(at.inbox, '.postiljon'), secret);
      await assert.rejects(inbox().deliver(handedMessage()), { code: 'HANDOVER_FAILED' });
      assert.deepEqual(at.received(), []);
      const gateway = await openGemeente({});
      try {
        const sweeper = new LedgerSweeper(at.inbox, hostOf(gateway.gateway, new MovableClock()));
        await assert.rejects(sweeper.sweep(), { code: 'HANDOVER_FAILED' });
      } finally {
        await gateway.close();
      }
    });
  }

  it('A76 one of another user: nothing is placed', async function () {
    skipUnless(this, process.getuid?.() === 0, 'only root gives a folder to somebody else');
    mkdirSync(join(at.inbox, '.postiljon'), 0o700);
    chownSync(join(at.inbox, '.postiljon'), 12_345, 12_345);
    await assert.rejects(inbox().deliver(handedMessage()), { code: 'HANDOVER_FAILED', detail: /uid 12345/ });
  });

  it('what was in the way is removed: the message is placed', async () => {
    symlinkSync(secret, join(at.inbox, '.postiljon'));
    await assert.rejects(inbox().deliver(handedMessage()), { code: 'HANDOVER_FAILED' });
    rmSync(join(at.inbox, '.postiljon'));
    await inbox().deliver(handedMessage());
    assert.equal(at.received().length, 2);
  });
});

describe('A76 an application that lays links in its outbox', () => {
  let shared: Parameters<typeof openOutboxAt>[0];
  before(async () => {
    const clock = new MovableClock();
    shared = { here: await openGemeente({ clock }), clock };
  });
  after(() => shared.here.close());

  it('A76 what it calls a claim of the gateway is not sent', async () => {
    const at = openFilesApplication({ message: FIXED, parties: [gemeente.key] });
    const secret = secretIn(at);
    const claims = join(at.outbox.folder, '.postiljon', 'claims', OWNER, CLAIM);
    mkdirSync(claims, { recursive: true });
    chmodSync(join(at.outbox.folder, '.postiljon'), 0o777);
    symlinkSync(secret, join(claims, 'sign.key'));
    const test = openOutboxAt(shared, {}, at);
    try {
      const before = (await test.sent()).length;
      await test.picker.look();
      assert.equal((await test.sent()).length, before);
      assert.deepEqual(readdirSync(secret), ['sign.key']);
      assert.ok(test.host.warnings.some(({ message }) => /the outbox cannot be used/.test(message)));
    } finally {
      await test.close();
    }
  });

  for (const which of ['sent', 'refused'] as const) {
    it(`A76 a link for ${which} leads nowhere: the message waits until it is gone`, async () => {
      const at = openFilesApplication();
      const secret = secretIn(at);
      symlinkSync(secret, at.outbox[which]);
      const test = openOutboxAt(shared, {}, at);
      try {
        at.send('a.json', { ...TERMS, ...(which === 'sent' ? {} : { cpaId: 'geen' }), payloads: [] });
        await test.picker.look();
        assert.deepEqual(readdirSync(secret), ['sign.key']);
        assert.deepEqual(at.waiting(), []);
        rmSync(at.outbox[which]);
        test.clock.advance(60_000);
        await test.picker.look();
        assert.equal(at.settled(which).length, 1);
      } finally {
        await test.close();
      }
    });
  }

  it('a sidecar of nothing but mistakes gets a report that is shorter than itself', async () => {
    const test = openOutboxAt(shared);
    try {
      const payloads = Array.from({ length: 5000 }, () => ({ a: 1 }));
      test.at.send('a.json', { ...TERMS, payloads });
      await test.picker.look();
      test.clock.advance(QUIET_MS);
      await test.picker.look();
      const [refused] = test.at.settled('refused');
      assert.match(String(refused?.outcome['detail']), /; and \d+ more$/);
      assert.ok(readFileSync(join(refused?.folder ?? '', 'a.json.reason.json')).length < 4096);
    } finally {
      await test.close();
    }
  });

  it('a value of a megabyte is refused by its length, and not repeated', async () => {
    const test = openOutboxAt(shared);
    try {
      test.at.send('a.json', { ...TERMS, cpaId: 'x'.repeat(50_000), payloads: [] });
      await test.picker.look();
      test.clock.advance(QUIET_MS);
      await test.picker.look();
      const [refused] = test.at.settled('refused');
      assert.match(String(refused?.outcome['detail']), /cpaId must be text, 1 to 1024 characters$/);
    } finally {
      await test.close();
    }
  });

  it('a name as long as the file system takes is sent, and lies in sent with its MessageId', async () => {
    const test = openOutboxAt(shared, { message: FIXED });
    try {
      const name = `${'é'.repeat(122)}.xml`;
      writeFileSync(join(test.at.outbox.folder, name), '<a/>');
      await test.picker.look();
      test.clock.advance(QUIET_MS);
      await test.picker.look();
      const [sent] = test.at.settled('sent');
      assert.equal(sent?.files.length, 2);
      assert.ok(sent.files.includes(name));
      assert.equal(typeof sent.outcome['messageId'], 'string');
    } finally {
      await test.close();
    }
  });
});

describe('a folder of the gateway beside those of the application', () => {
  it('leaves nothing in inbox and outbox, and an inbox that is away loses nothing', async () => {
    const at = openFilesApplication();
    try {
      const work = join(at.root, 'work');
      const handover = createFolderHandover({ inbox: at.inbox, layout: 'files', work });
      await handover.deliver(handedMessage());
      assert.equal(readdirSync(at.inbox).length, 2);
      renameSync(at.inbox, `${at.inbox}.away`);
      const second = handedMessage({ messageId: 'twee@partner.test' });
      await assert.rejects(handover.deliver(second), { code: 'HANDOVER_FAILED' });
      renameSync(`${at.inbox}.away`, at.inbox);
      await handover.deliver(second);
      assert.equal(readdirSync(at.inbox).length, 4);

      const clock = new MovableClock();
      const here = await openGemeente({ clock });
      const test = openOutboxAt(
        { here, clock },
        {},
        { ...at, outbox: { ...at.outbox, work }, remove: () => undefined },
      );
      at.send('a.json', { ...TERMS, payloads: [] });
      await test.picker.look();
      assert.equal(at.settled('sent').length, 1);
      assert.ok(!existsSync(join(at.outbox.folder, '.postiljon')));
      await test.close();
      await here.close();
    } finally {
      at.remove();
    }
  });
});
