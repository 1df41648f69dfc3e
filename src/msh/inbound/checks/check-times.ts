import { parseDateTime } from '../../../clock.ts';
import { GatewayError } from '../../../errors.ts';
import type { EbmsMessage } from '../../../ebms/message.ts';

const LOCATION = '//Header/MessageHeader/MessageData';

/** Further ahead no clock is that is wrong by its zone alone: such a message could be kept back, and come when it suits. */
export const FUTURE_MS = 15 * 3_600_000;

/** Timestamp and TimeToLive are dateTimes, and TimeToLive has not passed at receipt. @spec ebMS2 §3.1.6.2, §3.1.6.4 */
export function checkTimes(arrived: { readonly message: EbmsMessage; readonly receivedAt: number }): void {
  const { timestamp, timeToLive } = arrived.message.header.messageData;
  const at = parseDateTime(timestamp);
  if (at === undefined) throw new GatewayError('HEADER_TIME', { location: `${LOCATION}/Timestamp` });
  if (at > arrived.receivedAt + FUTURE_MS)
    throw new GatewayError('HEADER_VALUE', { location: `${LOCATION}/Timestamp` });
  if (timeToLive === undefined) return;
  const until = parseDateTime(timeToLive);
  if (until === undefined) throw new GatewayError('HEADER_TIME', { location: `${LOCATION}/TimeToLive` });
  if (arrived.receivedAt > until) throw new GatewayError('MESSAGE_EXPIRED', { location: `${LOCATION}/TimeToLive` });
}
