import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';

/** A program that ends when this process does, however that comes about. */
export interface KeptProcess {
  readonly ended: boolean;
  /** What it said so far. */
  output(): string;
  /** Resolves when it has ended. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export interface KeptProgram {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** To run it as; only root may. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** The first line says the id; the end of standard input, also because this process was killed, ends the program. */
const KEEPER = `exec 3<&0
"$0" "$@" </dev/null >&2 3<&- & child=$!
echo $child
(read _ <&3; kill -KILL $child 2>/dev/null) >/dev/null 2>&1 & reader=$!
wait $child
kill $reader`;

export async function startKept({ program, args, env, logFile, user }: KeptProgram): Promise<KeptProcess> {
  const log = openSync(logFile, 'a');
  const child = spawn('/bin/sh', ['-c', KEEPER, program, ...args], { env, stdio: ['pipe', 'pipe', log], ...user });
  closeSync(log);
  if (child.stdout === null) throw new Error('the keeper has no output');
  const pid = Number(String((await once(child.stdout, 'data'))[0]));
  letGo(child);
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    get ended() {
      return ended();
    },
    output: () => readFileSync(logFile, 'utf8'),
    async end(signal) {
      if (ended()) return;
      const exited = once(child, 'exit');
      child.ref();
      process.kill(pid, signal);
      await exited;
    },
  };
}

/** It must not keep the tests from ending. */
function letGo(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout]) if (stream instanceof Socket) stream.unref();
}
