import type { RetryPolicy } from '../cpa/agreement.ts';

/**
 * TimeToLive of a reliable message: after its last retry has had its interval, but before PersistDuration has passed,
 * when the receiver may have forgotten its MessageId. Undefined under best effort. `persistDuration` in ms.
 * @spec ebMS2 §3.1.6.4, §6.4.5, §6.4.6
 */
export function timeToLive(
  timestamp: number,
  policy: RetryPolicy,
  persistDuration: number | undefined,
): number | undefined {
  if (!policy.reliable) return undefined;
  const lasting = policy.retryInterval * (policy.retries + 1);
  const kept = persistDuration === undefined || persistDuration === 0 ? lasting : persistDuration - 1;
  return timestamp + Math.min(lasting, kept);
}

export interface RetryTerms {
  readonly reliable: boolean;
  readonly retries: number;
  /** ms. */
  readonly retryInterval: number;
  /** ms since 1970. */
  readonly timeToLive: number | undefined;
}

/**
 * What follows an attempt that brought no Acknowledgment: the time of the next claim. After the last attempt that is
 * the moment at which the message expires. Undefined: best effort, nothing follows. @spec ebMS2 §6.4.3, §6.4.4, §6.5.4
 */
export function nextDue(terms: RetryTerms, attempt: number, startedAt: number): number | undefined {
  if (!terms.reliable) return undefined;
  const next = startedAt + terms.retryInterval;
  const end = terms.timeToLive ?? next;
  return attempt > terms.retries ? end : Math.min(next, end);
}

/** Whether a claimed message has had its time, or all its attempts: it is not sent again. */
export function isExpired(terms: RetryTerms, attempt: number, now: number): boolean {
  if (terms.timeToLive !== undefined && now >= terms.timeToLive) return true;
  return terms.reliable && attempt > terms.retries + 1;
}
