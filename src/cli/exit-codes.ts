import type { ErrorCode } from '../index.ts';

/** What a script may rely on. `errors` names the codes that end with it; what is not named is 4 below status 500, else 1. */
export const EXIT_CODES = [
  { code: 0, meaning: 'done', errors: [] },
  { code: 1, meaning: 'failed', errors: ['BUSY', 'FILE_UNWRITABLE', 'DOWNLOAD_DAMAGED', 'INTERNAL'] },
  { code: 2, meaning: 'wrong usage', errors: ['REQUEST_INVALID', 'OPTION_INVALID', 'MESSAGE_ID_INVALID'] },
  {
    code: 3,
    meaning: 'not found',
    errors: ['NOT_FOUND', 'FILE_MISSING', 'CONFIG_MISSING', 'STORE_MISSING', 'CPA_UNKNOWN'],
  },
  {
    code: 4,
    meaning: 'refused as invalid',
    errors: [
      'CONFIG_INVALID',
      'FEATURE_UNSUPPORTED',
      'WUS_ANSWER',
      'WUS_ANSWER_REFUSED',
      'WUS_FAULT_UNPROVEN',
      'WUS_RELATES_TO',
    ],
  },
  {
    code: 5,
    meaning: 'partner, broker or gateway unreachable',
    errors: [
      'GATEWAY_UNREACHABLE',
      'PEER_UNREACHABLE',
      'PEER_ANSWER',
      'PEER_REFUSED',
      'PEER_SILENT',
      'WUS_PEER_UNREACHABLE',
      'WUS_PEER_TIMEOUT',
      'WUS_PEER_ANSWER',
      'RETRIES_EXHAUSTED',
    ],
  },
  { code: 6, meaning: 'store unavailable', errors: ['STORE_UNAVAILABLE'] },
] as const satisfies readonly {
  readonly code: number;
  readonly meaning: string;
  readonly errors: readonly ErrorCode[];
}[];

export const EXIT = { done: 0, failed: 1, usage: 2, notFound: 3, refused: 4, unreachable: 5, store: 6 } as const;

/** Tells the exit code of a command that has ended without an error. */
export type End = (code: number) => void;

/** The exit code of an error that ended a command. */
export function exitCodeOf(error: { readonly code: ErrorCode; readonly row: { readonly http: number } }): number {
  const named = EXIT_CODES.find(({ errors }) => errors.some((code) => code === error.code));
  if (named !== undefined) return named.code;
  return error.row.http < 500 ? EXIT.refused : EXIT.failed;
}

/** For the end of `--help`. */
export function exitCodesHelp(): string {
  const lines = EXIT_CODES.map(({ code, meaning }) => `  ${code}  ${meaning}`);
  return `\nExit codes:\n${lines.join('\n')}\n`;
}
