import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { GatewayError } from '../../../src/errors.ts';
import type { PayloadBody, PayloadStore, StoredContent } from '../../../src/ports/payload-store.ts';
import { openPayloadFiles } from '../../../src/store/files/payload-files.ts';
import { temporaryFolder } from './temporary-folder.ts';

const LIMIT = 1_000;
const HOUR = 3_600_000;
const UUID = '01234567-89ab-4def-8123-456789abcdef';

describe('payload files', () => {
  const folder = temporaryFolder();
  let files: PayloadStore;
  beforeEach(async () => {
    files = await openPayloadFiles({ directory: join(folder(), 'payloads'), inlineLimit: LIMIT });
  });
  const path = (...names: readonly string[]): string => join(folder(), 'payloads', ...names);

  const store = async (content: Uint8Array, chunk: number): Promise<StoredContent> => {
    const writer = files.create();
    for (let at = 0; at < content.length; at += chunk) await writer.write(content.subarray(at, at + chunk));
    return writer.finish();
  };

  const hold = async (content: Uint8Array): Promise<StoredContent> => {
    const writer = files.createHeld();
    await writer.write(content);
    return writer.finish();
  };

  const aged = async (age: number): Promise<string> => {
    const { body } = await store(randomBytes(2_000), 2_000);
    const file = fileOf(body);
    const time = (Date.now() - age) / 1_000;
    utimesSync(path(file), time, time);
    return file;
  };

  it('a part up to the limit stays in memory, with size and digest', async () => {
    for (const size of [0, 1, LIMIT]) {
      const content = randomBytes(size);
      const stored = await store(content, 64);
      assert.deepEqual([stored.size, stored.sha256], [size, digest(content)]);
      assert.ok('inline' in stored.body);
      assert.deepEqual(await buffer(await files.open(stored.body)), content);
    }
    assert.deepEqual(readdirSync(path()), ['incoming']);
  });

  it('a larger part becomes a file under a generated name that only its owner can read', async () => {
    for (const size of [LIMIT + 1, 3_000_000]) {
      const content = randomBytes(size);
      const stored = await store(content, 65_536);
      assert.deepEqual([stored.size, stored.sha256], [size, digest(content)]);
      const file = fileOf(stored.body);
      assert.match(file, /^([0-9a-f]{2})\/\1[0-9a-f]{6}-[0-9a-f-]{27}$/);
      assert.equal(statSync(path(file)).mode & 0o777, 0o600);
      assert.equal(statSync(path(file, '..')).mode & 0o777, 0o700);
      assert.deepEqual(await buffer(await files.open(stored.body)), content);
    }
    assert.deepEqual(readdirSync(path('incoming')), []);
  });

  it('write asks to wait only when the disk cannot follow, and then the memory is bounded', async () => {
    const writer = files.create();
    const chunk = randomBytes(64 * 1024);
    assert.equal(writer.write(chunk.subarray(0, LIMIT)), undefined);
    const waits = Array.from({ length: 20 }, () => writer.write(chunk));
    assert.equal(waits[0], undefined);
    assert.ok(waits.at(-1) instanceof Promise);
    await waits.at(-1);
    const { size } = await writer.finish();
    assert.equal(size, LIMIT + 20 * chunk.length);
  });

  it('many parts at the same time do not mix', async () => {
    const contents = Array.from({ length: 20 }, (_, i) => randomBytes(LIMIT * i));
    const stored = await Promise.all(contents.map((content) => store(content, 700)));
    for (const [i, { body }] of stored.entries()) assert.deepEqual(await buffer(await files.open(body)), contents[i]);
  });

  describe('octets that are held', () => {
    it('can be read, and lie private in incoming/ until they are released', async () => {
      const content = randomBytes(3_000);
      const { body } = await hold(content);
      const [name] = readdirSync(path('incoming'));
      assert.deepEqual(readdirSync(path()), ['incoming']);
      assert.equal(statSync(path('incoming', name ?? '')).mode & 0o777, 0o600);
      assert.deepEqual(await buffer(await files.open(body)), content);
      await files.release(body);
      assert.deepEqual(readdirSync(path('incoming')), []);
      assert.deepEqual(readFileSync(path(fileOf(body))), content);
      assert.deepEqual(await buffer(await files.open(body)), content);
      await files.release(body);
      await files.discard(body);
      assert.equal(existsSync(path(fileOf(body))), false);
    });

    it('are gone at once when they are discarded', async () => {
      const { body } = await hold(randomBytes(3_000));
      await files.discard(body);
      assert.deepEqual([readdirSync(path()), readdirSync(path('incoming'))], [['incoming'], []]);
    });

    it('go with the process that held them: the next one sweeps them at its start, however young', async () => {
      const { body } = await hold(randomBytes(3_000));
      assert.equal(await files.sweep(async () => false, 0), 0);
      const next = await openPayloadFiles({ directory: path(), inlineLimit: LIMIT });
      assert.equal(await next.sweep(async () => false, 0), 1);
      assert.deepEqual(readdirSync(path('incoming')), []);
      assert.equal(existsSync(path(fileOf(body))), false);
    });

    it('that are small stay in memory like others', async () => {
      const { body } = await hold(Buffer.from('klein'));
      await files.release(body);
      assert.deepEqual(body, { inline: Buffer.from('klein') });
    });
  });

  it('abort leaves nothing behind, wherever it comes', async () => {
    const small = files.create();
    await small.write(randomBytes(10));
    await small.abort();
    const large = files.create();
    for (let i = 0; i < 10; i++) void large.write(randomBytes(100_000));
    await large.abort();
    await files.create().abort();
    assert.deepEqual(readdirSync(path()), ['incoming']);
    assert.deepEqual(readdirSync(path('incoming')), []);
  });

  it('discard forgets a finished part and never throws', async () => {
    const { body } = await store(randomBytes(5_000), 5_000);
    await files.discard(body);
    assert.equal(existsSync(path(fileOf(body))), false);
    await files.discard(body);
    await files.discard({ inline: new Uint8Array(3) });
    await files.discard({ file: '../outside' });
  });

  it('a reference that this store did not make leads nowhere', async () => {
    writeFileSync(join(folder(), 'secret'), 'secret');
    for (const file of [
      '../secret',
      `01/../../secret`,
      `/etc/passwd`,
      `incoming/${UUID}`,
      `ff/${UUID}`,
      UUID,
      '',
      '01/',
    ]) {
      await assert.rejects(files.open({ file }), coded('NOT_FOUND'), file);
    }
  });

  it('a file that is gone is STORE_UNAVAILABLE', async () => {
    await assert.rejects(files.open({ file: `01/${UUID}` }), coded('STORE_UNAVAILABLE'));
  });

  it('a folder that cannot be used is STORE_UNAVAILABLE at the start', async () => {
    writeFileSync(join(folder(), 'file'), '');
    await assert.rejects(openPayloadFiles({ directory: join(folder(), 'file') }), coded('STORE_UNAVAILABLE'));
  });

  it('a disk that fails is STORE_UNAVAILABLE at finish, leaves nothing, and the next part is well', async () => {
    rmSync(path('incoming'), { recursive: true });
    const writer = files.create();
    await writer.write(randomBytes(5_000));
    await assert.rejects(writer.finish(), coded('STORE_UNAVAILABLE'));
    mkdirSync(path('incoming'));
    const { body } = await store(randomBytes(5_000), 5_000);
    assert.ok(existsSync(path(fileOf(body))));
    assert.deepEqual(readdirSync(path('incoming')), []);
  });

  describe('sweep', () => {
    it('removes what a process that died left in incoming, and not what is being written', async () => {
      writeFileSync(path('incoming', UUID), 'half');
      writeFileSync(path('incoming', 'README'), 'of the administrator');
      const writer = files.create();
      await writer.write(randomBytes(5_000));
      assert.equal(await files.sweep(none, 0), 1);
      const { body } = await writer.finish();
      assert.ok(existsSync(path(fileOf(body))));
      assert.deepEqual(readdirSync(path('incoming')), ['README']);
    });

    it('removes files that are older and that nothing refers to', async () => {
      const now = Date.now();
      const [kept, orphan, fresh] = [await aged(2 * HOUR), await aged(2 * HOUR), await aged(0)];
      const removed = await files.sweep((file) => Promise.resolve(file === kept), now - HOUR);
      assert.equal(removed, 1);
      assert.deepEqual(
        [kept, orphan, fresh].map((file) => existsSync(path(file))),
        [true, false, true],
      );
      assert.ok(readFileSync(path(kept)).length > 0);
    });
  });
});

function none(): Promise<boolean> {
  return Promise.resolve(false);
}

function digest(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function fileOf(body: PayloadBody): string {
  return 'file' in body ? body.file : assert.fail('the part is not in a file');
}

function coded(code: string): (error: unknown) => boolean {
  return (error) => error instanceof GatewayError && error.code === code;
}
