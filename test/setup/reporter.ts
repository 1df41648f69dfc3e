import { relative } from 'node:path';
import type { Runnable, Runner, Test } from 'mocha';
import type { Tally } from './tally.ts';

export interface ReporterOptions {
  /** Names of files are told from here. */
  readonly root: string;
  readonly tally: Tally;
  readonly say: (line: string) => void;
}

interface FileProgress {
  readonly file: string;
  readonly began: number;
  passed: number;
  failed: number;
  skipped: number;
}

/** One line a test file as it ends; failures and skips go to the tally with their full names. */
export class FileReporter {
  readonly #options: ReporterOptions;
  #progress: FileProgress | undefined;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  follow(runner: Runner): void {
    runner.on('pass', (test) => this.#pass(test));
    runner.on('fail', (test, error) => this.#fail(test, error));
    runner.on('pending', (test) => this.#pending(test));
    runner.once('end', () => this.#flush());
  }

  #pass(test: Test): void {
    this.#of(test).passed += 1;
    this.#options.tally.passed += 1;
  }

  #fail(test: Runnable, error: unknown): void {
    this.#of(test).failed += 1;
    this.#options.tally.failures.push({ name: this.#name(test), text: textOf(error) });
  }

  /** A skip that gives no reason is a failure: nobody may overlook it. */
  #pending(test: Test): void {
    const name = this.#name(test);
    if (!name.includes('(skipped: ')) {
      this.#fail(test, 'skipped without a reason: use skipUnless of test/setup/skip.ts');
      return;
    }
    this.#of(test).skipped += 1;
    this.#options.tally.skips.push(name);
  }

  #name(test: Runnable): string {
    return `${this.#file(test)}: ${test.titlePath().join(' > ')}`;
  }

  #file(test: Runnable): string {
    return relative(this.#options.root, test.file ?? this.#options.root).replaceAll('\\', '/');
  }

  #of(test: Runnable): FileProgress {
    const file = this.#file(test);
    if (this.#progress?.file === file) return this.#progress;
    this.#flush();
    this.#progress = { file, began: performance.now() - (test.duration ?? 0), passed: 0, failed: 0, skipped: 0 };
    return this.#progress;
  }

  #flush(): void {
    const done = this.#progress;
    if (done === undefined) return;
    this.#progress = undefined;
    const seconds = ((performance.now() - done.began) / 1000).toFixed(1);
    const counts = [`${done.passed} passed`];
    if (done.failed > 0) counts.push(`${done.failed} failed`);
    if (done.skipped > 0) counts.push(`${done.skipped} skipped`);
    this.#options.say(`${done.failed > 0 ? 'FAILED' : 'ok    '} ${done.file}: ${counts.join(', ')}, ${seconds} s`);
  }
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? ` [${String(error.code)}]` : '';
  const cause = error.cause === undefined ? '' : `\ncaused by ${textOf(error.cause)}`;
  return `${error.stack ?? error.message}${code}${cause}`;
}
