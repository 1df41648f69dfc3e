import { GatewayError } from '../../src/index.ts';
import type { BackendRequest, Clock } from '../../src/index.ts';

/** What `work` gives, which goes on whatever comes first. Throws BACKEND_TIMEOUT, or the reason of `signal`. */
export async function inTime<T>(
  work: Promise<T>,
  { timeoutMs, signal, clock }: Pick<BackendRequest, 'timeoutMs' | 'signal'> & { readonly clock: Clock },
): Promise<T> {
  signal?.throwIfAborted();
  const { promise: over, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  const cancel = clock.schedule(clock.now() + timeoutMs, () =>
    reject(new GatewayError('BACKEND_TIMEOUT', { detail: 'the receiver did not say in time whether it may be asked' })),
  );
  try {
    return await Promise.race([work, over]);
  } finally {
    cancel();
    signal?.removeEventListener('abort', onAbort);
  }
}
