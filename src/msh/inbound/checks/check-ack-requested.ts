import { GatewayError } from '../../../errors.ts';
import { ACTOR_TO_PARTY_MSH } from '../../../soap/header-blocks.ts';
import type { Check } from './check.ts';

const LOCATION = '//Header/AckRequested';

/** AckRequested and its signed flag stand in the header exactly as the CPA says. @spec ebMS2 §6.3.1, §6.4.2, §10.1 */
export const checkAckRequested: Check = ({ message, agreement }) => {
  const { ackRequested } = message;
  if (ackRequested === undefined && message.nextMshAckRequested) {
    throw new GatewayError('FEATURE_UNSUPPORTED', { location: `${LOCATION}/@actor`, detail: 'only nextMSH asked' });
  }
  if (
    agreement.ackRequested !== 'perMessage' &&
    (agreement.ackRequested === 'always') !== (ackRequested !== undefined)
  ) {
    throw new GatewayError('HEADER_NOT_AGREED', { location: LOCATION });
  }
  if (ackRequested === undefined) return;
  if (ackRequested.actor !== undefined && ackRequested.actor !== ACTOR_TO_PARTY_MSH) {
    throw new GatewayError('HEADER_VALUE', { location: `${LOCATION}/@actor` });
  }
  const { ackSignatureRequested: signed } = agreement;
  if (signed !== 'perMessage' && (signed === 'always') !== ackRequested.signed) {
    throw new GatewayError('HEADER_NOT_AGREED', { location: `${LOCATION}/@signed` });
  }
};
