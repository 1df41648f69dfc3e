import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../config/config.ts';
import { pathOf } from '../folders.ts';
import { bad, doubt, good } from './finding.ts';
import type { DoctorFinding } from './finding.ts';

const OTHERS = 0o077;

/** Folders must take files; what is secret must be readable by the owner alone. */
export async function checkFolders(config: Config): Promise<readonly DoctorFinding[]> {
  const folders = new Set([config.data, dirname(pathOf(config.store.url)), pathOf(config.payloads.url)]);
  const writable = await Promise.all([...folders].map(checkWritable));
  const secrets = [config.keys.sign, config.keys.tlsClient, config.ebms.tls?.identity].flatMap((files) =>
    files === undefined ? [] : 'key' in files.source ? [files.source.key] : [files.source.pkcs12],
  );
  const exposed = await Promise.all([...new Set(secrets)].map(checkSecret));
  return [...writable, ...exposed.flat()];
}

async function checkWritable(folder: string): Promise<DoctorFinding> {
  const existing = await nearestExisting(folder);
  try {
    await access(existing, constants.W_OK | constants.X_OK);
    return good('folders', existing === folder ? `${folder} can be written` : `${folder} will be made at start`);
  } catch {
    return bad('folders', `${existing} cannot be written`, 'Give this user write access, or name another folder.');
  }
}

async function nearestExisting(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => undefined);
  const parent = dirname(folder);
  return found !== undefined || parent === folder ? folder : nearestExisting(parent);
}

async function checkSecret(file: string): Promise<readonly DoctorFinding[]> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || (found.mode & OTHERS) === 0 || process.platform === 'win32') return [];
  return [doubt('folders', `${file} can be read by other users`, `chmod 600 ${file}`)];
}
