import type { GatewayProcess } from '../../setup/gateway-process.ts';
import { type BareRow, measureBareRow } from '../bare-row.ts';
import { CONNECTIONS, generateLoad } from '../load-generator.ts';
import { cpuOf, peakRssOf, percentile } from '../measure.ts';
import { partnerRequests } from '../partner-requests.ts';
import { requireReceipt } from '../require-receipt.ts';
import { type Bare, type Measured } from '../results.ts';
import { progress } from '../scenario.ts';
import { clientTls, type TwoParties } from '../two-parties.ts';

/** Until the compilers of V8 are through with what a message needs. */
const WARM_UP = 16_000;
const MESSAGES = 12_000;
const PACED = 4_000;
const CHECK_EVERY = 500;
/** ms; of half the rate that was reached. */
export const P99_AT_HALF = 30;

export interface Received {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly p99AtHalf: number;
  /** ms. */
  readonly cpu: number;
  /** MB. */
  readonly rss: number;
  readonly bare: BareRow;
}

/** Messages of `size` octets as fast as the receiver's gateway answers, then at half that rate. */
export async function receive(parties: TwoParties, gateway: GatewayProcess, size: number): Promise<Received> {
  const requests = await partnerRequests(parties, WARM_UP + MESSAGES + PACED, size);
  await load(parties, requests.slice(0, WARM_UP));
  const before = cpuOf(gateway.pid);
  progress(`${MESSAGES} messages as fast as they are answered`);
  const flood = await load(parties, requests.slice(WARM_UP, WARM_UP + MESSAGES));
  const rate = MESSAGES / flood.seconds;
  const cpu = (cpuOf(gateway.pid) - before) / MESSAGES;
  progress(`${PACED} messages at ${(rate / 2).toFixed(0)}/s`);
  const paced = await load(parties, requests.slice(WARM_UP + MESSAGES), rate / 2);
  const rss = peakRssOf(gateway.pid);
  // After all figures of the gateway: another process takes its memory and its cores.
  const bare = await measureBareRow(parties, requests, rate / 2);
  return {
    rate,
    p50: percentile(flood.latencies, 0.5),
    p99: percentile(flood.latencies, 0.99),
    p99AtHalf: percentile(paced.latencies, 0.99),
    cpu,
    rss,
    bare,
  };
}

/** Sends every message once; some of the receipts are looked at. */
async function load(parties: TwoParties, requests: readonly Buffer[], rate?: number): ReturnType<typeof generateLoad> {
  const { sender, receiver, contract } = parties;
  const samples: Buffer[] = [];
  const answered = (answer: Buffer, index: number): void => {
    if (index % CHECK_EVERY === 0) samples.push(Buffer.from(answer));
  };
  const target = { url: new URL(receiver.ebmsUrl), tls: clientTls(sender), connections: CONNECTIONS };
  const result = await generateLoad(target, { requests, answered, ...(rate === undefined ? {} : { rate }) });
  const signer = contract.profile.endsWith('-s') ? receiver.file('keys/sign.crt') : undefined;
  for (const sample of samples) await requireReceipt(sample, signer);
  return result;
}

/** The rows that every scenario of receiving has; `bare` is what the rate is held against. */
export function receivedRows(
  label: string,
  received: Received,
  { bare, asked }: { readonly bare: Bare; readonly asked: number },
): readonly Measured[] {
  const { rate, p50, p99, p99AtHalf, cpu, rss } = received;
  return [
    { what: `${label}: messages`, value: rate, unit: '/s', better: 'more', bare, asked },
    { what: `${label}: p99 at half that rate`, value: p99AtHalf, unit: 'ms', better: 'less', asked: P99_AT_HALF },
    { what: `${label}: p99 then, one row a request`, value: received.bare.p99, unit: 'ms', better: 'less' },
    { what: `${label}: p50 at full rate`, value: p50, unit: 'ms', better: 'less' },
    { what: `${label}: p99 at full rate`, value: p99, unit: 'ms', better: 'less' },
    { what: `${label}: CPU a message`, value: cpu, unit: 'ms', better: 'less' },
    { what: `${label}: peak RSS`, value: rss, unit: 'MB', better: 'less' },
  ];
}
