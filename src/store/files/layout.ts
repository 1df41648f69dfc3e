import { readdir } from 'node:fs/promises';
import { GatewayError } from '../../errors.ts';

/**
 * `<directory>/incoming/<uuid>` while a part is written, `<directory>/<aa>/<uuid>` from `finish` on, where `aa` are the
 * first two digits of the uuid. A reference is `<aa>/<uuid>`; no name comes from a message.
 */
export const INCOMING = 'incoming';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const FOLDER = /^[0-9a-f]{2}$/;

export function isSpoolName(name: string): boolean {
  return UUID.test(name);
}

export function isFileReference(file: string): boolean {
  return file[2] === '/' && isSpoolName(file.slice(3)) && file.slice(0, 2) === folderOf(file.slice(3));
}

export function folderOf(name: string): string {
  return name.slice(0, 2);
}

export async function listFolders(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory);
  return names.filter((name) => FOLDER.test(name));
}

export function unavailable(detail: string, cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new GatewayError('STORE_UNAVAILABLE', { detail: `${detail}: ${reason}`, cause });
}
