import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { toGatewayError } from '../../errors.ts';
import type { AuditedMessage, AuditedPayload, AuditSource } from '../../ports/audit-source.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type { MessageState } from '../../ports/store.ts';
import type { AuditFinding, AuditOptions, AuditReport } from '../gateway.ts';
import { STATES } from '../states.ts';
import { findingOf, judgeMessage, judgeOrphan, judgeTotals, type JudgeTerms } from './judge.ts';

export interface Auditor {
  readonly source: AuditSource;
  readonly payloads: PayloadStore;
  readonly clock: Clock;
  /** Those that are there; not looked at where not given. */
  readonly destinations?: readonly string[];
}

const PAGE = 200;
const EVENTS = 5_000;
/** More are counted, not listed. */
const MOST_FINDINGS = 1_000;

/**
 * Whether nothing was lost: submitted = DELIVERED + FAILED + EXPIRED + CANCELLED (one final event each) + QUEUED + SENT
 * (each with an outbox row), acknowledged = TAKEN + RECEIVED (in the inbox, or waiting for a destination that is there), each
 * with its envelope, the Acknowledgment that it asks for, and its payloads present and equal to their digests; and no event speaks of
 * a message that is not there.
 * Reads page by page what was stored when it began, beside a gateway that works; changes nothing. Throws STORE_UNAVAILABLE.
 */
export async function audit(auditor: Auditor, options: AuditOptions = {}): Promise<AuditReport> {
  const { quick = false, progress } = options;
  const { source, clock, destinations } = auditor;
  const at = clock.now();
  const totals = await source.auditTotals({ damage: !quick });
  const tally = new Tally(sum(totals.counted), judgeTotals(totals), { destinations });
  for (let after = 0; after < totals.last; ) {
    const page = await source.auditMessages({ after, last: totals.last, limit: PAGE, digests: !quick });
    for (const message of page) {
      tally.visit(message);
      for (const payload of message.payloads) {
        tally.look(payload);
        const problem = await judgePayload(payload, auditor.payloads, quick);
        if (problem !== undefined) tally.add([findingOf(message, ...problem)]);
        progress?.(tally.progress);
      }
    }
    after = page.at(-1)?.key ?? totals.last;
    progress?.(tally.progress);
  }
  await visitEvents(source, totals.lastEvent, tally);
  return tally.report({ at, endedAt: clock.now(), quick });
}

/** A message that is not there is seen by what it left. */
async function visitEvents(source: AuditSource, last: number, tally: Tally): Promise<void> {
  for (let after: number | undefined = 0; after !== undefined; ) {
    const { next, orphans } = await source.auditEvents({ after, last, limit: EVENTS });
    tally.add(orphans.map(judgeOrphan));
    after = next;
  }
}

type PayloadProblem = readonly ['PAYLOAD_MISSING' | 'PAYLOAD_DAMAGED', string];

async function judgePayload(
  payload: AuditedPayload,
  store: PayloadStore,
  quick: boolean,
): Promise<PayloadProblem | undefined> {
  const { number, size, sha256, body } = payload;
  const name = 'file' in body ? `payload ${number}, file ${body.file}` : `payload ${number}`;
  const found = 'file' in body ? await store.sizeOf(body) : body.size;
  if (found === undefined) return ['PAYLOAD_MISSING', `${name}: it is not there`];
  if (found !== size) return ['PAYLOAD_DAMAGED', `${name}: ${found} octets instead of ${size}`];
  if (quick) return undefined;
  try {
    const digest = 'file' in body ? await digestOf(body, store) : body.sha256;
    return digest === sha256 ? undefined : ['PAYLOAD_DAMAGED', `${name}: its digest differs`];
  } catch (thrown) {
    // A sector that cannot be read is what is looked for, and no reason to stop looking.
    return ['PAYLOAD_DAMAGED', `${name}: ${toGatewayError(thrown).message}`];
  }
}

async function digestOf(body: { readonly file: string }, store: PayloadStore): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of await store.open(body)) {
    const octets: unknown = chunk;
    if (octets instanceof Uint8Array) hash.update(octets);
  }
  return hash.digest('hex');
}

class Tally {
  readonly #total: number;
  readonly #terms: JudgeTerms;
  readonly #findings: AuditFinding[] = [];
  readonly #states: Partial<Record<MessageState, number>> = {};
  #count = 0;
  #messages = 0;
  #payloads = 0;
  #octets = 0;

  constructor(total: number, findings: readonly AuditFinding[], terms: JudgeTerms) {
    this.#total = total;
    this.#terms = terms;
    this.add(findings);
  }

  get progress(): Parameters<NonNullable<AuditOptions['progress']>>[0] {
    return { messages: this.#messages, of: this.#total, payloads: this.#payloads, octets: this.#octets };
  }

  visit(message: AuditedMessage): void {
    this.#messages++;
    this.#states[message.state] = (this.#states[message.state] ?? 0) + 1;
    this.add(judgeMessage(message, this.#terms));
  }

  look({ size }: AuditedPayload): void {
    this.#payloads++;
    this.#octets += size;
  }

  add(findings: readonly AuditFinding[]): void {
    this.#count += findings.length;
    this.#findings.push(...findings.slice(0, MOST_FINDINGS - this.#findings.length));
  }

  report(times: Pick<AuditReport, 'at' | 'endedAt' | 'quick'>): AuditReport {
    const states = this.#states;
    return {
      ...times,
      ok: this.#count === 0,
      submitted: sum(pick(states, 'out')),
      acknowledged: sum(pick(states, 'in')),
      states,
      payloads: { count: this.#payloads, octets: this.#octets },
      findings: this.#findings,
      findingCount: this.#count,
    };
  }
}

type States = Readonly<Partial<Record<MessageState, number>>>;

function pick(states: States, direction: 'in' | 'out'): States {
  return Object.fromEntries(
    Object.entries(states).filter(([name]) =>
      Object.entries(STATES).some(([one, row]) => one === name && row.direction === direction),
    ),
  );
}

function sum(states: States): number {
  return Object.values(states).reduce((total, count) => total + count, 0);
}
