import type { Agreement } from '../../cpa/agreement.ts';
import { parsePartyKey, parseServiceKey } from '../../cpa/party-lookup.ts';
import { resolveSend } from '../../cpa/resolve.ts';
import { typedKey } from '../../cpa/typed-value.ts';
import { GatewayError } from '../../errors.ts';
import { ACTOR_NEXT_MSH } from '../../soap/header-blocks.ts';
import type { SubmitRequest } from '../gateway.ts';
import { checkCpaDates } from '../inbound/checks/check-cpa-dates.ts';
import type { Submitter } from './submitter.ts';

/**
 * What the CPA says of a message that the application wants to send. Throws CPA_UNKNOWN, CPA_INACTIVE, PARTY_UNKNOWN,
 * ACTION_NOT_AGREED, NOT_OUR_PARTY, FEATURE_UNSUPPORTED. @spec ebMS2 §3.1
 */
export function agreeToSend(
  request: SubmitRequest,
  { cpas, clock, ours }: Pick<Submitter, 'cpas' | 'clock' | 'ours'>,
): Agreement {
  const known = cpas.get(request.cpaId);
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
  if (!agreement.from.partyIds.every((partyId) => ours.has(typedKey(partyId)))) {
    throw new GatewayError('NOT_OUR_PARTY', {
      location: 'from',
      detail: `${request.from} is not one of the parties of this gateway`,
    });
  }
  // Such a request for a receipt stands outside of the signature, and no receipt of the To Party would answer it.
  if (agreement.ackRequested === 'always' && agreement.actor === ACTOR_NEXT_MSH)
    throw new GatewayError('FEATURE_UNSUPPORTED', {
      location: 'cpaId',
      detail: 'the CPA asks receipts of the next MSH',
    });
  return agreement;
}
