import { randomBytes } from 'node:crypto';
import { Agent } from 'undici';
import type { Floor } from '../floor.ts';
import { cpuOf, type Figures, peakRssOf, percentile } from '../measure.ts';
import { ACTION, makeTwoParties, SERVICE, type TwoParties } from '../two-parties.ts';

const IN_FLIGHT = 64;
const WARM_UP = 1_000;
const MESSAGES = 6_000;
const PAYLOAD_BYTES = 2048;
const EVENT_PAGE = 1000;
const POLL_MS = 20;
const TARGET = 0.17;

interface Run {
  readonly latencies: readonly number[];
  readonly seconds: number;
}

/** Two gateways from dist/: an application submits by REST until every message is DELIVERED under a signed receipt. */
export async function roundtrip(floor: Floor): Promise<Figures> {
  const parties = await makeTwoParties();
  const gateways = [await parties.start(parties.sender), await parties.start(parties.receiver)];
  const cpu = (): number => gateways.reduce((sum, gateway) => sum + cpuOf(gateway.pid), 0);
  try {
    await exchange(parties, WARM_UP);
    const cpuBefore = cpu();
    const { latencies, seconds } = await exchange(parties, MESSAGES);
    const rate = MESSAGES / seconds;
    const half = floor.rate / 2;
    return {
      scenario: 'roundtrip 2 KB',
      messages: MESSAGES,
      rate,
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      cpuPerMessage: (cpu() - cpuBefore) / MESSAGES,
      peakRss: Math.max(...gateways.map((gateway) => peakRssOf(gateway.pid))),
      floor: half,
      ofFloor: rate / half,
      target: TARGET,
    };
  } finally {
    for (const gateway of gateways) await gateway.stop();
    parties.remove();
  }
}

async function exchange(parties: TwoParties, count: number): Promise<Run> {
  const agent = new Agent({ connections: IN_FLIGHT, pipelining: 1 });
  const submittedAt = new Map<string, number>();
  const { apiUrl } = parties.sender;
  const after = await lastEvent(apiUrl);
  const started = performance.now();
  const delivered = followDeliveries({ apiUrl, after, count, submittedAt });
  let next = 0;
  const body = messageBody(parties);
  const run = async (): Promise<void> => {
    while (next++ < count) await submitOne({ agent, apiUrl, body, submittedAt });
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, run));
  const latencies = await delivered;
  await agent.close();
  return { latencies, seconds: (performance.now() - started) / 1000 };
}

function messageBody({ cpa, sender }: TwoParties): string {
  const cpaId = /cpaid="([^"]+)"/.exec(cpa.toString())?.[1];
  const content = randomBytes(PAYLOAD_BYTES).toString('base64');
  const payloads = [{ contentType: 'application/octet-stream', content }];
  return JSON.stringify({ cpaId, from: `urn:osb:oin:${sender.oin}`, service: SERVICE, action: ACTION, payloads });
}

async function submitOne(one: {
  agent: Agent;
  apiUrl: string;
  body: string;
  submittedAt: Map<string, number>;
}): Promise<void> {
  const at = performance.now();
  const headers = { 'content-type': 'application/json' };
  const response = await one.agent.request({
    origin: one.apiUrl,
    path: '/api/v1/messages',
    method: 'POST',
    headers,
    body: one.body,
  });
  const text = await response.body.text();
  if (response.statusCode !== 202) throw new Error(`HTTP ${response.statusCode}: ${text}`);
  const answer: unknown = JSON.parse(text);
  if (typeof answer === 'object' && answer !== null && 'messageId' in answer)
    one.submittedAt.set(String(answer.messageId), at);
}

interface EventItem {
  readonly sequence: number;
  readonly type: string;
  readonly subject: string;
}

async function events(apiUrl: string, after: number): Promise<readonly EventItem[]> {
  const response = await fetch(`${apiUrl}/api/v1/events?after=${after}&limit=${EVENT_PAGE}`);
  const page: unknown = await response.json();
  if (typeof page !== 'object' || page === null || !('items' in page) || !Array.isArray(page.items)) {
    throw new Error(`no page of events: ${JSON.stringify(page)}`);
  }
  return page.items.map(eventItem);
}

function eventItem(item: Readonly<Record<string, unknown>>): EventItem {
  const { sequence, type, subject } = item;
  return { sequence: Number(sequence), type: String(type), subject: typeof subject === 'string' ? subject : '' };
}

async function lastEvent(apiUrl: string): Promise<number> {
  let last = 0;
  for (let page = await events(apiUrl, last); page.length > 0; page = await events(apiUrl, last))
    last = page.at(-1)?.sequence ?? last;
  return last;
}

/** Follows the events until `count` messages are delivered; answers the latencies, sorted. */
async function followDeliveries(follow: {
  apiUrl: string;
  after: number;
  count: number;
  submittedAt: ReadonlyMap<string, number>;
}): Promise<readonly number[]> {
  let { after } = follow;
  const ended = new Map<string, number>();
  while (ended.size < follow.count) {
    const page = await events(follow.apiUrl, after);
    const now = performance.now();
    for (const event of page) {
      after = event.sequence;
      if (event.type.endsWith('message.delivered')) ended.set(event.subject, now);
      else if (/failed|expired|refused/.test(event.type)) throw new Error(`not delivered: ${JSON.stringify(event)}`);
    }
    if (page.length === 0) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return [...ended].map(([id, at]) => at - (follow.submittedAt.get(id) ?? Number.NaN)).sort((a, b) => a - b);
}
