import { dirname } from 'node:path';
import { GatewayError } from '../errors.ts';

const CALLS: ReadonlySet<string> = new Set([
  'open',
  'write',
  'mkdir',
  'rename',
  'copyfile',
  'close',
  'fsync',
  'scandir',
]);

const REASONS: Readonly<Record<string, (file: string) => string>> = {
  ENOENT: (file) => `there is no folder ${dirname(file)}: make it first`,
  ENOTDIR: (file) => `${dirname(file)} is no folder`,
  EEXIST: (file) => `${file} is no folder`,
  EISDIR: (file) => `${file} is a folder`,
  EACCES: (file) => `this user may not write in ${dirname(file)}`,
  EPERM: (file) => `this user may not write in ${dirname(file)}`,
  EROFS: (file) => `${dirname(file)} is read-only`,
  ENOSPC: () => 'the disk is full',
  EDQUOT: () => 'the quota on the disk is used up',
};

/** Writes what a person asked for. Throws FILE_UNWRITABLE where the file system refuses, and what `write` throws besides. */
export async function writing<T>(file: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (thrown) {
    throw cannotWrite(file, thrown);
  }
}

function cannotWrite(file: string, thrown: unknown): unknown {
  if (!(thrown instanceof Error) || !('syscall' in thrown) || !CALLS.has(String(thrown.syscall))) return thrown;
  const code = 'code' in thrown ? String(thrown.code) : '';
  const reason = REASONS[code]?.(file) ?? thrown.message;
  return new GatewayError('FILE_UNWRITABLE', { location: file, detail: `${file}: ${reason}`, cause: thrown });
}
