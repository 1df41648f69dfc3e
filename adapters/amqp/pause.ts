import type { Clock } from '../../src/index.ts';

/** Rejects when `ended` comes first. */
export async function pause(clock: Clock, ms: number, ended: AbortSignal): Promise<void> {
  ended.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onEnd = (): void => reject(ended.reason);
  ended.addEventListener('abort', onEnd, { once: true });
  const cancel = clock.schedule(clock.now() + ms, resolve);
  try {
    await promise;
  } finally {
    cancel();
    ended.removeEventListener('abort', onEnd);
  }
}
