import { GatewayError } from '../../../errors.ts';
import { readSequenceNumber } from '../../../ebms/message-order.ts';
import type { Check } from './check.ts';

const LOCATION = '//Header/MessageOrder';
const NUMBER_AT = `${LOCATION}/SequenceNumber`;

/**
 * MessageOrder stands only where the CPA says Guaranteed, with once-and-only-once delivery and without SyncReply, and its
 * number is one. A message without it is handed over as it comes: gateways in the field sign such a CPA and number
 * nothing. @spec ebMS2 §9.1, §9.2
 */
export const checkMessageOrder: Check = ({ message, agreement }) => {
  const { messageOrder: order } = message;
  if (order === undefined) return;
  if (!agreement.messageOrder.sender && !agreement.messageOrder.receiver)
    throw new GatewayError('FEATURE_UNSUPPORTED', { location: LOCATION, detail: 'the CPA does not say Guaranteed' });
  if (message.syncReply !== undefined) throw unfit('//Header/SyncReply', 'not together with MessageOrder');
  if (message.ackRequested === undefined) throw unfit('//Header/AckRequested', 'missing beside MessageOrder');
  if (!message.header.duplicateElimination)
    throw unfit('//Header/MessageHeader/DuplicateElimination', 'missing beside MessageOrder');
  const number = readSequenceNumber(order);
  if (number === undefined) throw unfit(NUMBER_AT, `${order.sequenceNumber} is no number from 0 to 99999999`);
  if (order.status === 'Reset' && number !== 0) throw unfit(NUMBER_AT, `Reset with ${number}`);
};

function unfit(location: string, detail: string): GatewayError {
  return new GatewayError('HEADER_VALUE', { location, detail });
}
