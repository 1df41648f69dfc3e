import { GatewayError } from '../../errors.ts';

/** The sender used this MessageId for something else. @spec ebMS2 §6.5.6 */
export function conflictOver(messageId: string): GatewayError {
  return new GatewayError('DUPLICATE_CONFLICT', {
    location: '//Header/MessageHeader/MessageData/MessageId',
    detail: `${messageId} was received before with other content`,
  });
}
