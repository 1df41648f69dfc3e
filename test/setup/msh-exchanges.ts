import { toDateTime } from '../../src/clock.ts';
import type { EbmsMessage, MessageHeader } from '../../src/ebms/message.ts';
import { writeMessage } from '../../src/ebms/write-message.ts';
import { newMessageId } from '../../src/ids.ts';
import { ACTOR_NEXT } from '../../src/soap/header-blocks.ts';
import { parseEnvelopeOctets } from './msh-receipts.ts';
import type { RawAnswer, RawRequest } from './test-gateway.ts';
import type { Receiving } from './msh-partner.ts';

const MSH_SERVICE = 'urn:oasis:names:tc:ebxml-msg:service';

export interface QuestionChanges {
  readonly header?: (header: MessageHeader) => Partial<MessageHeader>;
  readonly syncReply?: boolean;
}

/** A Ping of gemeente to dienst, honest but for `changes`; with `about`, a StatusRequest for that message. */
export function questionMarkup(
  { agreement, clock }: Pick<Receiving, 'agreement' | 'clock'>,
  { header: change, syncReply = false }: QuestionChanges = {},
  about?: string,
): string {
  const header: MessageHeader = {
    version: '2.0',
    from: { partyIds: agreement.from.partyIds, role: undefined },
    to: { partyIds: agreement.to.partyIds, role: undefined },
    cpaId: agreement.cpa.cpaId,
    conversationId: 'conversation-ping',
    service: { value: MSH_SERVICE },
    action: about === undefined ? 'Ping' : 'StatusRequest',
    messageData: {
      messageId: newMessageId('gemeente.test'),
      timestamp: toDateTime(clock.now()),
      refToMessageId: undefined,
      timeToLive: undefined,
    },
    duplicateElimination: false,
    descriptions: [],
  };
  const common = {
    header: { ...header, ...change?.(header) },
    syncReply: syncReply ? { version: '2.0', actor: ACTOR_NEXT } : undefined,
    messageOrder: undefined,
  };
  return writeMessage(
    about === undefined
      ? { ...common, kind: 'PingMessage' }
      : { ...common, kind: 'StatusRequestMessage', refToMessageId: about },
  );
}

/** The HTTP request of an envelope alone. */
export function bare(envelope: Uint8Array | string): RawRequest {
  return { headers: { 'content-type': 'text/xml; charset=UTF-8', soapaction: '"ebXML"' }, body: envelope };
}

export function messageIn({ body }: { readonly body: Buffer } | RawAnswer): EbmsMessage {
  return parseEnvelopeOctets(body).message;
}

export interface ReplyChanges {
  readonly header?: (header: MessageHeader) => Partial<MessageHeader>;
  readonly status?: 'UnAuthorized' | 'NotRecognized' | 'Received' | 'Processed' | 'Forwarded';
  /** Of the StatusResponse. */
  readonly about?: string;
}

/** The partner's Pong or StatusResponse to a question, honest but for `changes`. */
export function replyTo(question: Buffer, { header: change, status = 'Received', about }: ReplyChanges = {}): Buffer {
  const { message } = parseEnvelopeOctets(question);
  const { header: asked } = message;
  const status_ = message.kind === 'StatusRequestMessage';
  const header: MessageHeader = {
    ...asked,
    from: asked.to,
    to: asked.from,
    action: status_ ? 'StatusResponse' : 'Pong',
    messageData: {
      ...asked.messageData,
      messageId: newMessageId('dienst.test'),
      refToMessageId: asked.messageData.messageId,
    },
  };
  const common = { header: { ...header, ...change?.(header) }, syncReply: undefined, messageOrder: undefined };
  const known = status === 'Received' || status === 'Processed';
  return Buffer.from(
    writeMessage(
      status_
        ? {
            ...common,
            kind: 'StatusResponseMessage',
            refToMessageId: about ?? message.refToMessageId,
            messageStatus: status,
            timestamp: known ? asked.messageData.timestamp : undefined,
          }
        : { ...common, kind: 'PongMessage' },
    ),
  );
}
