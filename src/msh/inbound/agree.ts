import type { Agreement } from '../../cpa/agreement.ts';
import { GatewayError } from '../../errors.ts';
import { resolveSend } from '../../cpa/resolve.ts';
import type { MessageHeader } from '../../ebms/message.ts';
import type { KnownCpa } from '../gateway.ts';
import { isOurParty } from '../our-party.ts';

/** The contract that the message names. Throws CPA_UNKNOWN, which a partner sees as a SOAP Fault. @spec ebMS2 §3.1.2 */
export function requireCpa(header: MessageHeader, cpas: { peek(cpaId: string): KnownCpa | undefined }): KnownCpa {
  const known = cpas.peek(header.cpaId);
  if (known === undefined) throw new GatewayError('CPA_UNKNOWN', { detail: `CPA ${header.cpaId}` });
  return known;
}

/** A recorded message posted to somebody else who holds the contract stops here. @spec ebMS2 §3.1.1 */
export function requireOurParty(header: MessageHeader, ours: ReadonlySet<string>): void {
  if (isOurParty(header.to.partyIds, ours)) return;
  throw new GatewayError('NOT_OUR_PARTY', { location: '//Header/MessageHeader/To/PartyId' });
}

/** What the CPA says of this message. Throws PARTY_UNKNOWN, ACTION_NOT_AGREED. @spec ebMS2 §3.1 */
export function agree(header: MessageHeader, { cpa }: Pick<KnownCpa, 'cpa'>): Agreement {
  const { from, to, service, action } = header;
  return resolveSend(cpa, {
    from: from.partyIds,
    to: to.partyIds,
    ...(from.role === undefined ? {} : { fromRole: from.role }),
    ...(to.role === undefined ? {} : { toRole: to.role }),
    service,
    action,
  });
}
