import { GatewayError } from '../errors.ts';
import type { PayloadBody, PayloadStore } from '../ports/payload-store.ts';
import type { Store } from '../ports/store.ts';

export interface Discarder {
  readonly store: Store;
  readonly payloads: PayloadStore;
}

/**
 * Removes the payloads of a message that was not stored. Never throws. After STORE_UNAVAILABLE the transaction may be on
 * disk although its answer was lost: then only what no message refers to goes, and what cannot be asked waits for the
 * sweep at the next start.
 */
export async function discardPayloads(
  bodies: readonly PayloadBody[],
  reason: unknown,
  { store, payloads }: Discarder,
): Promise<void> {
  const uncertain = reason instanceof GatewayError && reason.code === 'STORE_UNAVAILABLE';
  for (const body of bodies) {
    if (uncertain && (await mayBeReferred(body, store))) continue;
    await payloads.discard(body);
  }
}

async function mayBeReferred(body: PayloadBody, store: Store): Promise<boolean> {
  if ('inline' in body) return false;
  return store.refersTo(body.file).catch(() => true);
}
