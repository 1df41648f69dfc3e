import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectConfig, readConfig } from '../../../src/app/config/config.ts';
import { checkFiles } from '../../../src/app/doctor/check-files.ts';
import { createFilesystemAdapter } from '../../../adapters/filesystem/filesystem-adapter.ts';
import { storeName } from '../../../src/app/store-name.ts';
import { hostOf } from '../../setup/files-application.ts';
import { openGemeente } from '../../setup/files-outbox.ts';
import { MovableClock } from '../../setup/msh-pair.ts';
import { skipUnless } from '../../setup/skip.ts';

const OIN = '00000099000000001000';
const LEAST = `name: gemeente
parties: ['${OIN}']
ebms: { host: 127.0.0.1, tls: { key: k, certificate: c } }
keys: { sign: { key: k, certificate: c }, tlsClient: { key: k, certificate: c }, trust: [t] }
revocation: { mode: off }
`;
const FIXED = `{ cpaId: c, from: '${OIN}', service: s, action: a }`;

describe('folders of applications in postiljon.yaml', () => {
  let folder: string;
  let file: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'postiljon-folder-config-'));
    file = join(folder, 'postiljon.yaml');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const write = (entries: readonly string[], more = ''): void => {
    const lines = entries.map((entry) => `      - { ${entry} }\n`).join('');
    writeFileSync(file, `${LEAST}adapters:\n  filesystem:\n    folders:\n${lines}${more}`);
  };
  const complaints = (entries: readonly string[], more = ''): readonly string[] => {
    write(entries, more);
    return inspectConfig(file, {}).problems.map(({ key, reason }) => `${key}: ${reason}`);
  };

  it('are named with the line of the entry that is wrong', () => {
    write(['name: zaken, inbox: in', 'name: brieven, inboks: in']);
    const line = LEAST.split('\n').length + 4;
    assert.deepEqual(
      inspectConfig(file, {}).problems.map(({ place }) => place),
      [`${file}:${line}`],
    );
  });

  it('are complete with defaults, and paths count from its own folder', () => {
    write([
      'name: zaken, inbox: in, outbox: out',
      `name: brieven, outbox: uit, message: ${FIXED}, sent: weg, keepDays: 0`,
    ]);
    const [zaken, brieven] = readConfig(file, {}).adapters.filesystem;
    const out = join(folder, 'out');
    assert.deepEqual(zaken, {
      name: 'zaken',
      inbox: join(folder, 'in'),
      layout: 'files',
      work: undefined,
      outbox: {
        folder: out,
        sent: join(out, 'sent'),
        refused: join(out, 'refused'),
        work: undefined,
        message: undefined,
        parties: undefined,
        services: undefined,
        actions: undefined,
        quietMs: 5_000,
        pollMs: 10_000,
        keepDays: 30,
        limits: { sidecar: 2 ** 20, message: 2 ** 31, parts: 100 },
      },
    });
    assert.partialDeepStrictEqual(brieven, {
      inbox: undefined,
      outbox: { sent: join(folder, 'weg'), keepDays: 0, message: { from: `urn:osb:oin:${OIN}`, to: undefined } },
    });
  });

  const bad: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['neither inbox nor outbox', ['name: a'], /^adapters\.filesystem\.folders: a: name an inbox, an outbox or both$/],
    ['a name that no destination can have', ['name: "a b", inbox: in'], /is the last part of files:<name>/],
    ['an unknown key', ['name: a, inboxx: in'], /unknown key inboxx \(did you mean inbox\?\)/],
    ['a setting of the outbox without one', ['name: a, inbox: in, keepDays: 3'], /keepDays: is of an outbox/],
    ['a layout without inbox', ['name: a, outbox: out, layout: files'], /layout: is of an inbox/],
    [
      'a work folder that two share',
      ['name: a, inbox: in, work: w', 'name: b, outbox: out, work: w'],
      /b: work: is that of a$/,
    ],
    ['another layout', ['name: a, inbox: in, layout: zip'], /layout: must be one of files, folder/],
    ['no wait at all', ['name: a, outbox: out, quietSeconds: 0'], /quietSeconds: must be 1 at least/],
    [
      'a message without action',
      [`name: a, outbox: out, message: { cpaId: c, from: x, service: s }`],
      /action: is required/,
    ],
    ['one name twice', ['name: a, inbox: in', 'name: a, inbox: in2'], /a: two have this name/],
    ['one outbox twice', ['name: a, outbox: out', 'name: b, outbox: out'], /is the outbox of two/],
    ['an inbox that is an outbox', ['name: a, outbox: out', 'name: b, inbox: out'], /what comes would be sent/],
    ['a party of somebody else', ["name: a, outbox: out, parties: ['00000099000000009000']"], /is none of `parties`/],
    [
      'a fixed sender that is not its own',
      [`name: a, outbox: out, message: ${FIXED}, parties: []`],
      /message\.from is none of its own parties/,
    ],
  ];
  for (const [what, entries, complaint] of bad) {
    it(`are refused with ${what}`, () => {
      const found = complaints(entries);
      assert.equal(found.length, 1);
      assert.match(found[0] ?? '', complaint);
    });
  }

  it('are destinations of routes when they have an inbox', () => {
    const routes = 'routes:\n  - { action: a, destination: "files:a" }\n';
    assert.deepEqual(complaints(['name: a, inbox: in'], routes), []);
    assert.match(complaints(['name: a, outbox: out'], routes)[0] ?? '', /no adapter serves files:a/);
  });

  it('are looked at by the doctor: there, writable, and on one file system', async () => {
    write([
      'name: zaken, inbox: in, outbox: out',
      'name: weg, inbox: nergens',
      'name: bestand, outbox: postiljon.yaml',
    ]);
    for (const name of ['in', 'out']) {
      mkdirSync(join(folder, name));
      chmodSync(join(folder, name), 0o755);
    }
    const look = async (): Promise<readonly string[]> =>
      (await checkFiles(readConfig(file, {}))).map(
        ({ level, check, text }) => `${level} ${check}: ${text.replaceAll(folder, 'R')}`,
      );
    assert.deepEqual(await look(), [
      'ok files:zaken: inbox R/in can be read and written',
      'ok files:zaken: outbox R/out can be read and written',
      'error files:weg: inbox R/nergens is not there',
      'error files:bestand: outbox R/postiljon.yaml is no folder',
    ]);
    symlinkSync('/proc/self', join(folder, 'out', 'sent'));
    assert.ok((await look()).includes('error files:zaken: R/out/sent is on another file system than R/out'));
  });

  it('A76 the doctor and the log of the start warn of folders without `work` that others may write', async function () {
    skipUnless(this, process.getuid?.() === 0, 'only root gives a folder to somebody else');
    const names = ['eigen', 'groep', 'kleverig', 'ander'];
    write([...names.map((name) => `name: ${name}, inbox: ${name}`), 'name: apart, inbox: groep, work: eigen']);
    const modes = [0o755, 0o775, 0o1777, 0o700];
    for (const [index, name] of names.entries()) {
      mkdirSync(join(folder, name));
      chmodSync(join(folder, name), modes[index] ?? 0);
    }
    chownSync(join(folder, 'ander'), 12_345, 12_345);
    const expected = [
      'R/groep may be written by its group or by everybody',
      'R/ander belongs to another user (uid 12345, not 0)',
    ];
    const config = readConfig(file, {});
    const found = (await checkFiles(config)).filter(({ level }) => level !== 'ok');
    assert.deepEqual(
      found.map(({ level, text }) => [level, text.replaceAll(folder, 'R')]),
      expected.map((text) => ['warning', text]),
    );
    const logged: string[] = [];
    const options = { folders: config.adapters.filesystem, owner: 'een' };
    const gateway = await openGemeente({});
    try {
      const { log, ...host } = hostOf(gateway.gateway, new MovableClock());
      const warn = (fields: object): void => void logged.push(JSON.stringify(fields).replaceAll(folder, 'R'));
      const adapter = createFilesystemAdapter(options, { ...host, log: { ...log, warn } });
      await adapter.start();
      await adapter.stop();
    } finally {
      await gateway.close();
    }
    assert.deepEqual(
      logged,
      ['groep', 'ander'].map((name, index) => JSON.stringify({ folder: name, who: expected[index] })),
    );
  });

  it('a store keeps its name', async () => {
    const config = { store: { url: `sqlite:${join(folder, 'a.db')}` } };
    const name = await storeName(config);
    assert.match(name, /^[0-9a-f-]{36}$/);
    assert.equal(await storeName(config), name);
    assert.notEqual(await storeName({ store: { url: `sqlite:${join(folder, 'b.db')}` } }), name);
  });
});
