import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { PayloadBody, PayloadStore } from '../../../src/ports/payload-store.ts';
import { openPayloadFiles } from '../../../src/store/files/payload-files.ts';
import { temporaryFolder } from './temporary-folder.ts';

const MIB = 1024 * 1024;
const PIECE = 64 * 1024;
const PIECES = 2048;
/** V8 alone lets 64 MiB lie about. */
const MOST = 40 * MIB;

describe('payload octets that have passed', () => {
  const folder = temporaryFolder();
  let files: PayloadStore;
  let before = 0;
  let most = 0;
  beforeEach(async () => {
    files = await openPayloadFiles({ directory: join(folder(), 'payloads') });
    before = process.memoryUsage().arrayBuffers;
    most = 0;
  });
  const look = (): void => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  };

  const write = async (): Promise<PayloadBody> => {
    const writer = files.create();
    for (let piece = 0; piece < PIECES; piece += 1) {
      // Not from the pool, as what a socket gives is not.
      await writer.write(Buffer.allocUnsafeSlow(PIECE).fill(piece));
      look();
    }
    const { body } = await writer.finish();
    return body;
  };

  it('are let go of while more is written', async () => {
    await write();
    assert.ok(most < MOST, `${most} octets`);
  }).timeout(20_000);

  it('are let go of while more is read', async () => {
    const body = await write();
    most = 0;
    let size = 0;
    for await (const piece of (await files.open(body)) as AsyncIterable<Buffer>) {
      size += piece.length;
      look();
    }
    assert.equal(size, PIECES * PIECE);
    assert.ok(most < MOST, `${most} octets`);
  }).timeout(20_000);
});
