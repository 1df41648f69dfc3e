import { stat } from 'node:fs/promises';

const WRITABLE_BY_OTHERS = 0o022;
/** Who may write the folder may move only what is its own. */
const STICKY = 0o1000;

/**
 * Who else than this user may put something in the place of what the gateway made in a folder, in a few words; undefined where
 * nobody may, or it cannot be told: the folder is away, or the system has no owners. Access lists are not read.
 */
export async function whoElseMayWrite(folder: string): Promise<string | undefined> {
  const found = await stat(folder).catch(() => undefined);
  const own = process.geteuid?.();
  if (found?.isDirectory() !== true || own === undefined) return undefined;
  if (found.uid !== own) return `${folder} belongs to another user (uid ${found.uid}, not ${own})`;
  const isOpen = (found.mode & WRITABLE_BY_OTHERS) !== 0 && (found.mode & STICKY) === 0;
  return isOpen ? `${folder} may be written by its group or by everybody` : undefined;
}
