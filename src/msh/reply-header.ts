import type { Agreement } from '../cpa/agreement.ts';
import type { MessageData, MessageHeader } from '../ebms/message.ts';
import { MSH_SERVICE } from '../ebms/namespaces.ts';

/** What a signal takes over from the header of the message that it is about. */
export type Answered = Pick<MessageHeader, 'from' | 'to' | 'cpaId' | 'conversationId'> & {
  readonly messageData: Pick<MessageData, 'messageId'>;
};

export interface Reply {
  readonly action: string;
  readonly messageId: string;
  readonly timestamp: string;
  readonly agreement: Agreement | undefined;
}

/** The header of a signal about a message, between the same parties the other way round. */
export function replyHeader(header: Answered, reply: Reply): MessageHeader {
  return {
    version: '2.0',
    from: { partyIds: header.to.partyIds, role: reply.agreement?.to.role },
    to: { partyIds: header.from.partyIds, role: reply.agreement?.from.role },
    cpaId: header.cpaId,
    conversationId: header.conversationId,
    service: { value: MSH_SERVICE },
    action: reply.action,
    messageData: {
      messageId: reply.messageId,
      timestamp: reply.timestamp,
      refToMessageId: header.messageData.messageId,
      timeToLive: undefined,
    },
    duplicateElimination: false,
    descriptions: [],
  };
}
