import { pino } from 'pino';
import type { Logger } from 'pino';
import { GatewayError } from '../errors.ts';

export type AppLog = Logger;

/** What may never stand in a log, whoever writes it. */
const SECRETS = ['key', 'passphrase', 'password', 'content', 'authorization'];
const STDERR = 2;

/** Lines are written together, but none waits longer than this. */
const FLUSH_MS = 200;
const BUFFER_BYTES = 8192;

/** JSON lines on stderr: stdout is for answers. What is in hand when the process ends in any way but SIGKILL is written. */
export function createLog(options: { readonly level: string; readonly name: string }): AppLog {
  const destination = pino.destination({ dest: STDERR, sync: true, minLength: BUFFER_BYTES });
  // `flush` writes; `flushSync` would wait for the disk as well, in the middle of all that goes on.
  setInterval(() => destination.flush(), FLUSH_MS).unref();
  process.on('exit', () => destination.flushSync());
  return pino(
    {
      level: options.level,
      base: { gateway: options.name },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS, censor: '(secret)' },
      serializers: { err: describeError },
      hooks: { streamWrite: inert },
    },
    destination,
  );
}

const BEYOND_ASCII = /[^\n -~]/;
/** Control characters other than the end of the line, and those that are not seen (direction marks and the like). */
const ACTIVE = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The same JSON without a character that could steer the terminal of who reads the log, or turn its text around: partners choose words in it. */
function inert(line: string): string {
  return BEYOND_ASCII.test(line) ? line.replaceAll(ACTIVE, escaped) : line;
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
}

function describeError(thrown: unknown): object {
  if (!(thrown instanceof Error)) return { message: String(thrown) };
  const { message, stack } = thrown;
  const cause = thrown.cause === undefined ? {} : { cause: describeError(thrown.cause) };
  if (!(thrown instanceof GatewayError)) return { message, stack, ...cause };
  const { code, location, detail } = thrown;
  // A refusal tells where it comes from by its code; only what nobody foresaw needs the stack.
  return { code, location, detail, ...(code === 'INTERNAL' ? { stack } : {}), ...cause };
}
