import { run as runCommand } from '../../../src/cli/main.ts';

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command of the command line in this process, and catches what it writes. */
export async function run(...args: readonly string[]): Promise<Run> {
  const [out, err] = [catchOutput(process.stdout), catchOutput(process.stderr)];
  try {
    const code = await runCommand(['node', 'postiljon', ...args]);
    return { code, stdout: out.text(), stderr: err.text() };
  } finally {
    out.restore();
    err.restore();
  }
}

function catchOutput(stream: NodeJS.WriteStream): { readonly text: () => string; readonly restore: () => void } {
  const chunks: Buffer[] = [];
  const write = stream.write.bind(stream);
  stream.write = (chunk: Uint8Array | string, ...more: readonly unknown[]): boolean => {
    chunks.push(Buffer.from(chunk));
    const done = more.find((one) => typeof one === 'function');
    if (done !== undefined) queueMicrotask(() => done());
    return true;
  };
  return {
    text: () => Buffer.concat(chunks).toString('utf8'),
    restore: () => {
      stream.write = write;
    },
  };
}
