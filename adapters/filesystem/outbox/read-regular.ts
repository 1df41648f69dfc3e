import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { GatewayError } from '../../../src/index.ts';
import { codeOf } from '../durable-files.ts';

/** A file that somebody still writes: it is read again later. */
export class StillWritten extends Error {
  override readonly name = 'StillWritten';
}

/** Never waits for the other end of a pipe, and never goes where a symbolic link leads. */
const READ_THIS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The octets of a regular file, `most` of them at most, given to `take` as they are read. Throws REQUEST_INVALID for what
 * is no such file, FILE_MISSING for what cannot be read, HTTP_TOO_LARGE, and StillWritten when it changed meanwhile.
 */
export async function readRegular(
  path: string,
  most: number,
  take: (chunk: Uint8Array) => Promise<void> | undefined,
): Promise<number> {
  const handle = await openRegular(path);
  try {
    const before = await handle.stat();
    requireRegular(before, path);
    if (before.size > most) throw tooLarge(path, most);
    let size = 0;
    for await (const chunk of handle.createReadStream({ autoClose: false })) {
      size += chunk.length;
      if (size > most) throw tooLarge(path, most);
      await take(chunk);
    }
    const after = await handle.stat();
    if (after.size !== size || after.size !== before.size || after.mtimeMs !== before.mtimeMs)
      throw new StillWritten(`${basename(path)} changes while it is read`);
    return size;
  } finally {
    await handle.close();
  }
}

async function openRegular(path: string): Promise<FileHandle> {
  try {
    return await open(path, READ_THIS);
  } catch (thrown) {
    const name = basename(path);
    switch (codeOf(thrown)) {
      case 'ELOOP':
      case 'ENXIO':
      case 'ENODEV':
        throw noFile(name);
      case 'ENOENT':
        throw new GatewayError('FILE_MISSING', { location: name, detail: `${name} is not there`, cause: thrown });
      case 'EACCES':
      case 'EPERM':
        throw new GatewayError('FILE_MISSING', {
          location: name,
          detail: `${name} may not be read by the user of the gateway`,
          cause: thrown,
        });
      default:
        throw thrown;
    }
  }
}

function requireRegular(stat: Stats, path: string): void {
  if (!stat.isFile()) throw noFile(basename(path));
  // Another name of the file may be one that the application itself may not read.
  if (stat.nlink > 1)
    throw new GatewayError('REQUEST_INVALID', {
      location: basename(path),
      detail: `${basename(path)} has further hard links; copy it instead`,
    });
}

function noFile(name: string): GatewayError {
  return new GatewayError('REQUEST_INVALID', {
    location: name,
    detail: `${name} is no regular file (a symbolic link, folder, pipe or device is never read)`,
  });
}

function tooLarge(path: string, most: number): GatewayError {
  const name = basename(path);
  return new GatewayError('HTTP_TOO_LARGE', {
    location: name,
    detail: `${name} is larger than the ${most} octets that are left`,
  });
}
