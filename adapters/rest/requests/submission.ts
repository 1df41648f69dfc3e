import { createHash } from 'node:crypto';
import { GatewayError } from '../../../src/index.ts';
import type { SubmitRequest, SubmittedPayload } from '../../../src/index.ts';

/** What POST /messages says, apart from the octets. */
export interface MessageTerms {
  readonly cpaId: string;
  readonly from: string;
  readonly fromRole?: string;
  readonly to?: string;
  readonly toRole?: string;
  readonly service: string;
  readonly action: string;
  readonly conversationId?: string;
  readonly refToMessageId?: string;
  readonly messageId?: string;
}

/** Who asks: one, as long as the API has no login. */
export const APPLICATION = 'default';
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
  key: string | undefined,
): SubmitRequest {
  const named = pick(terms);
  if (key === undefined) return { ...named, payloads };
  return { ...named, payloads, idempotency: { key, application: APPLICATION, digest: digest(named, payloads) } };
}

/** Equal for equal requests, in whatever form (JSON or multipart) and member order they came. */
function digest(terms: MessageTerms, payloads: readonly SubmittedPayload[]): string {
  const canonical = [
    Object.entries(terms).sort(([a], [b]) => (a < b ? -1 : 1)),
    payloads.map(({ name, contentType, content }) => [name ?? null, contentType, content.size, content.sha256]),
  ];
  return createHash('sha256').update(JSON.stringify(canonical)).digest('hex');
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
