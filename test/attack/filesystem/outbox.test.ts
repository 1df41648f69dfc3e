import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OutboxSettings } from '../../../adapters/filesystem/settings.ts';
import { QUIET_MS } from '../../setup/files-application.ts';
import { FIXED, openGemeente, openOutboxAt, TERMS } from '../../setup/files-outbox.ts';
import type { OutboxTest } from '../../setup/files-outbox.ts';
import { dienst, gemeente, REPLY_ACTION } from '../../setup/msh-contracts.ts';
import { MovableClock } from '../../setup/msh-pair.ts';
import { skipUnless } from '../../setup/skip.ts';

const SECRET = 'of the gateway alone';

/** Looks, waits until everything is quiet, and looks again; then a good message must still pass. */
async function pickUp({ at, picker, clock, sent }: OutboxTest): Promise<void> {
  await picker.look();
  clock.advance(QUIET_MS);
  await picker.look();
  const before = (await sent()).length;
  at.drop('zzz.json', JSON.stringify({ ...TERMS, payloads: [] }));
  await picker.look();
  clock.advance(QUIET_MS);
  await picker.look();
  assert.equal((await sent()).length, before + 1, 'what is behind it is sent');
}

interface Refused {
  readonly what: string;
  readonly drop: (test: OutboxTest) => void;
  readonly code: string;
  readonly detail: RegExp;
  readonly settings?: Partial<OutboxSettings>;
}

const sidecar = (change: object): ((test: OutboxTest) => void) => {
  return ({ at }) => at.send('a.json', { ...TERMS, payloads: [], ...change });
};
const payload = (file: unknown): ((test: OutboxTest) => void) => sidecar({ payloads: [{ file }] });
const named = (test: OutboxTest, name: string): string => join(test.at.outbox.folder, name);

const REFUSED: readonly Refused[] = [
  { what: 'what is no JSON', drop: ({ at }) => at.drop('a.json', '{'), code: 'REQUEST_INVALID', detail: /is no JSON/ },
  {
    what: 'JSON that is not UTF-8',
    drop: ({ at }) => at.drop('a.json', Buffer.from([0x22, 0xff, 0x22])),
    code: 'REQUEST_INVALID',
    detail: /is no JSON in UTF-8/,
  },
  {
    what: 'a list',
    drop: ({ at }) => at.drop('a.json', '[]'),
    code: 'REQUEST_INVALID',
    detail: /must be a JSON object/,
  },
  { what: 'an unknown key', drop: sidecar({ cpaid: 'x' }), code: 'REQUEST_INVALID', detail: /cpaid is not known/ },
  {
    what: 'missing and wrong keys, all named',
    drop: sidecar({ action: undefined, from: 7, payloads: [{ file: 'x', naam: 1, name: 2 }, 'x'] }),
    code: 'REQUEST_INVALID',
    detail:
      /action is required; from must be text.*naam is not known.*name must be text.*payloads\[1\] must be an object/,
  },
  {
    what: 'no list of payloads',
    drop: sidecar({ payloads: undefined }),
    code: 'REQUEST_INVALID',
    detail: /payloads must be a list/,
  },
  {
    what: 'a file that is named twice',
    drop: sidecar({ payloads: [{ file: 'x' }, { file: 'x' }] }),
    code: 'REQUEST_INVALID',
    detail: /named once/,
  },
  { what: 'itself as payload', drop: payload('a.json'), code: 'REQUEST_INVALID', detail: /is no payload/ },
  {
    what: 'our own answer as payload',
    drop: payload('a.json.reason.json'),
    code: 'REQUEST_INVALID',
    detail: /no payload/,
  },
  ...['../secret', '/etc/passwd', '..', '.', '.hidden', 'a/b', 'a\\b', 'a\0b', '', 'x'.repeat(256), 7].map((file) => ({
    what: `A56 the path ${JSON.stringify(file).slice(0, 20)}`,
    drop: payload(file),
    code: 'REQUEST_INVALID',
    detail: /must be the bare name of a file beside the sidecar/,
  })),
  {
    what: 'a huge sidecar, which is not read',
    drop: ({ at }) => at.drop('a.json', ' '.repeat(64 * 1024 + 1)),
    code: 'HTTP_TOO_LARGE',
    detail: /larger than/,
  },
  {
    what: 'payloads that are too large together',
    drop: ({ at }) => {
      const half = 'x'.repeat(600 * 1024);
      at.send('a.json', { ...TERMS, payloads: [{ file: 'x' }, { file: 'y' }] }, { x: half, y: half });
    },
    code: 'HTTP_TOO_LARGE',
    detail: /y is larger/,
  },
  {
    what: 'too many payloads',
    drop: sidecar({ payloads: Array.from({ length: 6 }, (_, n) => ({ file: `p${n}` })) }),
    code: 'HTTP_TOO_LARGE',
    detail: /more than 5 payloads/,
  },
  { what: 'a payload that is not there', drop: payload('nergens.xml'), code: 'FILE_MISSING', detail: /sidecar last/ },
  { what: 'an unknown CPA', drop: sidecar({ cpaId: 'geen' }), code: 'CPA_UNKNOWN', detail: /./ },
  { what: 'an action that is not agreed', drop: sidecar({ action: 'geen' }), code: 'ACTION_NOT_AGREED', detail: /./ },
  { what: 'a MessageId without form', drop: sidecar({ messageId: 'x' }), code: 'MESSAGE_ID_INVALID', detail: /./ },
  {
    what: 'A76 a symbolic link as sidecar',
    drop: (test) => symlinkSync(join(test.at.root, 'secret'), named(test, 'a.json')),
    code: 'REQUEST_INVALID',
    detail: /no regular file/,
  },
  {
    what: 'A76 a symbolic link as payload',
    drop: (test) => {
      symlinkSync(join(test.at.root, 'secret'), named(test, 'x'));
      payload('x')(test);
    },
    code: 'REQUEST_INVALID',
    detail: /no regular file/,
  },
  {
    what: 'A76 a hard link to a file elsewhere',
    drop: (test) => {
      linkSync(join(test.at.root, 'secret'), named(test, 'x'));
      payload('x')(test);
    },
    code: 'REQUEST_INVALID',
    detail: /hard links/,
  },
  {
    what: 'a folder as payload, which stays',
    drop: (test) => {
      mkdirSync(named(test, 'x'));
      payload('x')(test);
    },
    code: 'REQUEST_INVALID',
    detail: /a folder stays in the outbox: x$/,
  },
  {
    what: 'a folder as payload beside one that is not there',
    drop: (test) => {
      mkdirSync(named(test, 'x'));
      sidecar({ payloads: [{ file: 'nergens.xml' }, { file: 'x' }] })(test);
    },
    code: 'REQUEST_INVALID',
    detail: /a folder stays in the outbox: x; not there: nergens\.xml$/,
  },
  {
    what: 'a pipe, and does not wait for its other end',
    drop: (test) => void execFileSync('mkfifo', [named(test, 'a.json')]),
    code: 'REQUEST_INVALID',
    detail: /no regular file/,
  },
  {
    what: 'a pipe as document',
    drop: (test) => void execFileSync('mkfifo', [named(test, 'a.xml')]),
    code: 'REQUEST_INVALID',
    detail: /no regular file/,
    settings: { message: { ...FIXED, action: 'melden' } },
  },
  {
    what: 'a link as document',
    drop: (test) => symlinkSync(join(test.at.root, 'secret'), named(test, 'a.xml')),
    code: 'REQUEST_INVALID',
    detail: /no regular file/,
    settings: { message: FIXED, parties: [gemeente.key] },
  },
];

