import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { run } from './run.ts';

describe('audit', () => {
  const folder = temporaryFolder();

  it('of a gateway that has never run ends with 3 and STORE_MISSING, and makes nothing', async () => {
    const file = join(folder(), 'postiljon.yaml');
    writeFileSync(file, "name: g\nparties: ['00000099000000001000']\nebms: { host: 127.0.0.1, tls: off }\n");
    const { code, stderr } = await run('audit', '-c', file);
    assert.equal(code, 3);
    assert.match(stderr, /STORE_MISSING[^]*postiljon\.db is not there[^]*do: {4}Name with -c/);
    assert.deepEqual(readdirSync(folder()), ['postiljon.yaml']);
  });
});
