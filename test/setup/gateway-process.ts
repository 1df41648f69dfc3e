import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The compiled command line: what a user runs. */
export const CLI = join(root, 'dist', 'src', 'cli', 'postiljon.js');

const execute = promisify(execFile);

/** Runs one command of the compiled command line to its end; rejects with its output when it fails. */
export async function postiljon(...args: readonly string[]): Promise<string> {
  const { stdout } = await execute(process.execPath, [CLI, ...args], { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

export interface GatewayProcess {
  readonly pid: number;
  /** ms from spawn until /health/ready answered 200. */
  readonly readyAfterMs: number;
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

const POLL_MS = 10;
const READY_TIMEOUT_MS = 20_000;

/** Starts a gateway from its configuration file and waits until it is ready. Its log lies beside the configuration. */
export async function startGateway(config: string, apiUrl: string): Promise<GatewayProcess> {
  const started = performance.now();
  const logFile = `${config}.log`;
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [CLI, 'start', '-c', config], { stdio: ['ignore', 'ignore', log] });
  closeSync(log);
  await untilReady(child, apiUrl, logFile);
  return {
    pid: child.pid ?? 0,
    readyAfterMs: performance.now() - started,
    async stop() {
      return endWith(child, 'SIGTERM');
    },
    async kill() {
      await endWith(child, 'SIGKILL');
    },
  };
}

async function endWith(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
  return child.exitCode;
}

async function untilReady(child: ChildProcess, apiUrl: string, logFile: string): Promise<void> {
  const end = performance.now() + READY_TIMEOUT_MS;
  while (performance.now() < end) {
    if (child.exitCode !== null)
      throw new Error(`the gateway ended with ${child.exitCode}: ${readFileSync(logFile, 'utf8')}`);
    if (await isReady(apiUrl)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  child.kill('SIGKILL');
  throw new Error(`the gateway was not ready within ${READY_TIMEOUT_MS} ms: ${readFileSync(logFile, 'utf8')}`);
}

async function isReady(apiUrl: string): Promise<boolean> {
  try {
    return (await fetch(`${apiUrl}/health/ready`)).ok;
  } catch {
    return false;
  }
}

const given = new Set<number>();

/**
 * A port of 127.0.0.1 that is free now, and that nobody else of this process got: what starts on it starts later, and the system
 * may give a freed one again.
 */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const isNew = !given.has(port);
  given.add(port);
  // Held until the next one is known, so that each try gives another port.
  const found = isNew ? port : await freePort();
  await once(server.close(), 'close');
  return found;
}
