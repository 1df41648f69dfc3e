import { Transform } from 'node:stream';
import { formatOctets } from './table.ts';

/** What shows how far long work has come: a terminal. */
export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface Progress {
  /** Shows the text, unless one was shown just before. */
  show(text: string): void;
  /** Takes the line away. */
  end(): void;
}

const BETWEEN_MS = 200;
const CLEAR = '\r\u001b[2K';
const COLUMNS = 80;

/** One line on stderr that is written over; nothing where nobody looks, or with --json. */
export function createProgress(json: boolean, output: ProgressOutput = process.stderr): Progress {
  if (json || output.isTTY !== true) return { show: () => undefined, end: () => undefined };
  let shownAt = -Infinity;
  let visible = false;
  return {
    show(text) {
      const now = performance.now();
      if (now - shownAt < BETWEEN_MS) return;
      shownAt = now;
      visible = true;
      output.write(CLEAR + text.slice(0, (output.columns ?? COLUMNS) - 1));
    },
    end() {
      if (visible) output.write(CLEAR);
      visible = false;
    },
  };
}

/** Passes octets on and shows how many there were. */
export function countOctets(progress: Progress, what: string, total: number | undefined): Transform {
  let octets = 0;
  const of = total === undefined ? '' : ` of ${formatOctets(total)}`;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      octets += chunk.length;
      progress.show(`${what} ${formatOctets(octets)}${of}`);
      done(null, chunk);
    },
    flush(done) {
      progress.end();
      done();
    },
  });
}
