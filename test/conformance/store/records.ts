import { randomUUID } from 'node:crypto';
import type {
  Attempt,
  Cancellation,
  Conclusion,
  EventType,
  InboundRecord,
  NewEvent,
  OutboundRecord,
  OutboxJob,
  PayloadRecord,
  Refusal,
  SignalRecord,
  Store,
  StoredEvent,
} from '../../../src/ports/store.ts';

/** Any time will do: the tests count from here. */
export const T0 = Date.parse('2026-11-22T12:00:00Z');
export const MINUTE = 60_000;
export const US = 'urn:osb:oin:00000001000000000000';
export const PARTNER = 'urn:osb:oin:00000002000000000000';

export const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

const common = {
  cpaId: 'cpa-1',
  service: 'urn:osb:services:levering',
  action: 'melden',
  conversationId: 'conversation-1',
  refToMessageId: undefined,
  timestamp: T0,
  timeToLive: undefined,
  storedAt: T0,
  payloads: [] as readonly PayloadRecord[],
};

export function inbound(more: Partial<InboundRecord> = {}): InboundRecord {
  const messageId = more.messageId ?? `${randomUUID()}@partner.example`;
  return {
    ...common,
    messageId,
    fromPartyId: PARTNER,
    fromRole: 'Leverancier',
    toPartyId: US,
    toRole: undefined,
    envelope: octets(`<envelope of="${messageId}"/>`),
    identity: 'a'.repeat(64),
    persistUntil: T0 + MINUTE,
    order: undefined,
    destination: 'inbox',
    ...more,
  };
}

export function outbound(more: Partial<OutboundRecord> = {}): OutboundRecord {
  const messageId = more.messageId ?? `${randomUUID()}@us.example`;
  return {
    ...common,
    messageId,
    fromPartyId: US,
    fromRole: undefined,
    toPartyId: PARTNER,
    toRole: 'Leverancier',
    envelope: octets(`<envelope of="${messageId}"/>`),
    endpoint: 'https://partner.example/msh',
    lane: PARTNER,
    retries: 3,
    retryInterval: MINUTE,
    reliable: true,
    syncReply: true,
    ackSigned: true,
    idempotency: undefined,
    order: undefined,
    ...more,
  };
}

export function inlinePart(text: string): PayloadRecord {
  const body = octets(text);
  const sha256 = 'b'.repeat(64);
  return {
    contentId: 'part-1@x',
    contentType: 'text/xml',
    name: 'part.xml',
    size: body.length,
    sha256,
    body: { inline: body },
  };
}

export function filePart(file: string): PayloadRecord {
  const sha256 = 'c'.repeat(64);
  return { contentId: 'part-2@x', contentType: 'text/csv', name: undefined, size: 5_000_000, sha256, body: { file } };
}

export function answer(more: Partial<SignalRecord> = {}): SignalRecord {
  return { messageId: `${randomUUID()}@us.example`, envelope: octets('<acknowledgment/>'), send: undefined, ...more };
}

export const ASYNCHRONOUS = { endpoint: 'https://partner.example/msh', lane: PARTNER };

export function event(type: EventType, messageId: string | undefined, more: Partial<NewEvent> = {}): NewEvent {
  return {
    type,
    at: T0,
    messageId,
    direction: 'in',
    cpaId: 'cpa-1',
    data: { place: 'here', count: 2, sure: true },
    ...more,
  };
}

export function attempt(number: number, more: Partial<Attempt> = {}): Attempt {
  return { number, startedAt: T0, endedAt: T0 + 10, status: 200, code: undefined, detail: undefined, ...more };
}

export function conclusion(messageId: string, more: Partial<Conclusion> = {}): Conclusion {
  return {
    messageId,
    sender: US,
    state: 'DELIVERED',
    signal: { messageId: 'ack-1@partner.example', envelope: octets('<their-acknowledgment/>'), receivedAt: T0 },
    event: event('message.delivered', messageId, { direction: 'out' }),
    late: event('message.late-signal', messageId, { direction: 'out' }),
    ...more,
  };
}

export function cancellation(messageId: string, more: Partial<Cancellation> = {}): Cancellation {
  const cancelled = event('message.cancelled', messageId, { direction: 'out', at: T0 + 5 });
  return { messageId, sender: US, event: cancelled, ...more };
}

export function refusal(more: Partial<Refusal> = {}): Refusal {
  return {
    id: randomUUID(),
    at: T0,
    code: 'XML_MALFORMED',
    location: 'line 1, column 2',
    detail: 'a detail',
    remote: '192.0.2.1',
    messageId: undefined,
    cpaId: undefined,
    fromPartyId: undefined,
    sample: octets('<broken'),
    ...more,
  };
}

/** Accepts a message without an answer. */
export async function accept(store: Store, message: InboundRecord): Promise<void> {
  await store.acceptInbound(message, undefined, event('message.received', message.messageId));
}

/** Claims what is due at `now`, 60 s long. */
export async function claim(store: Store, now: number): Promise<readonly OutboxJob[]> {
  const { jobs } = await store.claimDue({ now, leaseMs: MINUTE, limit: 100, perLane: 100 });
  return jobs;
}

export async function claimOne(store: Store, now: number): Promise<OutboxJob> {
  const [job, ...others] = await claim(store, now);
  if (job === undefined || others.length > 0) throw new Error(`expected one job, got ${others.length + Number(!!job)}`);
  return job;
}

export async function eventTypes(store: Store): Promise<readonly EventType[]> {
  const events: readonly StoredEvent[] = await store.listEvents(0, 1_000);
  return events.map(({ type }) => type);
}

/** The same with octets as text, so that a Buffer and a Uint8Array of the same content are equal. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `octets ${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
