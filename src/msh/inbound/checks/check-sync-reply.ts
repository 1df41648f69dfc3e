import { GatewayError } from '../../../errors.ts';
import { ACTOR_NEXT } from '../../../soap/header-blocks.ts';
import type { Check } from './check.ts';

const LOCATION = '//Header/SyncReply';

/** SyncReply stands in the header exactly where the CPA has a syncReplyMode for signals. @spec ebMS2 §4.3, §6.4.7 */
export const checkSyncReply: Check = ({ message, agreement }) => {
  const { syncReplyMode: mode } = agreement;
  const { syncReply } = message;
  if (mode !== 'responseOnly' && (mode !== 'none') !== (syncReply !== undefined)) {
    throw new GatewayError('HEADER_NOT_AGREED', { location: LOCATION });
  }
  if (syncReply !== undefined && syncReply.actor !== ACTOR_NEXT) {
    throw new GatewayError('HEADER_NOT_AGREED', { location: `${LOCATION}/@actor` });
  }
};
