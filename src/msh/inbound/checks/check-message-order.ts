import { GatewayError } from '../../../errors.ts';
import type { Check } from './check.ts';

/** MessageOrder is not supported. @spec ebMS2 §9 */
export const checkMessageOrder: Check = ({ message }) => {
  if (message.messageOrder !== undefined)
    throw new GatewayError('FEATURE_UNSUPPORTED', { location: '//Header/MessageOrder' });
};
