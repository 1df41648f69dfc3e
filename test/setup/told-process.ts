import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { GatewayError } from '../../src/errors.ts';

/** A program of a test that reads commands, a line each, and answers each with a line. */
export interface ToldProcess {
  tell(command: string): Promise<string>;
  /** Makes every file that grows over so many octets fail, as on a full disk; `unlimited` makes room again. */
  limitFiles(prlimit: string, octets: number | 'unlimited'): void;
  /** No more commands; resolves when it has ended. */
  end(): Promise<void>;
  kill(signal?: 'SIGKILL'): void;
}

/** Resolves when the program has said its first line. */
export async function startTold(program: string, ...args: readonly string[]): Promise<ToldProcess> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  await next();
  return {
    tell(command) {
      child.stdin.write(`${command}\n`);
      return next();
    },
    limitFiles(prlimit, octets) {
      execFileSync(prlimit, ['--pid', String(child.pid), `--fsize=${octets}:`]);
    },
    async end() {
      child.stdin.end();
      await once(child, 'close');
    },
    kill: (signal) => void child.kill(signal),
  };
}

/** The side of the program: says what came of each command, or `refused` with the code, until there are no more. */
export async function answerCommands(commands: Readonly<Record<string, () => Promise<string>>>): Promise<void> {
  process.stdout.write('ready\n');
  for await (const line of createInterface({ input: process.stdin })) {
    const command = commands[line] ?? (() => Promise.resolve('unknown command'));
    process.stdout.write(`${await command().catch(refusalOf)}\n`);
  }
}

function refusalOf(thrown: unknown): string {
  return `refused ${thrown instanceof GatewayError ? thrown.code : String(thrown)}`;
}
