import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { openPayloadFiles } from '../../../src/store/files/payload-files.ts';
import { heapInUse } from '../../setup/heap-in-use.ts';

/** Of a part that stays in memory, and of one that waits for its file. */
const SIZES = [60_000, 250_000];

describe('A48 a part that comes octet by octet', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pieces-'));
  });
  after(() => rm(folder, { recursive: true }));

  for (const size of SIZES) {
    it(`A48 of ${size} octets takes no more memory than one in large pieces, and is kept whole`, async () => {
      const payloads = await openPayloadFiles({ directory: folder });
      const writer = payloads.create();
      const before = heapInUse();
      for (let at = 0; at < size; at += 1) void writer.write(Buffer.from([at % 251]));
      const held = heapInUse() - before;
      assert.ok(held < 1_000_000, `${held} octets of heap`);
      const { body } = await writer.finish();
      const kept = await buffer(await payloads.open(body));
      assert.equal(kept.length, size);
      assert.ok(kept.every((octet, at) => octet === at % 251));
    });
  }
});
