import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FolderSettings } from '../../../adapters/filesystem/settings.ts';
import { whoElseMayWrite } from '../../../adapters/filesystem/shared-folder.ts';
import type { Config } from '../config/config.ts';
import { bad, doubt, good } from './finding.ts';
import type { DoctorFinding } from './finding.ts';

/** Folders of applications are there, may be written, and nothing that is moved leaves their file system. */
export async function checkFiles({ adapters: { filesystem } }: Config): Promise<readonly DoctorFinding[]> {
  return (await Promise.all(filesystem.map(checkFolder))).flat();
}

async function checkFolder({ name, inbox, outbox, work }: FolderSettings): Promise<readonly DoctorFinding[]> {
  const check = `files:${name}`;
  const checked = [
    ...(inbox === undefined ? [] : [checkWritable(check, 'inbox', inbox)]),
    ...(outbox === undefined ? [] : [checkWritable(check, 'outbox', outbox.folder)]),
    ...(work === undefined ? [inbox, outbox?.folder].map((folder) => checkAlone(check, folder)) : []),
    ...(work === undefined ? [] : [checkWritable(check, 'work', work)]),
    ...(work === undefined ? [] : [inbox, outbox?.folder].map((from) => checkSame(check, from ?? work, work))),
    ...(outbox === undefined ? [] : [outbox.sent, outbox.refused].map((to) => checkSame(check, outbox.folder, to))),
  ];
  return (await Promise.all(checked)).flat();
}

async function checkWritable(check: string, what: string, folder: string): Promise<readonly DoctorFinding[]> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) return [bad(check, `${what} ${folder} is not there`, 'Make it, or mend its path.')];
  if (!found.isDirectory()) return [bad(check, `${what} ${folder} is no folder`, 'Mend its path.')];
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return [good(check, `${what} ${folder} can be read and written`)];
  } catch {
    const remedy = 'Give the user of the gateway read and write access: it moves files in and out.';
    return [bad(check, `${what} ${folder} cannot be read and written`, remedy)];
  }
}

/** Without `work` the gateway works in the folder of the application. */
async function checkAlone(check: string, folder: string | undefined): Promise<readonly DoctorFinding[]> {
  const who = folder === undefined ? undefined : await whoElseMayWrite(folder);
  if (who === undefined) return [];
  const remedy =
    'Name a folder that only the gateway may write in `work`, on the same file system: an application that makes links must not lead it elsewhere.';
  return [doubt(check, who, remedy)];
}

async function checkSame(check: string, outbox: string, to: string): Promise<readonly DoctorFinding[]> {
  const [from, target, parent] = await Promise.all(
    [outbox, to, dirname(to)].map((path) => stat(path).catch(() => undefined)),
  );
  if (from === undefined) return [];
  const there = target ?? parent;
  if (there === undefined) return [bad(check, `the folder of ${to} is not there`, 'Make it, or mend its path.')];
  if (there.dev === from.dev) return [];
  return [
    bad(check, `${to} is on another file system than ${outbox}`, 'Name a folder on the same one: files are renamed.'),
  ];
}
