import { randomBytes } from 'node:crypto';
import type { Organisation } from '../../setup/organisation.ts';
import type { Place } from './organisations.ts';
import type { Steps } from './steps.ts';

export interface Exchanged {
  readonly messageId: string;
  readonly receiptId: string;
  readonly cpaId: string;
  /** From submit until the signed receipt was in. */
  readonly exchangeMs: number;
}

const DOCUMENT = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<melding xmlns="urn:voorbeeld:melding"><onderwerp>Één straat open, de andere dicht</onderwerp><bedrag munt="€">1250</bedrag></melding>
`);
const ATTACHMENT_BYTES = 100_000;
const DELIVERY_TIMEOUT_MS = 20_000;

/** One business document with an attachment from the sender's application to the receiver's, by their REST APIs alone. */
export async function exchangeDocument(place: Place, steps: Steps): Promise<Exchanged> {
  const [sender, receiver] = place.organisations;
  const payloads = [DOCUMENT, randomBytes(ATTACHMENT_BYTES)];
  const started = performance.now();
  const messageId = await steps.step(`${sender.name} submits a document with an attachment (POST /messages)`, () =>
    submit(place, payloads),
  );
  const receipt = await steps.step('Signed, sent, verified, stored, acknowledged: the message is DELIVERED', () =>
    untilDelivered(sender, messageId),
  );
  const exchangeMs = Math.round(performance.now() - started);
  await steps.step(`${receiver.name} finds it in its inbox, byte for byte, and takes it`, () =>
    takeFromInbox(receiver, { messageId, payloads }),
  );
  return { messageId, receiptId: receipt, cpaId: place.contract.cpaId, exchangeMs };
}

async function submit(place: Place, payloads: readonly Buffer[]): Promise<string> {
  const [sender] = place.organisations;
  const form = new FormData();
  const { cpaId, service, action } = place.contract;
  form.set(
    'message',
    new Blob([JSON.stringify({ cpaId, from: sender.oin, service, action })], { type: 'application/json' }),
  );
  const types = ['application/xml', 'application/octet-stream'];
  const names = ['melding.xml', 'bijlage.bin'];
  payloads.forEach((octets, index) => {
    form.append('payload', new Blob([new Uint8Array(octets)], { type: types[index] ?? '' }), names[index]);
  });
  const response = await fetch(`${sender.apiUrl}/api/v1/messages`, { method: 'POST', body: form });
  const answer = await jsonOf(response, 202);
  return String(answer['messageId']);
}

/** Follows the message by the API until it has ended; answers the MessageId of the receipt. */
async function untilDelivered({ apiUrl }: Organisation, messageId: string): Promise<string> {
  const response = await fetch(`${apiUrl}/api/v1/events/stream?after=0`, {
    signal: AbortSignal.timeout(DELIVERY_TIMEOUT_MS),
  });
  if (response.body === null) throw new Error('no stream of events');
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const end = eventsIn(text).find((event) => event['subject'] === messageId && isEnd(String(event['type'])));
    if (end === undefined) continue;
    if (!String(end['type']).endsWith('message.delivered')) throw new Error(`not delivered: ${JSON.stringify(end)}`);
    const data: unknown = end['data'];
    return typeof data === 'object' && data !== null && 'signal' in data ? String(data.signal) : '';
  }
  throw new Error('the stream of events ended');
}

function eventsIn(text: string): readonly Readonly<Record<string, unknown>>[] {
  const complete = text.slice(0, text.lastIndexOf('\n\n') + 1);
  const lines = complete.split('\n').filter((line) => line.startsWith('data:'));
  return lines.map((line): Readonly<Record<string, unknown>> => JSON.parse(line.slice('data:'.length)));
}

function isEnd(type: string): boolean {
  return /message\.(delivered|failed|expired)$/.test(type);
}

async function takeFromInbox(
  { apiUrl }: Organisation,
  sent: { messageId: string; payloads: readonly Buffer[] },
): Promise<void> {
  const inbox = await jsonOf(await fetch(`${apiUrl}/api/v1/inbox`), 200);
  if (!JSON.stringify(inbox['items']).includes(sent.messageId)) throw new Error('the message is not in the inbox');
  const path = `${apiUrl}/api/v1/messages/${encodeURIComponent(sent.messageId)}`;
  for (const [index, payload] of sent.payloads.entries()) {
    const response = await fetch(`${path}/payloads/${index + 1}`);
    const octets = Buffer.from(await response.arrayBuffer());
    if (!octets.equals(payload)) throw new Error(`payload ${index + 1} differs`);
  }
  await jsonOf(await fetch(`${path}/taken`, { method: 'POST' }), 200);
}

async function jsonOf(response: Response, status: number): Promise<Readonly<Record<string, unknown>>> {
  const text = await response.text();
  if (response.status !== status) throw new Error(`HTTP ${response.status}: ${text}`);
  const parsed: Readonly<Record<string, unknown>> = JSON.parse(text);
  return parsed;
}
