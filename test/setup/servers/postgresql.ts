import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, chownSync, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { freePort } from '../gateway-process.ts';
import { startKept } from './kept-process.ts';
import { serverFolder, untilUp } from './server-folder.ts';

export interface Database {
  /** Of the database `postgres`, with all rights. */
  readonly url: string;
  kill(): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export const NO_POSTGRESQL = 'PostgreSQL is not here: apt-get install postgresql';

const START_LIMIT_MS = 60_000;

export const DATABASE_HOOK_MS = START_LIMIT_MS + 10_000;

export function hasPostgresql(): boolean {
  return binaries() !== undefined;
}

let shared: Promise<Database> | undefined;

/** The server of this run of tests: started by the first that asks, ended with the process. */
export function testDatabase(): Promise<Database> {
  return (shared ??= startDatabase());
}

/** A server on a free port with data of its own. It refuses to run as root: then it runs as its own user, or as nobody. */
export async function startDatabase(): Promise<Database> {
  const folder = serverFolder('postgresql');
  const bin = binaries();
  if (bin === undefined) throw new Error(NO_POSTGRESQL);
  const user = process.getuid?.() === 0 ? unprivileged() : undefined;
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const env = { PATH: process.env['PATH'], LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };
  const data = join(folder, 'data');
  const cluster = ['-D', data, '-U', 'postiljon', '--auth=trust', '--encoding=UTF8', '--no-sync'];
  execFileSync(join(bin, 'initdb'), cluster, { env, cwd: folder, stdio: 'ignore', ...user });
  const port = await freePort();
  const args = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder];
  const logFile = join(folder, 'server.log');
  const asked = ['-q', '-h', '127.0.0.1', '-p', String(port), '-U', 'postiljon'];
  let running = await startKept({ program: join(bin, 'postgres'), args, env, logFile, ...(user && { user }) });
  const up = (): Promise<void> =>
    untilUp({
      isUp: async () => spawnSync(join(bin, 'pg_isready'), asked, { env }).status === 0,
      hopeless: () => running.ended,
      withinMs: START_LIMIT_MS,
      why: () => `PostgreSQL did not start: ${running.output().slice(-2000)}`,
    });
  await up();
  return {
    url: `postgres://postiljon@127.0.0.1:${port}/postgres`,
    kill: () => running.end('SIGKILL'),
    stop: () => running.end('SIGTERM'),
    async start() {
      running = await startKept({ program: join(bin, 'postgres'), args, env, logFile, ...(user && { user }) });
      await up();
    },
  };
}

/** Debian keeps these programs off PATH; the newest version comes first. */
function binaries(): string | undefined {
  const debian = globSync('/usr/lib/postgresql/*/bin').sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  return [...debian, ...(process.env['PATH'] ?? '').split(delimiter)].find((folder) =>
    ['postgres', 'initdb', 'pg_isready'].every((name) => isThere(join(folder, name))),
  );
}

function isThere(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}

function unprivileged(): { readonly uid: number; readonly gid: number } {
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((what) => spawnSync('id', [what, name], { encoding: 'utf8' }));
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody');
}
