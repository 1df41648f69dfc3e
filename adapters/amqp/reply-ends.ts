import { ERRORS, GatewayError, toGatewayError } from '../../src/index.ts';
import type { ErrorCode, EventType, Gateway, HandoverControl, StoredEvent } from '../../src/index.ts';
import type { ReaderParts } from './queue-reader.ts';
import { problemReply, sendReply } from './reply.ts';
import { DESTINATION } from './reply-address.ts';

/** After these there is no response to wait for; what went wrong, where the event does not say. */
const ENDS: Partial<Record<EventType, ErrorCode>> = {
  'message.failed': 'PEER_REFUSED',
  'message.expired': 'RETRIES_EXHAUSTED',
  'message.cancelled': 'MESSAGE_CANCELLED',
};
const TYPES: readonly EventType[] = ['message.failed', 'message.expired', 'message.cancelled'];

/** Those of other applications wait behind it. */
const MOST_WHERE_GONE = 2;

/** Tells who waits for a response by queue that its request came to an end without one, in the place of the response. */
export function followEnds(
  { events, messages }: Pick<Gateway, 'events' | 'messages'>,
  parts: ReaderParts,
  stopping: AbortSignal,
): HandoverControl {
  return events.follow({
    name: `${DESTINATION}-replies`,
    types: TYPES,
    async deliver(event) {
      const to = await replyToOf(event, messages);
      if (to === undefined) return;
      const { type, id, messageId = '' } = event;
      const known = { messageId: id, headers: { messageId, event: type } };
      const reply = problemReply(endOf(event), known);
      const { address: replyTo, correlationId } = to;
      await sendReply({ ...reply, type }, { replyTo, correlationId }, parts, stopping, MOST_WHERE_GONE);
    },
  });
}

type Address = { readonly address: string; readonly correlationId: string };

/** undefined where nobody waits, or the message was removed since. */
async function replyToOf(
  { messageId, data }: StoredEvent,
  messages: Gateway['messages'],
): Promise<Address | undefined> {
  if (messageId === undefined) return undefined;
  const { from } = data;
  try {
    const { replyTo } = await messages.find(messageId, 'out', typeof from === 'string' ? from : undefined);
    return replyTo?.destination === DESTINATION ? replyTo : undefined;
  } catch (thrown) {
    const { code } = toGatewayError(thrown);
    if (code === 'NOT_FOUND' || code === 'MESSAGE_AMBIGUOUS') return undefined;
    throw thrown;
  }
}

function endOf({ type, data }: StoredEvent): GatewayError {
  const { code, detail } = data;
  const more = typeof detail === 'string' && detail !== '' ? { detail } : {};
  return new GatewayError(isCode(code) ? code : (ENDS[type] ?? 'PEER_REFUSED'), more);
}

function isCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERRORS, value);
}
