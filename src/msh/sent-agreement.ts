import type { Agreement } from '../cpa/agreement.ts';
import { parsePartyKey, parseServiceKey } from '../cpa/party-lookup.ts';
import { resolveSend } from '../cpa/resolve.ts';
import type { MessagePurpose } from '../ports/store.ts';
import type { KnownCpa } from './gateway.ts';

/** What the CPA says of a message that was sent. Throws CPA_UNKNOWN, PARTY_UNKNOWN, ACTION_NOT_AGREED. @spec ebMS2 §3.1 */
export function agreementOfSent(sent: MessagePurpose, cpas: { get(cpaId: string): Pick<KnownCpa, 'cpa'> }): Agreement {
  const { cpa } = cpas.get(sent.cpaId);
  return resolveSend(cpa, {
    from: [parsePartyKey(sent.fromPartyId, cpa)],
    to: [parsePartyKey(sent.toPartyId, cpa)],
    ...(sent.fromRole === undefined ? {} : { fromRole: sent.fromRole }),
    ...(sent.toRole === undefined ? {} : { toRole: sent.toRole }),
    service: parseServiceKey(sent.service, cpa),
    action: sent.action,
  });
}
