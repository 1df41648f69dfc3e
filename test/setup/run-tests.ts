/**
 * `npm test [-- SUITE|FILE|FOLDER …]`: finds or installs what the suites need, runs the checks and then every suite in one
 * process, and ends with the line `N passed, N failed, N skipped`. Suites: checks unit conformance attack interop fault e2e.
 */
import { existsSync, globSync, statSync } from 'node:fs';
import { delimiter, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';
import { BUILD, CHECKS, runCheck } from './checks.ts';
import { findTools } from './external-tools.ts';
import { FileReporter } from './reporter.ts';
import { exitCode, lastLine, newTally, type Tally } from './tally.ts';

const SUITES: readonly string[] = ['unit', 'conformance', 'attack', 'interop', 'fault', 'e2e'];
const TEST_TIMEOUT_MS = 20_000;
/** How long after the last test sockets, timers and workers may keep the process alive. */
const LINGER_MS = 10_000;

const root = fileURLToPath(new URL('../..', import.meta.url));
const tally = newTally();

process.chdir(root);
process.env['PATH'] = [join(root, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter);
let finished = false;
process.on('exit', (code) => end(code));
await run(process.argv.slice(2));
finished = true;
process.exitCode = exitCode(tally);
for (const event of ['uncaughtException', 'unhandledRejection'])
  process.removeAllListeners(event).on(event, endLateFailure);
setTimeout(endLingering, LINGER_MS).unref();

async function run(names: readonly string[]): Promise<void> {
  const files = selectFiles(names.filter((name) => name !== 'checks'));
  findTools(say);
  if (names.length === 0 || names.includes('checks')) for (const check of CHECKS) runCheck(check, root, tally, say);
  if (files.some((file) => suiteOf(file) === 'e2e')) runCheck(BUILD, root, tally, say);
  if (files.length > 0) await runMocha(files);
}

/** Without names: all suites. A name that stands for no test is a failure, so that a slip of the pen cannot look green. */
function selectFiles(names: readonly string[]): readonly string[] {
  if (process.argv.length === 2) return SUITES.flatMap((suite) => testFiles(join('test', suite)));
  return names.flatMap((name) => {
    const files = testFiles(SUITES.includes(name) ? join('test', name) : relative(root, resolve(name)));
    if (files.length === 0) tally.failures.push({ name, text: `no suite, folder or file of tests: ${name}` });
    return files;
  });
}

function testFiles(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return path.endsWith('.test.ts') ? [path] : [];
  return globSync('**/*.test.ts', { cwd: path })
    .map((file) => join(path, file))
    .sort();
}

function suiteOf(file: string): string | undefined {
  return file.split(sep)[1];
}

async function runMocha(files: readonly string[]): Promise<void> {
  const mocha = new Mocha({ timeout: TEST_TIMEOUT_MS, forbidOnly: true, reporter: Mocha.reporters.Base });
  for (const file of files) await load(mocha, file);
  await new Promise<void>((done) => {
    const runner = mocha.run(() => done());
    new FileReporter({ root: join(root, 'test'), tally, say }).follow(runner);
  });
}

/** File by file, so that one that cannot be loaded is named and the others still run. */
async function load(mocha: Mocha, file: string): Promise<void> {
  mocha.files = [resolve(root, file)];
  try {
    await mocha.loadFilesAsync();
  } catch (error) {
    say(`FAILED ${relative('test', file)}: cannot be loaded`);
    tally.failures.push({ name: file, text: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function endLingering(): void {
  const held = process.getActiveResourcesInfo().filter((name) => !['TTYWrap', 'PipeWrap', 'Timeout'].includes(name));
  const text = `still open ${LINGER_MS / 1000} s after the last test: ${held.join(', ') || 'a timer or a pipe'}`;
  tally.failures.push({ name: 'the process does not end by itself', text });
  process.exit(exitCode(tally));
}

function endLateFailure(thrown: unknown): void {
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  tally.failures.push({ name: 'something failed after the last test', text });
  process.exit(exitCode(tally));
}

/** Whatever ends the process, the last line says so. */
function end(code: number): void {
  if (!finished || code !== exitCode(tally)) {
    tally.failures.push({ name: 'the run was cut short', text: `the process ended with code ${code}` });
    process.exitCode = 1;
  }
  report(tally);
}

function report(result: Tally): void {
  for (const skip of result.skips) say(`skipped  ${skip}`);
  for (const failure of result.failures) say(`\nFAILED ${failure.name}\n${failure.text}`);
  if (result.passed + result.failures.length === 0) say('no test ran');
  say(lastLine(result));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
