import { open, readFile, rename } from 'node:fs/promises';
import { newId } from '../ids.ts';
import type { Config } from './config/config.ts';
import { MEMORY, pathOf } from './folders.ts';
import { writing } from './writing.ts';

const NAME = /^[0-9a-f-]{36}$/;

/**
 * Tells the store of this gateway from that of every other one at the same folders: made once, and kept beside the store,
 * so that it goes where the store goes. Throws FILE_UNWRITABLE.
 */
export async function storeName({ store }: Pick<Config, 'store'>): Promise<string> {
  const path = pathOf(store.url);
  if (path === MEMORY) return newId();
  const file = `${path}.name`;
  const known = await readFile(file, 'utf8').catch(() => '');
  if (NAME.test(known.trim())) return known.trim();
  const name = newId();
  await writing(file, async () => {
    const unfinished = `${file}.${name}`;
    const handle = await open(unfinished, 'wx', 0o600);
    try {
      await handle.writeFile(`${name}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, file);
  });
  return name;
}
