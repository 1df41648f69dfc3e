import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';

export const DEFAULT_CONFIG = 'postiljon.yaml';

/** What every command takes. */
export interface CommonOptions {
  readonly config: string;
  readonly json?: true;
}

export interface ApiOptions extends CommonOptions {
  readonly api?: string;
}

export function withCommon(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file', DEFAULT_CONFIG)
    .option('--json', 'machine output on stdout');
}

/** For commands that talk to a running gateway. */
export function withApi(command: Command): Command {
  return withCommon(command).option(
    '--api <url>',
    'API of the gateway (instead of the api section of the configuration)',
  );
}

export function readWhole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

const KEY_BITS: ReadonlySet<number> = new Set([2048, 3072, 4096]);

export function readKeyBits(text: string): number {
  const bits = readWhole(text);
  if (!KEY_BITS.has(bits)) throw new InvalidArgumentError(`It must be one of ${[...KEY_BITS].join(', ')}.`);
  return bits;
}

export function readPort(text: string): number {
  const port = readWhole(text);
  if (port > 65_535) throw new InvalidArgumentError('It must be a port.');
  return port;
}

export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

export function example(...lines: readonly string[]): string {
  return `\nExample:\n${lines.map((line) => `  $ ${line}\n`).join('')}`;
}
