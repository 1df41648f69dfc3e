import { promises } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { devNull } from 'node:os';

const EFFECTS = ['mkdir', 'rename', 'rm', 'rmdir'] as const;
const WRITES = ['writeFile'] as const;

/**
 * Makes this process die by SIGKILL right before the n-th time that it changes a file system through `node:fs/promises`:
 * makes or removes a folder, renames, makes a file, writes to one. What it reads and syncs is not counted: a process
 * that dies leaves the same behind with and without them.
 */
export async function dieAtStep(n: number): Promise<void> {
  let steps = 0;
  const step = (): void => {
    steps += 1;
    if (steps === n) process.kill(process.pid, 'SIGKILL');
  };
  const handle = await promises.open(devNull);
  for (const name of WRITES) countCalls(Object.getPrototypeOf(handle), name, step);
  await handle.close();
  for (const name of EFFECTS) countCalls(promises, name, step);
  const open = promises.open.bind(promises);
  promises.open = async (path, flags, mode): Promise<FileHandle> => {
    if (typeof flags === 'string' && flags.startsWith('w')) step();
    return await open(path, flags, mode);
  };
  syncBuiltinESMExports();
}

function countCalls(target: object, name: string, step: () => void): void {
  const original: unknown = Reflect.get(target, name);
  if (typeof original !== 'function') throw new Error(`${name} is no function`);
  Reflect.set(target, name, function counted(this: unknown, ...given: unknown[]): unknown {
    step();
    return Reflect.apply(original, this, given);
  });
}
