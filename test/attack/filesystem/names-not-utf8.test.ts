import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Claims } from '../../../adapters/filesystem/outbox/claims.ts';
import type { OutboxSettings } from '../../../adapters/filesystem/settings.ts';
import { OWNER, QUIET_MS } from '../../setup/files-application.ts';
import { FIXED, openGemeente, openOutboxAt, TERMS } from '../../setup/files-outbox.ts';
import type { OutboxTest } from '../../setup/files-outbox.ts';
import { MovableClock } from '../../setup/msh-pair.ts';
import { skipUnless } from '../../setup/skip.ts';

const DOCUMENTS = { message: FIXED };
const SIDECAR = JSON.stringify({ ...TERMS, payloads: [] });

/** The path of a name in the outbox, each character one octet. */
function pathOf({ at }: OutboxTest, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${at.outbox.folder}/`), Buffer.from(name, 'latin1')]);
}

async function lookWhenQuiet({ picker, clock }: OutboxTest): Promise<void> {
  await picker.look();
  clock.advance(QUIET_MS);
  await picker.look();
}

interface Case {
  readonly what: string;
  readonly name: string;
  /** In `refused`. */
  readonly encoded: RegExp;
  readonly content?: string;
  readonly settings?: Partial<OutboxSettings>;
}

const CASES: readonly Case[] = [
  { what: 'a document', name: 'aanslag_\xe9.xml', encoded: /^aanslag_%E9\.xml$/, settings: DOCUMENTS },
  { what: 'a payload', name: 'aanslag_\xe9.xml', encoded: /^aanslag_%E9\.xml$/ },
  { what: 'a sidecar that could be sent', name: 'bad\xff.json', encoded: /^bad%FF\.json$/, content: SIDECAR },
  { what: 'the longest', name: '\xe9'.repeat(255), encoded: /^(?:%E9){66}%E_[0-9a-f]{16}$/ },
  { what: 'one with a percent sign', name: '%E9\xe9', encoded: /^%25E9%E9$/ },
];

describe('an outbox that holds a file whose name is not UTF-8', () => {
  let shared: Parameters<typeof openOutboxAt>[0];
  before(async function () {
    // Elsewhere the file system takes no such name.
    skipUnless(this, process.platform === 'linux', 'names are octets on Linux alone');
    const clock = new MovableClock();
    shared = { here: await openGemeente({ clock }), clock };
  });
  after(() => shared?.here.close());

  async function withOutbox(
    settings: Partial<OutboxSettings> | undefined,
    run: (test: OutboxTest) => Promise<void>,
  ): Promise<void> {
    const test = openOutboxAt(shared, settings);
    try {
      await run(test);
    } finally {
      await test.close();
    }
  }

  for (const { what, name, encoded, content = '<x/>', settings } of CASES) {
    it(`refuses ${what} once it is quiet, where the sender finds it, and sends what is behind it`, () =>
      withOutbox(settings, async (test) => {
        const { at, picker, clock, host, sent } = test;
        const before = (await sent()).length;
        writeFileSync(pathOf(test, name), content);
        await picker.look();
        clock.advance(QUIET_MS - 1);
        await picker.look();
        assert.deepEqual(at.settled('refused'), [], 'it may still be written');
        assert.ok(clock.isSet(clock.now() + 1), 'it is looked at when it is quiet');
        clock.advance(1);
        await picker.look();
        const [refused, ...others] = at.settled('refused');
        assert.deepEqual([others, existsSync(pathOf(test, name))], [[], false]);
        assert.equal(refused?.outcome['code'], 'REQUEST_INVALID');
        assert.match(String(refused.outcome['detail']), /names must be UTF-8/);
        assert.match(String(refused.outcome['location']), encoded);
        const file = refused.files.find((each) => encoded.test(each)) ?? '';
        assert.equal(readFileSync(join(refused.folder, file), 'utf8'), content);
        assert.equal(refused.files.length, 2);
        assert.ok(host.warnings.some(({ message }) => /refused/.test(message)));
        assert.equal((await sent()).length, before, 'it is not sent');
        at.drop('zzz.json', SIDECAR);
        await lookWhenQuiet(test);
        assert.equal((await sent()).length, before + 1);
      }));
  }

  it('tells it from others of almost the same name, which are sent', () =>
    withOutbox(DOCUMENTS, async (test) => {
      for (const name of ['a\xe8', 'a\xe9']) writeFileSync(pathOf(test, name), '<x/>');
      for (const name of ['a%E9', 'a\uFFFD', 'aé']) test.at.drop(name, '<x/>');
      const before = (await test.sent()).length;
      await lookWhenQuiet(test);
      assert.deepEqual(new Set(test.at.settled('refused').map(({ files }) => files[0])), new Set(['a%E8', 'a%E9']));
      assert.equal((await test.sent()).length, before + 3);
    }));

  it('never reads what a link of such a name leads to', () =>
    withOutbox(DOCUMENTS, async (test) => {
      writeFileSync(join(test.at.root, 'secret'), 'of the gateway alone');
      symlinkSync(join(test.at.root, 'secret'), pathOf(test, '\xe9.xml'));
      await lookWhenQuiet(test);
      assert.equal(test.at.settled('refused')[0]?.outcome['code'], 'REQUEST_INVALID');
      assert.equal(readFileSync(join(test.at.root, 'secret'), 'utf8'), 'of the gateway alone');
    }));

  it('leaves alone what is being written, and folders', () =>
    withOutbox(DOCUMENTS, async (test) => {
      const files = ['.\xe9.xml', '\xe9.xml.tmp'];
      for (const name of files) writeFileSync(pathOf(test, name), '<x/>');
      mkdirSync(pathOf(test, '\xe9'));
      await lookWhenQuiet(test);
      for (const name of [...files, '\xe9']) assert.ok(existsSync(pathOf(test, name)), name);
    }));

  it('refuses it also when a gateway died after it had claimed it', () =>
    withOutbox(DOCUMENTS, async (test) => {
      const { at, picker, clock, sent } = test;
      const before = (await sent()).length;
      await picker.look();
      writeFileSync(pathOf(test, '\xe9.xml'), '<x/>');
      const dead = new Claims(at.outbox, OWNER, clock);
      await dead.prepare();
      assert.ok(await dead.claim('%E9.xml', pathOf(test, '\xe9.xml')));
      await picker.look();
      assert.deepEqual(at.settled('refused')[0]?.files, ['%E9.xml', '%E9.xml.reason.json']);
      assert.equal((await sent()).length, before);
    }));

  it('is refused once by two gateways', () =>
    withOutbox(DOCUMENTS, async (test) => {
      const other = test.open(test.here, 'owner-2');
      for (let n = 0; n < 20; n++) writeFileSync(pathOf(test, `${n}\xe9.xml`), '<x/>');
      await Promise.all([test.picker.look(), other.look()]);
      test.clock.advance(QUIET_MS);
      await Promise.all([test.picker.look(), other.look()]);
      await Promise.all([test.picker.look(), other.look()]);
      assert.equal(test.at.settled('refused').length, 20);
      assert.deepEqual(
        test.host.warnings.filter(({ message }) => !/is refused/.test(message)),
        [],
      );
    }));
});
