import { parseArgs, type ParseArgsConfig } from 'node:util';

/** Arguments of a script. What it does not know ends it with 2, a sentence and the usage; `--help` with 0 and the usage. */
export function readArguments<T extends ParseArgsConfig>(config: T, usage: string): ReturnType<typeof parseArgs<T>> {
  try {
    const read = parseArgs(config);
    if ('help' in read.values && read.values.help === true) {
      process.stdout.write(`${usage}\n`);
      process.exit(0);
    }
    return read;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('ERR_PARSE_ARGS'))
      return wrongUsage(thrown.message, usage);
    throw thrown;
  }
}

export function wrongUsage(what: string, usage: string): never {
  process.stderr.write(`${what}\n\n${usage}\n`);
  process.exit(2);
}
