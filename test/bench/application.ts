import { randomBytes } from 'node:crypto';
import { Agent } from 'undici';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TwoParties } from './two-parties.ts';

export interface Submissions {
  readonly count: number;
  /** Octets of the payload. */
  readonly size: number;
  /** Messages a second, whether or not the gateway keeps up. Without it: `IN_FLIGHT` submits at a time. */
  readonly rate?: number;
}

export interface Exchanged {
  /** ms from when a submit was due until the API tells that the message is DELIVERED; sorted. */
  readonly latencies: readonly number[];
  readonly seconds: number;
}

const IN_FLIGHT = 64;

/** The sender's application: submits by REST and follows the stream of events until every message is DELIVERED. */
export async function exchange(parties: TwoParties, submissions: Submissions): Promise<Exchanged> {
  const submittedAt = new Map<string, number>();
  const deliveries = await followDeliveries(parties.sender.apiUrl, submissions.count);
  const started = performance.now();
  const [delivered] = await Promise.all([deliveries.all, submitAll(parties, submissions, submittedAt)]);
  const seconds = (performance.now() - started) / 1000;
  const latencies = [...delivered].map(([id, at]) => at - (submittedAt.get(id) ?? Number.NaN));
  return { latencies: latencies.sort((a, b) => a - b), seconds };
}

/** Submits and waits for the answers to that alone; `submittedAt` gets when each was due. Answers the latencies, sorted. */
export async function submitAll(
  parties: TwoParties,
  { count, size, rate }: Submissions,
  submittedAt: Map<string, number> = new Map(),
): Promise<readonly number[]> {
  const agent = new Agent({ connections: IN_FLIGHT, pipelining: 1 });
  const { apiUrl } = parties.sender;
  const body = messageBody(parties, size);
  const latencies: number[] = [];
  const submit = async (due: number): Promise<void> => {
    const messageId = await submitOne(agent, apiUrl, body);
    latencies.push(performance.now() - due);
    submittedAt.set(messageId, due);
  };
  try {
    if (rate === undefined) await flood(count, submit);
    else await pace(count, rate, submit);
    return latencies.sort((a, b) => a - b);
  } finally {
    await agent.close();
  }
}

async function flood(count: number, submit: (due: number) => Promise<void>): Promise<void> {
  let next = 0;
  const run = async (): Promise<void> => {
    while (next++ < count) await submit(performance.now());
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, run));
}

async function pace(count: number, rate: number, submit: (due: number) => Promise<void>): Promise<void> {
  const started = performance.now();
  const submits: Promise<void>[] = [];
  while (submits.length < count) {
    const now = performance.now();
    let due = started + (submits.length * 1000) / rate;
    while (submits.length < count && due <= now) {
      submits.push(submit(due));
      due = started + (submits.length * 1000) / rate;
    }
    await sleep(1);
  }
  await Promise.all(submits);
}

function messageBody({ sender, contract }: TwoParties, size: number): string {
  const { cpaId, service, action } = contract;
  const payloads = [{ contentType: 'application/octet-stream', content: randomBytes(size).toString('base64') }];
  return JSON.stringify({ cpaId, from: `urn:osb:oin:${sender.oin}`, service, action, payloads });
}

async function submitOne(agent: Agent, apiUrl: string, body: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const path = '/api/v1/messages';
  const response = await agent.request({ origin: apiUrl, path, method: 'POST', headers, body });
  const text = await response.body.text();
  const answer: unknown = response.statusCode === 202 ? JSON.parse(text) : undefined;
  if (typeof answer === 'object' && answer !== null && 'messageId' in answer) return String(answer.messageId);
  throw new Error(`HTTP ${response.statusCode}: ${text}`);
}

interface Deliveries {
  /** MessageId → when the event was there, once `count` of them are. */
  readonly all: Promise<ReadonlyMap<string, number>>;
}

async function followDeliveries(apiUrl: string, count: number): Promise<Deliveries> {
  const ended = new AbortController();
  const { signal } = ended;
  const url = `${apiUrl}/api/v1/events/stream?after=${await lastEvent(apiUrl)}`;
  const { body } = await fetch(url, { signal });
  if (body === null) throw new Error('no stream of events');
  const read = async (): Promise<ReadonlyMap<string, number>> => {
    const delivered = new Map<string, number>();
    let rest = '';
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      const now = performance.now();
      for (const line of lines) if (line.startsWith('data:')) note(line, now, delivered);
      if (delivered.size >= count) break;
    }
    ended.abort();
    return delivered;
  };
  return { all: read() };
}

function note(line: string, now: number, delivered: Map<string, number>): void {
  const event: { readonly type: string; readonly subject?: string } = JSON.parse(line.slice('data:'.length));
  if (event.type.endsWith('message.delivered')) delivered.set(event.subject ?? '', now);
  else if (/failed|expired|refused/.test(event.type)) throw new Error(`not delivered: ${line}`);
}

const EVENT_PAGE = 1000;

async function lastEvent(apiUrl: string): Promise<string> {
  for (let after = '0'; ; ) {
    const response = await fetch(`${apiUrl}/api/v1/events?after=${after}&limit=${EVENT_PAGE}`);
    const page: { readonly next?: string; readonly items: readonly { readonly sequence: number }[] } = JSON.parse(
      await response.text(),
    );
    after = page.next ?? String(page.items.at(-1)?.sequence ?? after);
    if (page.next === undefined) return after;
  }
}
