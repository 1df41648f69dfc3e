import type { FastifyInstance } from 'fastify';
import type { Gateway, WusUseCases } from '../../../src/index.ts';
import { needs } from '../access/needs.ts';
import { requireWhole } from '../access/require-whole.ts';
import { closed } from '../schemas/fields.ts';
import { problems } from '../schemas/problem.ts';

/** Prometheus text. The client library is loaded at the first scrape: a gateway that nobody scrapes does not carry it. */
export function metricsRoutes(app: FastifyInstance, gateway: Gateway, wus: WusUseCases | undefined): void {
  let scrape: Promise<Scrape> | undefined;
  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'metrics',
        security: needs('metrics:read'),
        summary: 'Counts for Prometheus',
        description: 'Of the process and of the gateway.',
        tags: ['health'],
        querystring: closed({}),
        response: {
          200: { description: 'The counts.', content: { 'text/plain': { schema: { type: 'string' } } } },
          ...problems(),
        },
      },
    },
    async ({ caller }, reply) => {
      requireWhole(caller, 'counts');
      scrape ??= createScrape(gateway, wus);
      const { type, text } = await (await scrape)();
      return reply.header('Content-Type', type).send(text);
    },
  );
}

async function createScrape(gateway: Gateway, wus: WusUseCases | undefined): Promise<Scrape> {
  const { Counter, Gauge, Registry: Metrics, collectDefaultMetrics } = await import('prom-client');
  const registry = new Metrics();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  for (const [name, help] of COUNTERS) {
    const counter = new Counter({
      name: `postiljon_${name}_total`,
      help,
      registers,
      collect() {
        counter.reset();
        counter.inc(gateway.counters[name]);
      },
    });
  }
  const rejected = new Counter({
    name: 'postiljon_rejected_total',
    help: 'What partners sent and was refused, by code.',
    labelNames: ['reason'],
    registers,
    collect() {
      rejected.reset();
      for (const [reason, count] of Object.entries(gateway.counters.refused)) rejected.inc({ reason }, count);
    },
  });
  const labelNames = ['service', 'role', 'result'];
  const consultations = new Counter({
    name: 'postiljon_wus_consultations_total',
    help: 'Consultations of WUS that ended since start.',
    labelNames,
    registers,
    collect() {
      consultations.reset();
      for (const { count, durationMs: _, ...labels } of wus?.counts() ?? []) consultations.inc(labels, count);
    },
  });
  const consulted = new Counter({
    name: 'postiljon_wus_consultation_seconds_total',
    help: 'Time that they took, all together.',
    labelNames,
    registers,
    collect() {
      consulted.reset();
      for (const { count: _, durationMs, ...labels } of wus?.counts() ?? []) consulted.inc(labels, durationMs / 1000);
    },
  });
  const due = new Gauge({ name: 'postiljon_outbox_due', help: 'Outbox rows that are due.', registers });
  const oldest = new Gauge({
    name: 'postiljon_outbox_oldest_due_timestamp_seconds',
    help: 'When the oldest open outbox row fell due; 0: there is none.',
    registers,
  });
  const states = new Gauge({
    name: 'postiljon_messages',
    help: 'Stored messages by state.',
    labelNames: ['state'],
    registers,
  });
  const lists = new Gauge({
    name: 'postiljon_revocation_list_end_timestamp_seconds',
    help: 'When the revocation list of a CA ends; 0: there is none.',
    labelNames: ['authority'],
    registers,
  });
  const revoked = new Gauge({
    name: 'postiljon_revocation_list_entries',
    help: 'Certificates on the revocation list of a CA.',
    labelNames: ['authority'],
    registers,
  });
  const waiting = new Gauge({
    name: 'postiljon_handovers_waiting',
    help: 'Received messages that wait for a destination other than the inbox.',
    labelNames: ['destination'],
    registers,
  });
  const failing = new Gauge({
    name: 'postiljon_handovers_failing',
    help: 'Those of them whose last attempt failed.',
    labelNames: ['destination'],
    registers,
  });
  return async () => {
    waiting.reset();
    failing.reset();
    for (const { destination, ...queue } of await gateway.handovers.waiting()) {
      waiting.set({ destination }, queue.count);
      failing.set({ destination }, queue.failing);
    }
    lists.reset();
    revoked.reset();
    for (const { authority, ...list } of gateway.revocationLists()) {
      lists.set({ authority }, (list.nextUpdate ?? 0) / 1000);
      revoked.set({ authority }, list.revoked);
    }
    const stats = await gateway.stats();
    states.reset();
    for (const [state, count] of Object.entries(stats.states)) states.set({ state }, count);
    due.set(stats.outboxDue);
    oldest.set((stats.oldestDue ?? 0) / 1000);
    return { type: registry.contentType, text: await registry.metrics() };
  };
}

type Scrape = () => Promise<{ readonly type: string; readonly text: string }>;

const COUNTERS = [
  ['received', 'Messages accepted from partners since start.'],
  ['duplicates', 'Repeats of received messages since start.'],
  ['submitted', 'Messages taken from applications since start.'],
  ['attempts', 'Attempts to send since start.'],
  ['delivered', 'Messages delivered since start.'],
  ['exchanges', 'Pings and StatusRequests of partners that were answered since start.'],
] as const;
