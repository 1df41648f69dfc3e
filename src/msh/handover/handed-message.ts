import { type HandedMessage, type HandoverJob, MOST_OCTETS_COUNTED } from '../../ports/handover.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';

export function handedMessage({ header, payloads, attempt }: HandoverJob, store: PayloadStore): HandedMessage {
  return {
    ...header,
    attempt,
    payloads: payloads.map(({ contentId, name, contentType, size, sha256, body }) => ({
      contentId,
      name,
      contentType,
      size,
      sha256,
      octets: 'inline' in body ? body.inline : undefined,
      open: () => store.open(body),
    })),
  };
}

/** What it counts in memory. */
export function octetsOf({ payloads }: HandoverJob): number {
  const octets = payloads.reduce((sum, { size }) => sum + size, 0);
  return Math.min(octets, MOST_OCTETS_COUNTED);
}
