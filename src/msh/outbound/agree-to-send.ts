import type { Agreement } from '../../cpa/agreement.ts';
import { parsePartyKey, parseServiceKey } from '../../cpa/party-lookup.ts';
import { resolveSend } from '../../cpa/resolve.ts';
import { partyKeyOf, typedKey } from '../../cpa/typed-value.ts';
import { GatewayError } from '../../errors.ts';
import { ACTOR_NEXT_MSH } from '../../soap/header-blocks.ts';
import { owns } from '../access/application.ts';
import { ownCpas } from '../access/own-cpas.ts';
import type { GatewayUser } from '../gateway.ts';
import type { SubmitRequest } from '../message-use-cases.ts';
import { checkCpaDates } from '../inbound/checks/check-cpa-dates.ts';
import { requireOurSender } from '../our-party.ts';
import type { Submitter } from './submitter.ts';

/**
 * What the CPA says of a message that the application wants to send. Throws CPA_UNKNOWN, CPA_INACTIVE, PARTY_UNKNOWN,
 * ACTION_NOT_AGREED, NOT_OUR_PARTY, NOT_ALLOWED, FEATURE_UNSUPPORTED. @spec ebMS2 §3.1
 */
export function agreeToSend(
  request: SubmitRequest,
  { cpas, clock, ours, user }: Pick<Submitter, 'cpas' | 'clock' | 'ours' | 'user'>,
): Agreement {
  const known = ownCpas(cpas, user?.owner).get(request.cpaId);
  checkCpaDates({ known, receivedAt: clock.now() });
  const { cpa } = known;
  const agreement = resolveSend(cpa, {
    from: [parsePartyKey(request.from, cpa)],
    ...(request.to === undefined ? {} : { to: [parsePartyKey(request.to, cpa)] }),
    ...(request.fromRole === undefined ? {} : { fromRole: request.fromRole }),
    ...(request.toRole === undefined ? {} : { toRole: request.toRole }),
    service: parseServiceKey(request.service, cpa),
    action: request.action,
  });
  requireOurSender(agreement, ours, request.from);
  requireOwn(agreement, user);
  // Such a request for a receipt stands outside of the signature, and no receipt of the To Party would answer it.
  if (agreement.ackRequested === 'always' && agreement.actor === ACTOR_NEXT_MSH)
    throw new GatewayError('FEATURE_UNSUPPORTED', {
      location: 'cpaId',
      detail: 'the CPA asks receipts of the next MSH',
    });
  return agreement;
}

/** An application sends for its own parties, services and actions. Throws NOT_ALLOWED. */
function requireOwn({ from, service, action }: Agreement, user: GatewayUser | undefined): void {
  const owner = user?.owner;
  const message = { direction: 'out', party: partyKeyOf(from.partyIds), service: typedKey(service), action } as const;
  if (owner === undefined || owns(owner, message)) return;
  throw new GatewayError('NOT_ALLOWED', {
    location: 'from',
    detail: `application ${user?.name} may not send ${action} of ${message.service} for ${message.party}`,
  });
}
