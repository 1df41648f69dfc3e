import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Slices } from '../clock/slices.ts';
import { type ErrorCode, GatewayError } from '../errors.ts';
import type { BackendAnswer } from '../ports/backend.ts';
import { exchange } from './exchange.ts';

/** One request to an application that has to answer it. */
export interface Question {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | Readable;
  /** To the last octet of the answer. */
  readonly timeoutMs: number;
  /** Largest answer that is no package of parts. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Posts it, and gives the whole answer; one of multipart/related is a stream. Nothing is followed, decompressed or repeated. Throws
 * BACKEND_UNREACHABLE, BACKEND_TIMEOUT, BACKEND_ANSWER.
 */
export async function askBackend(agent: Dispatcher, question: Question, slices: Slices): Promise<BackendAnswer> {
  const { url, headers, body, timeoutMs, maxBytes, signal } = question;
  const dispatch = {
    origin: url.origin,
    path: url.pathname + url.search,
    method: 'POST' as const,
    headers: { ...headers },
    body,
  };
  try {
    const answer = await exchange(agent, dispatch, { timeoutMs, maxBytes, takesParts: true, slices, signal });
    return { status: answer.status, contentType: answer.contentType, body: answer.parts ?? answer.body };
  } catch (error) {
    throw backendFailure(error, url);
  } finally {
    if (!(body instanceof Uint8Array)) body.destroy();
  }
}

/** The answer came, but cannot be used; by the names of undici's errors. */
const ANSWER_FAILURES: ReadonlySet<string> = new Set([
  'ResponseExceededMaxSizeError',
  'HeadersOverflowError',
  'HTTPParserError',
]);

/** A failure of our own, such as an attachment that cannot be read, stays what it is. */
function backendFailure(error: unknown, { href }: URL): GatewayError {
  if (error instanceof GatewayError && error.code !== 'PEER_ANSWER') return error;
  const name = error instanceof Error ? error.name : '';
  const detail = `${href}: ${error instanceof Error ? error.message : String(error)}`;
  return new GatewayError(codeOf(error, name), { detail, cause: error });
}

function codeOf(error: unknown, name: string): ErrorCode {
  if (error instanceof GatewayError || ANSWER_FAILURES.has(name)) return 'BACKEND_ANSWER';
  return name === 'TimeoutError' ? 'BACKEND_TIMEOUT' : 'BACKEND_UNREACHABLE';
}
