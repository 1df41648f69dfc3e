import { buffer } from 'node:stream/consumers';
import { GatewayError, toDateTime } from '../../src/index.ts';
import type { AdapterHost, Backend, BackendRequest } from '../../src/index.ts';
import { type Occurrence, writeOccurrence } from './cloud-events.ts';
import { inTime } from './in-time.ts';
import type { WebhookSender } from './sender.ts';
import type { Webhook } from './settings.ts';

/**
 * A webhook as the application behind provided services of WUS: each request is posted as a CloudEvent, signed like any other, and
 * what is answered to it is the answer of the service.
 */
export function webhookBackend(
  { mode, inlineLimit }: Webhook,
  sender: WebhookSender,
  { clock, source }: Pick<AdapterHost, 'clock' | 'source'>,
): Backend {
  return {
    async call(request) {
      const since = clock.now();
      const data = await dataOf(request, inlineLimit);
      const occurrence = requestOccurrence(request, { data, source, at: since });
      const { timeoutMs, maxBytes, signal } = request;
      try {
        await inTime(sender.handshake(), { timeoutMs, signal, clock });
        const leftMs = Math.max(1, timeoutMs - (clock.now() - since));
        return await sender.ask(writeOccurrence(occurrence, mode), { timeoutMs: leftMs, maxBytes, signal });
      } catch (error) {
        throw asBackendFailure(error);
      }
    },
  };
}

/** What is signed is held in memory. Throws BACKEND_LIMIT. */
async function dataOf({ body, contentLength }: BackendRequest, inlineLimit: number): Promise<Uint8Array> {
  if (contentLength <= inlineLimit) return body instanceof Uint8Array ? body : await buffer(body);
  if (!(body instanceof Uint8Array)) body.destroy();
  const detail = `${contentLength} octets; \`inlineLimit\` of the webhook is ${inlineLimit}`;
  throw new GatewayError('BACKEND_LIMIT', { detail });
}

/** @spec NL GOV profile for CloudEvents 1.1 */
function requestOccurrence(
  { messageId, service, operation, action, partner, contentType }: BackendRequest,
  { data, source, at }: { readonly data: Uint8Array; readonly source: string; readonly at: number },
): Occurrence {
  const attributes = {
    specversion: '1.0',
    id: messageId,
    source,
    type: 'nl.postiljon.wus.request',
    time: toDateTime(at),
    subject: messageId,
    service,
    operation,
    action,
    partner,
  };
  return { attributes, contentType, data };
}

/** A receiver that does not allow it yet, or may not be asked, is no trouble that a partner makes. */
function asBackendFailure(error: unknown): unknown {
  if (!(error instanceof GatewayError) || !['HANDOVER_FAILED', 'EGRESS_REFUSED'].includes(error.code)) return error;
  return new GatewayError('BACKEND_UNREACHABLE', { detail: `${error.code}: ${error.detail}`, cause: error });
}
