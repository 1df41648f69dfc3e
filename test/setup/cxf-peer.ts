import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { tool } from './tools.ts';

const execute = promisify(execFile);
const project = fileURLToPath(new URL('../interop/cxf/', import.meta.url));
const BUILD_LIMIT_MS = 300_000;

/** The contract between the tests and the peer. */
export const ARCHIEF_WSDL: string = join(project, 'archief_v1.wsdl');

/** Why no live CXF can be had on this machine; undefined when one can. */
export function cxfMissing(): string | undefined {
  const missing = ['java', 'mvn'].filter((name) => tool(name) === undefined);
  return missing.length === 0 ? undefined : `${missing.join(' and ')} not installed`;
}

/** Maven is here, and what it has to fetch is out of its reach. */
export class CxfUnavailable extends Error {}

/** PEM files. */
export interface CxfKeys {
  readonly key: string;
  readonly certificate: string;
  readonly authorities: string;
  /** Whom requests are encrypted for. */
  readonly partner: string;
}

/** Apache CXF with WSS4J in a process of its own; test/interop/cxf has its source and the commands it takes. */
export class CxfPeer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  private constructor(process: ChildProcessWithoutNullStreams) {
    this.#process = process;
    this.#lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
  }

  /** Builds it where that was not done yet, which fetches CXF from Maven Central, and starts it. Throws CxfUnavailable. */
  static async start(keys: CxfKeys): Promise<CxfPeer> {
    const folder = await build();
    const libraries = readFileSync(join(folder, 'classpath'), 'utf8').trim();
    const peer = new CxfPeer(
      spawn('java', [
        '-Dorg.apache.cxf.Logger=org.apache.cxf.common.logging.Slf4jLogger',
        '-cp',
        [join(folder, 'classes'), libraries].join(delimiter),
        'peer.Peer',
        ...words({ ...keys }),
      ]),
    );
    peer.#process.stderr.resume();
    if ((await peer.#line()) !== 'started') throw new Error('the CXF peer did not start');
    return peer;
  }

  /** Serves archief_v1 over mutual TLS and answers its URL. */
  async provide(profile: string, mtom: boolean): Promise<string> {
    const answer = await this.#ask('provide', { profile, mtom: String(mtom) });
    return `https://127.0.0.1:${answer.replace('ready ', '')}/wus/archief_v1`;
  }

  /** `answer …`, `fault CODE TEXT` or `error CLASS TEXT`. */
  call(settings: Readonly<Record<string, string>>): Promise<string> {
    return this.#ask('call', settings);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.stdin.end();
    await ended;
  }

  #ask(command: string, settings: Readonly<Record<string, string>>): Promise<string> {
    this.#process.stdin.write(`${[command, ...words(settings)].join(' ')}\n`);
    return this.#line();
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the CXF peer has ended');
    return value;
  }
}

function words(settings: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(settings).map(([key, value]) => `${key}=${value}`);
}

/** A folder outside the checkout for each state of the sources: built once a machine, whole or not there. */
async function build(): Promise<string> {
  const folder = join(tmpdir(), `postiljon-cxf-peer-${digestOfSources()}`);
  if (existsSync(folder)) return folder;
  const making = `${folder}.${process.pid}`;
  const classpath = join(making, 'classpath');
  await runMaven([
    `-Dpeer.target=${making}`,
    'compile',
    'dependency:build-classpath',
    `-Dmdep.outputFile=${classpath}`,
  ]);
  try {
    renameSync(making, folder);
  } catch {
    // Another process was quicker.
    rmSync(making, { recursive: true });
  }
  return folder;
}

/** How Maven says that a repository cannot be reached, and not that the sources are wrong. */
const OUT_OF_REACH = /Could not (?:transfer|find artifact)|could not be resolved|No plugin found/;

async function runMaven(goals: readonly string[]): Promise<void> {
  try {
    await execute('mvn', ['-q', '-B', '-f', join(project, 'pom.xml'), ...goals], { timeout: BUILD_LIMIT_MS });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const said = 'stdout' in error ? String(error.stdout) : '';
    throw OUT_OF_REACH.test(said) ? new CxfUnavailable('Maven cannot fetch CXF', { cause: error }) : error;
  }
}

function digestOfSources(): string {
  const digest = createHash('sha256');
  const sources = readdirSync(join(project, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.java'),
  );
  for (const source of [...sources.sort().map((name) => join('src', name)), 'pom.xml'])
    digest.update(readFileSync(join(project, source)));
  return digest.digest('hex').slice(0, 16);
}
