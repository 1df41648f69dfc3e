import { CPA_ERRORS } from './errors/cpa.ts';
import { EBMS_ERRORS } from './errors/ebms.ts';
import type { ErrorRow } from './errors/error-row.ts';
import { INSIDE_ERRORS } from './errors/inside.ts';
import { SECURITY_ERRORS } from './errors/security.ts';
import { SENDING_ERRORS } from './errors/sending.ts';
import { WIRE_ERRORS } from './errors/wire.ts';
import { WUS_ERRORS } from './errors/wus.ts';

export { SECURITY_TITLE } from './errors/error-row.ts';
export type { EbmsErrorCode, ErrorRow, WusFaultCode } from './errors/error-row.ts';

/**
 * Every refusal and failure that a user, a partner or a script can meet: one row a code, in a file of `errors/` by theme.
 * `code` is public and never reused; `title` and `remedy` may be reworded. docs/errors.md is generated from this table.
 */
export const ERRORS = {
  ...WIRE_ERRORS,
  ...EBMS_ERRORS,
  ...SECURITY_ERRORS,
  ...CPA_ERRORS,
  ...SENDING_ERRORS,
  ...WUS_ERRORS,
  ...INSIDE_ERRORS,
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorParticulars {
  /** Where: an XPath without prefixes, a cid:, a configuration key, a JSON pointer, or line and column. */
  readonly location?: string;
  /** For the log and the operator only; never sent to a partner. */
  readonly detail?: string;
  readonly cause?: unknown;
}

/** The only error that is thrown on purpose. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode;
  readonly location: string | undefined;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, particulars: ErrorParticulars = {}) {
    super(
      particulars.detail ?? ERRORS[code].title,
      particulars.cause === undefined ? undefined : { cause: particulars.cause },
    );
    this.code = code;
    this.location = particulars.location;
    this.detail = particulars.detail;
  }

  get row(): ErrorRow {
    return ERRORS[this.code];
  }
}

/** Turns whatever was thrown into a GatewayError; what is not one becomes INTERNAL with its cause kept. */
export function toGatewayError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new GatewayError('INTERNAL', { detail, cause: thrown });
}
