import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { parseDateTime, toDateTime } from '../../index.ts';

export const DEFAULT_CONFIG = 'postiljon.yaml';

/** What every command takes. */
export interface CommonOptions {
  readonly config: string;
  readonly json?: true;
}

export interface ApiOptions extends CommonOptions {
  readonly api?: string;
  /** Files. */
  readonly apiKey?: string;
  readonly apiCa?: string;
  readonly apiCert?: string;
  readonly apiCertKey?: string;
}

export function withCommon(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file', DEFAULT_CONFIG)
    .option('--json', 'machine output on stdout');
}

/** For commands that talk to a running gateway. */
export function withApi(command: Command): Command {
  return withCommon(command)
    .option('--api <url>', 'API of the gateway (instead of the api section of the configuration)', readHttpUrl)
    .option('--api-key <file>', 'file whose first line is the API key (or POSTILJON_API_KEY, the key itself)')
    .option('--api-ca <file>', 'CAs (PEM) that the API is believed by, beside those that everybody believes')
    .option('--api-cert <file>', 'client certificate (PEM) by which the API knows who calls')
    .option('--api-cert-key <file>', 'its private key (PEM)');
}

const AGO_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** RFC 3339, or how long ago: `90s`, `15m`, `2h`, `7d`. */
export function readTime(text: string): string {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return toDateTime(Date.now() - Number(count) * (AGO_MS[unit] ?? 0));
  if (parseDateTime(text) !== undefined) return text;
  throw new InvalidArgumentError('It must be a time such as 2027-01-01T00:00:00Z, or how long ago: 15m, 2h, 7d.');
}

const MOST = 1000;

/** Items of a page: 1 to 1000. */
export function readLimit(text: string): number {
  const limit = readWhole(text);
  if (limit < 1 || limit > MOST) throw new InvalidArgumentError(`It must be 1 to ${MOST}.`);
  return limit;
}

export function readHttpUrl(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('It must be an http(s) URL.');
}

export function directionOption(): Option {
  return new Option('--direction <direction>', 'received (in) or sent (out)').choices(['in', 'out']);
}

/** Where several senders used one MessageId. */
export function senderOption(): Option {
  return new Option('--from <party>', 'its sender, where several used this MessageId');
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