describe('an outbox that holds what cannot be sent', () => {
  let shared: Parameters<typeof openOutboxAt>[0];
  before(async () => {
    const clock = new MovableClock();
    shared = { here: await openGemeente({ clock }), clock };
  });
  after(() => shared.here.close());

  for (const { what, drop, code, detail, settings } of REFUSED) {
    it(`refuses ${what}: with ${code}, where the sender finds it, and goes on`, async () => {
      const test = openOutboxAt(shared, settings);
      try {
        writeFileSync(join(test.at.root, 'secret'), SECRET);
        drop(test);
        await pickUp(test);
        const [first, ...others] = test.at.settled('refused');
        assert.ok(first !== undefined, 'it is refused');
        assert.deepEqual(others, []);
        assert.equal(first.outcome['code'], code);
        assert.match(String(first.outcome['detail']), detail);
        for (const key of ['title', 'remedy', 'refusedAt']) assert.equal(typeof first.outcome[key], 'string');
        assert.ok(!JSON.stringify(first).includes(SECRET));
        assert.equal(readFileSync(join(test.at.root, 'secret'), 'utf8'), SECRET);
        assert.ok(test.host.warnings.some(({ message, fields }) => /refused/.test(message) && 'code' in fields));
      } finally {
        await test.close();
      }
    });
  }

  const strangers: Readonly<Record<string, Partial<OutboxSettings>>> = {
    party: { parties: [dienst.key] },
    service: { services: ['een-andere'] },
    action: { actions: [REPLY_ACTION] },
  };
  for (const [what, settings] of Object.entries(strangers)) {
    it(`A76 refuses a ${what} that is not of the application, in a sidecar`, async () => {
      const test = openOutboxAt(shared, settings);
      try {
        sidecar({})(test);
        await test.picker.look();
        assert.deepEqual(
          test.at.settled('refused').map(({ outcome }) => outcome['code']),
          ['NOT_ALLOWED'],
        );
      } finally {
        await test.close();
      }
    });
  }

  it('refuses a payload that may not be read, and says so', async function () {
    skipUnless(this, process.getuid?.() !== 0, 'root may read everything');
    const test = openOutboxAt(shared);
    try {
      test.at.drop('x', 'x');
      chmodSync(named(test, 'x'), 0);
      payload('x')(test);
      await pickUp(test);
      const [refused] = test.at.settled('refused');
      assert.match(String(refused?.outcome['detail']), /may not be read/);
    } finally {
      await test.close();
    }
  });

  it('keeps the files of what it refuses, and overwrites nothing when the same comes again', async () => {
    const test = openOutboxAt(shared);
    try {
      for (const round of ['1', '2']) {
        test.at.send('a.json', { ...TERMS, cpaId: 'geen', payloads: [{ file: 'x' }] }, { x: round });
        await pickUp(test);
      }
      const refused = test.at.settled('refused');
      assert.deepEqual(
        refused.map(({ files }) => files),
        [1, 2].map(() => ['a.json', 'a.json.reason.json', 'x']),
      );
      const contents = refused.map(({ folder }) => readFileSync(join(folder, 'x'), 'utf8'));
      assert.deepEqual(contents.sort(), ['1', '2']);
    } finally {
      await test.close();
    }
  });

  it('never takes its own folders for payloads', async () => {
    const test = openOutboxAt(shared);
    try {
      for (const file of ['sent', 'refused']) {
        test.at.drop(`${file}-first.json`, JSON.stringify({ ...TERMS, payloads: [] }));
        await pickUp(test);
        test.at.send(`${file}-it.json`, { ...TERMS, payloads: [{ file }] });
        await pickUp(test);
      }
      assert.ok(existsSync(test.at.outbox.sent) && existsSync(test.at.outbox.refused));
      assert.equal(test.at.settled('refused').length, 2);
    } finally {
      await test.close();
    }
  });
});
