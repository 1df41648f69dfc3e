import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GatewayError } from '../errors.ts';
import { writing } from './writing.ts';

export interface NewFile {
  readonly path: string;
  readonly content: string;
  /** 0600 for what is secret. */
  readonly mode: number;
}

/** Writes files below `folder`, or none at all: what is there already is never overwritten. Throws FILE_EXISTS, FILE_UNWRITABLE. */
export async function writeNewFiles(folder: string, files: readonly NewFile[]): Promise<void> {
  for (const { path } of files) {
    if (existsSync(join(folder, path))) throw fileExists(join(folder, path));
  }
  for (const { path, content, mode } of files) {
    const file = join(folder, path);
    await writing(file, async () => {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(file, content, { mode, flag: 'wx' });
    });
  }
}

function fileExists(path: string): GatewayError {
  return new GatewayError('FILE_EXISTS', { location: path, detail: `${path} is there already` });
}
