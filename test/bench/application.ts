import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection.ts';
import { type Deliveries, followDeliveries } from './deliveries.ts';
import { httpRequest } from './load-generator.ts';
import type { TwoParties } from './two-parties.ts';

export interface Submissions {
  readonly count: number;
  /** Octets of the payload. */
  readonly size: number;
  /** Messages a second, whether or not the gateway keeps up. Without it: `IN_FLIGHT` at a time. */
  readonly rate?: number;
  /** Another than the sender's. */
  readonly apiUrl?: string;
}

export interface Exchanged {
  /** ms from when a submit was due until the API tells that the message is DELIVERED; sorted. */
  readonly latencies: readonly number[];
  readonly seconds: number;
}

const IN_FLIGHT = 64;

/** The sender's application: submits by REST and follows the stream of events until every message is DELIVERED. */
export async function exchange(parties: TwoParties, submissions: Submissions): Promise<Exchanged> {
  const deliveries = await followDeliveries(parties.sender.apiUrl);
  try {
    return await run(parties, submissions, deliveries);
  } finally {
    deliveries.end();
  }
}

/** Submits and waits for the answers to that alone. Answers the latencies, sorted. */
export async function submitAll(parties: TwoParties, submissions: Submissions): Promise<readonly number[]> {
  return (await run(parties, submissions)).latencies;
}

async function run(parties: TwoParties, submissions: Submissions, deliveries?: Deliveries): Promise<Exchanged> {
  const { count, size, rate, apiUrl = parties.sender.apiUrl } = submissions;
  const pool = await Pool.open(apiUrl, messageBody(parties, size));
  const latencies: number[] = [];
  const one = async (due: number): Promise<void> => {
    const messageId = await pool.submit();
    await deliveries?.of(messageId);
    latencies.push(performance.now() - due);
  };
  const started = performance.now();
  try {
    const work = rate === undefined ? flood(count, one) : pace(count, rate, one);
    await Promise.race([work, pool.failed, ...(deliveries === undefined ? [] : [deliveries.failed])]);
  } finally {
    pool.close();
  }
  const seconds = (performance.now() - started) / 1000;
  return { latencies: latencies.sort((a, b) => a - b), seconds };
}

async function flood(count: number, one: (due: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next++ < count) await one(performance.now());
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

async function pace(count: number, rate: number, one: (due: number) => Promise<void>): Promise<void> {
  const started = performance.now();
  const all: Promise<void>[] = [];
  while (all.length < count) {
    const now = performance.now();
    let due = started + (all.length * 1000) / rate;
    while (all.length < count && due <= now) {
      all.push(one(due));
      due = started + (all.length * 1000) / rate;
    }
    await sleep(1);
  }
  await Promise.all(all);
}

function messageBody({ sender, contract }: TwoParties, size: number): string {
  const { cpaId, service, action } = contract;
  const payloads = [{ contentType: 'application/octet-stream', content: randomBytes(size).toString('base64') }];
  return JSON.stringify({ cpaId, from: `urn:osb:oin:${sender.oin}`, service, action, payloads });
}

/** Kept-alive connections to the API, each with one submit under way. */
class Pool {
  readonly failed: Promise<never>;
  readonly #lines: readonly Connection[];
  readonly #idle: Connection[];
  readonly #waiting: ((line: Connection) => void)[] = [];
  readonly #request: Buffer;

  static async open(apiUrl: string, body: string): Promise<Pool> {
    const url = new URL('/api/v1/messages', apiUrl);
    const lines = await Promise.all(Array.from({ length: IN_FLIGHT }, () => Connection.open(url)));
    return new Pool(lines, httpRequest(url, { 'content-type': 'application/json' }, Buffer.from(body)));
  }

  private constructor(lines: readonly Connection[], request: Buffer) {
    this.#lines = lines;
    this.#idle = [...lines];
    this.#request = request;
    this.failed = Promise.race(lines.map(({ failed }) => failed));
    this.failed.catch(() => undefined);
  }

  /** Answers the MessageId. */
  async submit(): Promise<string> {
    const line = this.#idle.pop() ?? (await new Promise<Connection>((resolve) => this.#waiting.push(resolve)));
    const body = await new Promise<Buffer>((resolve) => line.send(this.#request, resolve));
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(line);
    else next(line);
    const { messageId }: { readonly messageId: string } = JSON.parse(body.toString());
    return messageId;
  }

  close(): void {
    for (const line of this.#lines) line.close();
  }
}
