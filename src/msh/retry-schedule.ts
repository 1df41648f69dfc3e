import type { RetryPolicy } from '../cpa/agreement.ts';

/** TimeToLive of a reliable message: after its last retry has had its interval. Undefined under best effort. @spec ebMS2 §3.1.6.4 */
export function timeToLive(timestamp: number, policy: RetryPolicy): number | undefined {
  return policy.reliable ? timestamp + policy.retryInterval * (policy.retries + 1) : undefined;
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
 * the moment at which the message expires. Undefined: best effort, nothing follows. @spec ebMS2 §6.5.4
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
