import { lstat, mkdir, open, rename, rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GatewayError } from '../../src/index.ts';

/** Makes the names in a folder outlast a power failure. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders; there the file system keeps their order itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A new file whose octets are on disk when this answers; its folder is not synced. Throws EEXIST. */
export async function writeFileDurably(
  path: string,
  content: string | AsyncIterable<Uint8Array>,
  flag: 'wx' | 'w' = 'wx',
): Promise<void> {
  const handle = await open(path, flag);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Whether something of this name is there, be it a symbolic link that leads nowhere. */
export async function isThere(path: string): Promise<boolean> {
  return (await unless('ENOENT', lstat(path))) !== undefined;
}

/** False when `from` is not there any more. */
export async function renameIfThere(from: string | Buffer, to: string): Promise<boolean> {
  return await rename(from, to).then(
    () => true,
    (thrown: unknown) => {
      if (codeOf(thrown) === 'ENOENT') return false;
      throw thrown;
    },
  );
}

/**
 * Below a folder that is there: a folder on the network that is away is never made anew. On disk when this answers.
 * Throws HANDOVER_FAILED when something else has the name, be it a link to a folder.
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw thrown;
    if ((await lstat(path)).isDirectory()) return;
    throw inTheWay(path, 'it is no folder, or a link to one: remove it, or name the folder itself');
  }
  await syncFolder(dirname(path));
}

/** Of the folder that only the gateway looks into; what is placed has the modes that the umask leaves. */
const OWNER_ONLY = 0o700;
const WRITABLE_BY_OTHERS = 0o022;

/**
 * A folder that nobody but the gateway writes into. Who may write the folder around it could have made another one of its
 * name, with links in it to where the gateway alone may read, write and remove. Throws HANDOVER_FAILED.
 */
export async function makeOwnFolder(path: string): Promise<void> {
  await makeFolder(path, OWNER_ONLY);
  const { uid, mode } = await lstat(path);
  // Windows has neither.
  const own = process.geteuid?.() ?? uid;
  if (uid !== own) throw inTheWay(path, `it belongs to another user (uid ${uid}, not ${own}): remove it`);
  if (process.platform !== 'win32' && (mode & WRITABLE_BY_OTHERS) !== 0)
    throw inTheWay(path, 'others may write it: remove it, or chmod 700');
}

function inTheWay(path: string, why: string): GatewayError {
  return new GatewayError('HANDOVER_FAILED', { location: path, detail: `${path} is in the way: ${why}` });
}

export async function removeAll(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** Leaves it where it is when somebody put something in. */
export async function removeIfEmpty(path: string): Promise<void> {
  await rmdir(path).catch(() => undefined);
}

export function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
}

/** What the work gives; undefined when it fails with this code of the operating system. */
export async function unless<T>(code: string, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (thrown) {
    if (codeOf(thrown) === code) return undefined;
    throw thrown;
  }
}
