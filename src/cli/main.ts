import { CommanderError } from 'commander';
import { toGatewayError } from '../index.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { describeError, errorObject } from './output.ts';
import { createProgram } from './program.ts';

/** Runs one command to its end and sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.failed);
  });
  process.exitCode = await run(argv);
}

/** Runs one command to its end; answers its exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  let code: number = EXIT.done;
  try {
    const program = await createProgram((ended) => {
      code = ended;
    }, argv[2]);
    await program.parseAsync(argv);
    return code;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.done : EXIT.usage;
    const error = toGatewayError(thrown);
    if (argv.includes('--json')) process.stdout.write(`${JSON.stringify(errorObject(error))}\n`);
    process.stderr.write(describeError(error));
    return exitCodeOf(error);
  }
}
