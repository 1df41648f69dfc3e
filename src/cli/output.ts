import { printable } from './printable.ts';
import { ERRORS } from '../index.ts';
import type { GatewayError } from '../index.ts';

/** Where a command writes: answers to stdout, everything else to stderr. */
export interface Output {
  /** With --json the value in one line, else the text. */
  answer(value: unknown, text: string): void;
  /** For people only; nothing with --json. */
  say(text: string): void;
}

export function createOutput(json: boolean): Output {
  return {
    answer: (value, text) => void process.stdout.write(json ? `${JSON.stringify(value)}\n` : printable(text)),
    say: (text) => {
      if (!json) process.stdout.write(printable(text));
    },
  };
}

/** What happened, where, and what to do; never a stack. */
export function describeError(error: GatewayError): string {
  const { title, remedy } = ERRORS[error.code];
  const lines = [`postiljon: ${title} (${error.code})`];
  if (error.location !== undefined && error.detail?.includes(error.location) !== true)
    lines.push(`  where: ${error.location}`);
  if (error.detail !== undefined) lines.push(`  what:  ${error.detail.replaceAll('\n', '\n         ')}`);
  lines.push(`  do:    ${remedy}`);
  return printable(`${lines.join('\n')}\n`);
}

export function errorObject(error: GatewayError): object {
  const { title, remedy } = ERRORS[error.code];
  const { code, detail, location } = error;
  return { error: { code, title, detail, location, remedy } };
}
