import type { HandedPayload } from '../../ports/handover.ts';
import type { PayloadRecord } from '../../ports/message-records.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';

/** As it is stored. */
export function handedPayload(
  { contentId, name, contentType, size, sha256, body }: PayloadRecord,
  store: PayloadStore,
): HandedPayload {
  return {
    contentId,
    name,
    contentType,
    size,
    sha256,
    octets: 'inline' in body ? body.inline : undefined,
    open: () => store.open(body),
  };
}
