import { partyKeyOf } from '../../cpa/typed-value.ts';
import type { MessageHeader } from '../../ebms/message.ts';
import { GatewayError } from '../../errors.ts';
import type { MessageDetail } from '../../ports/store.ts';

/**
 * What comes in the HTTP answer to a message is a response to that message, from who it was sent to: TLS says who answers.
 * Throws HEADER_NOT_AGREED. @spec ebMS2 §4.3, §3.1.6.3
 */
export function bindAnswer(header: MessageHeader, sent: MessageDetail): void {
  const { from, to, cpaId, conversationId, messageData } = header;
  require(cpaId === sent.cpaId, 'CPAId');
  require(partyKeyOf(from.partyIds) === sent.toPartyId, 'From/PartyId');
  require(partyKeyOf(to.partyIds) === sent.fromPartyId, 'To/PartyId');
  require(conversationId === sent.conversationId, 'ConversationId');
  require(messageData.refToMessageId === sent.messageId, 'MessageData/RefToMessageId');
}

function require(fits: boolean, place: string): void {
  if (fits) return;
  throw new GatewayError('HEADER_NOT_AGREED', {
    location: `//Header/MessageHeader/${place}`,
    detail: 'not that of the message whose HTTP answer this is',
  });
}
