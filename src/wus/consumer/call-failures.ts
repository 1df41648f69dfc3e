import { GatewayError } from '../../errors.ts';
import { isTimeout } from '../../ports/transport.ts';

/**
 * What stood between a call and its answer, for who called: nothing repeats a call, as a message of ebMS is. WUS_PEER_UNREACHABLE,
 * WUS_PEER_TIMEOUT, WUS_PEER_ANSWER; a failure of our own stays what it is.
 */
export function transportFailure(thrown: unknown): unknown {
  if (!(thrown instanceof GatewayError)) return thrown;
  const { code, detail = thrown.message } = thrown;
  if (code === 'PEER_ANSWER') return new GatewayError('WUS_PEER_ANSWER', { detail, cause: thrown });
  if (code !== 'PEER_UNREACHABLE') return thrown;
  return isTimeout(thrown.cause)
    ? timedOut(thrown)
    : new GatewayError('WUS_PEER_UNREACHABLE', { detail, cause: thrown });
}

/** An answer that came in part. */
export function brokenOff(cause: GatewayError): GatewayError {
  if (isTimeout(cause.cause)) return timedOut(cause);
  return new GatewayError('WUS_PEER_UNREACHABLE', { detail: 'the answer broke off', cause });
}

function timedOut(cause: GatewayError): GatewayError {
  return new GatewayError('WUS_PEER_TIMEOUT', { detail: 'the answer was not complete within `timeoutSeconds`', cause });
}

/**
 * A refusal of an answer, for who called: codes by which a partner is refused say what the sender of the message did wrong, and that
 * was the partner. The cause is kept, for the record.
 */
export function answerRefused(thrown: unknown): unknown {
  if (!(thrown instanceof GatewayError) || thrown.row.http >= 500) return thrown;
  // The answer is good; the form in which it is wanted here cannot hold it.
  if (thrown.code === 'WUS_INLINE_LIMIT') return thrown;
  const reason = thrown.detail === undefined ? '' : `: ${thrown.detail}`;
  return new GatewayError('WUS_ANSWER_REFUSED', { detail: `${thrown.code}${reason}`, cause: thrown });
}

/** The precise error: what a record and the log say. */
export function underlying(error: GatewayError): GatewayError {
  return error.code === 'WUS_ANSWER_REFUSED' && error.cause instanceof GatewayError ? error.cause : error;
}
