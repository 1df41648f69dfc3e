import { GatewayError } from '../../errors.ts';
import { bodyElement, isElement } from '../envelope/body-element.ts';
import { standalone } from '../envelope/standalone.ts';
import { largeMessageRemark } from '../large-messages.ts';
import { includedAttachments } from '../mtom/inline-attachments.ts';
import type { ReplayMemory } from './replay-memory.ts';
import type { AcceptedRequest, AddressedRequest } from './stages.ts';

/**
 * The Body is what the operation takes, and the message is no repeat of a signed one. What is refused here leaves no mark on the
 * MessageID. Throws WUS_BODY, WUS_ATTACHMENT, WUS_REPLAY, BUSY. @spec Digikoppeling WS001, WW003
 */
export function accept(addressed: AddressedRequest, memory: ReplayMemory): AcceptedRequest {
  const { package: _, opened, ...kept } = addressed;
  const { partner, security, addressing, operation } = kept;
  const element = bodyElement(opened.soap);
  if (!isElement(element, operation.input)) {
    throw new GatewayError('WUS_BODY', {
      location: '/Envelope/Body',
      detail: `{${element.namespace}}${element.localName} is not the input of ${operation.name}`,
    });
  }
  const attachments = includedAttachments(element, opened.attachments);
  const body = standalone(element);
  if (security !== undefined) memory.admit({ partner, messageId: addressing.messageId }, security.expires);
  const remark = largeMessageRemark({ body, attachments });
  return { ...kept, content: { body, attachments }, remark };
}
