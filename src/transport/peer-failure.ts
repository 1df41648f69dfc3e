import { type ErrorCode, GatewayError } from '../errors.ts';

/** The answer came, but cannot be used; everything else means that there is none. By the names of undici's errors. */
const ANSWER_FAILURES: ReadonlySet<string> = new Set([
  'ResponseExceededMaxSizeError',
  'HeadersOverflowError',
  'HTTPParserError',
]);

const CERTIFICATE_FAILURES: ReadonlySet<ErrorCode> = new Set([
  'CERTIFICATE_REVOKED',
  'REVOCATION_UNKNOWN',
  'CERTIFICATE_UNTRUSTED',
]);

/**
 * What went wrong with a request to a partner: PEER_ANSWER, else PEER_UNREACHABLE with the reason as `CODE: text`, such as
 * ECONNREFUSED, UND_ERR_HEADERS_TIMEOUT, CERT_HAS_EXPIRED or CERTIFICATE_REVOKED: what we hold against the partner's
 * certificate may be over at the next attempt. A failure of our own (the payload cannot be read) stays what it is.
 */
export function peerFailure(error: unknown): GatewayError {
  if (error instanceof GatewayError && !CERTIFICATE_FAILURES.has(error.code)) return error;
  const code = codeOf(error);
  const detail = [code, messageOf(error)].filter((text) => text !== '').join(': ');
  const isAnswer = error instanceof Error && ANSWER_FAILURES.has(error.name);
  return new GatewayError(isAnswer ? 'PEER_ANSWER' : 'PEER_UNREACHABLE', { detail, cause: error });
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : '';
}

/** Without the advice for who writes programs that Node puts behind some of them. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(NODE_ADVICE, '') : String(error);
}

const NODE_ADVICE = /; if the root CA is installed locally, try running Node\.js with \S+$/;
