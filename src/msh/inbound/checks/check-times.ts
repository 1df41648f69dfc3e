import { parseDateTime } from '../../../clock.ts';
import { GatewayError } from '../../../errors.ts';
import type { EbmsMessage } from '../../../ebms/message.ts';

const LOCATION = '//Header/MessageHeader/MessageData';

/** Timestamp and TimeToLive are dateTimes, and TimeToLive has not passed at receipt. @spec ebMS2 §3.1.6.2, §3.1.6.4 */
export function checkTimes(arrived: { readonly message: EbmsMessage; readonly receivedAt: number }): void {
  const { timestamp, timeToLive } = arrived.message.header.messageData;
  if (parseDateTime(timestamp) === undefined)
    throw new GatewayError('HEADER_TIME', { location: `${LOCATION}/Timestamp` });
  if (timeToLive === undefined) return;
  const until = parseDateTime(timeToLive);
  if (until === undefined) throw new GatewayError('HEADER_TIME', { location: `${LOCATION}/TimeToLive` });
  if (arrived.receivedAt > until) throw new GatewayError('MESSAGE_EXPIRED', { location: `${LOCATION}/TimeToLive` });
}
