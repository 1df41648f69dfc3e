import { createHash } from 'node:crypto';
import { GatewayError } from '../../../src/index.ts';
import type { SubmitRequest, SubmittedPayload } from '../../../src/index.ts';

/** What POST /messages says, apart from the octets. */
export type MessageTerms = Omit<SubmitRequest, 'payloads' | 'idempotency' | 'resendOf'>;

const KEY = /^[!-~]{1,255}$/;

/** Throws REQUEST_INVALID unless the header holds 1 to 255 visible ASCII characters. */
export function readIdempotencyKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && KEY.test(header)) return header;
  throw new GatewayError('REQUEST_INVALID', {
    location: 'Idempotency-Key',
    detail: 'must be one header of 1 to 255 visible ASCII characters without spaces',
  });
}

export function submission(
  terms: MessageTerms,
  payloads: readonly SubmittedPayload[],
  by: { readonly application: string; readonly key: string | undefined },
): SubmitRequest {
  const { application, key } = by;
  const named = pick(terms);
  if (key === undefined) return { ...named, payloads };
  return { ...named, payloads, idempotency: { key, application, digest: digest(named, payloads) } };
}

/** Equal for equal requests, in whatever form (JSON or multipart) and member order they came. */
function digest(terms: MessageTerms, payloads: readonly SubmittedPayload[]): string {
  const canonical = [
    Object.entries(terms).sort(([a], [b]) => (a < b ? -1 : 1)),
    payloads.map(({ name, contentType, content }) => [name ?? null, contentType, content.size, content.sha256]),
  ];
  return createHash('sha256').update(JSON.stringify(canonical)).digest('hex');
}

/** Of one message sent once more: who sent it and its MessageId, which another sender may have used too. */
export function resendDigest(sender: string, messageId: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['resend', sender, messageId]))
    .digest('hex');
}

function pick(terms: MessageTerms): MessageTerms {
  const { cpaId, from, fromRole, to, toRole, service, action, conversationId, refToMessageId, messageId } = terms;
  return {
    cpaId,
    from,
    service,
    action,
    ...(fromRole === undefined ? {} : { fromRole }),
    ...(to === undefined ? {} : { to }),
    ...(toRole === undefined ? {} : { toRole }),
    ...(conversationId === undefined ? {} : { conversationId }),
    ...(refToMessageId === undefined ? {} : { refToMessageId }),
    ...(messageId === undefined ? {} : { messageId }),
  };
}
