import { checkIdentifier, isAddressable } from '../../ebms/element-values.ts';
import { GatewayError } from '../../errors.ts';
import { isMessageId } from '../../ids.ts';
import { isContentId, isPartContentType } from '../../mime/writer.ts';
import type { SubmitRequest } from '../message-use-cases.ts';

/**
 * Whether the values of a request can stand in a message at all. Throws MESSAGE_ID_INVALID or REQUEST_INVALID with the
 * field as location.
 */
export function checkRequest(request: SubmitRequest): void {
  const { messageId } = request;
  // It is the Content-ID of the envelope too, which cannot hold the brackets that RFC 5322 allows in a domain literal.
  if (messageId !== undefined && !(isMessageId(messageId) && isContentId(messageId) && isAddressable(messageId)))
    throw new GatewayError('MESSAGE_ID_INVALID', { location: 'messageId' });
  for (const field of ['conversationId', 'refToMessageId'] as const) requireIdentifier(field, request[field]);
  request.payloads.forEach(({ contentType }, index) => {
    if (isPartContentType(contentType)) return;
    throw new GatewayError('REQUEST_INVALID', {
      location: `payloads[${index}].contentType`,
      detail: contentType.slice(0, 200),
    });
  });
}

function requireIdentifier(field: string, value: string | undefined): void {
  if (value === undefined) return;
  try {
    checkIdentifier(value, field);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : 'no identifier';
    throw new GatewayError('REQUEST_INVALID', { location: field, detail, cause });
  }
}
