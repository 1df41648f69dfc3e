import { EventEmitter } from 'node:events';
import type { Clock } from '../clock.ts';
import { Slices } from '../clock/slices.ts';
import { GatewayError, toGatewayError } from '../errors.ts';
import type { OutgoingAnswer, Receive } from '../ports/transport.ts';
import { writeFault } from '../soap/fault.ts';
import { answer } from './answers.ts';
import { audit } from './audit/audit.ts';
import { GatewayCounters } from './counters.ts';
import { openCpaRegister } from './cpa-register.ts';
import { ownCpas } from './access/own-cpas.ts';
import { ownPartners } from './access/own-partners.ts';
import type { EventUseCases, Gateway, HealthCheck, UseCases } from './gateway.ts';
import type { PingRequest } from './partner-use-cases.ts';
import { checkHealth } from './health.ts';
import { Allowance } from '../clock/allowance.ts';
import { Asker } from './exchanges/asker.ts';
import { askStatus, ping } from './exchanges/questions.ts';
import { createReceive, type Inbound } from './inbound/receive.ts';
import { STRANGERS_PER_MINUTE } from './inbound/refuse.ts';
import { createResponseReader } from './responses/receive-response.ts';
import { WaitingRequests } from './responses/waiting-requests.ts';
import { createEvents } from './events.ts';
import { createMessages } from './messages.ts';
import type { MessageParts } from './messages.ts';
import { observeStore } from './observed-store.ts';
import { Numbering } from './outbound/numbering.ts';
import { EventPumps } from './events/pumps.ts';
import { Deliverer } from './handover/deliverer.ts';
import { explainRoute } from './handover/routes.ts';
import { Sender } from './outbound/sender.ts';
import { submit } from './outbound/submit.ts';
import type { GatewayConfig, GatewayParts, Weakening } from './parts.ts';
import { createSignalReader } from './signals/signal-reader.ts';
import { Translations } from './translation/translations.ts';
import { Untold } from './translation/untold.ts';

const DEFAULT_CONCURRENCY = 32;
const DEFAULT_QUESTIONS_PER_MINUTE = 60;
/** A partner that waits for headers gives up after a minute. */
const LONGEST_RESPONSE_TIMEOUT_MS = 50_000;
const DEFAULT_WAITING_REQUESTS = 100;
const DEFAULT_TRANSLATED_LIMIT = 4 * 2 ** 20;
const ORPHAN_AGE_MS = 24 * 3_600_000;

const COUNTS = { received: 'received', duplicate: 'duplicates', exchange: 'exchanges' } as const;

/** Wires the pipelines to the ports and opens the contracts. Sends nothing before `start`. */
export async function createGateway(config: GatewayConfig, given: GatewayParts): Promise<Gateway> {
  const changes = new EventEmitter().setMaxListeners(0);
  const { store: observed, watch } = observeStore(given.store, () => changes.emit('change'), given.log);
  const parts = { ...given, store: observed };
  const { clock, log, store, payloads, transport } = parts;
  const counters = new GatewayCounters();
  const cpas = await openCpaRegister(store, clock, log);
  const ours = new Set(config.parties);
  const routes = config.routes ?? [];
  const limit = config.translatedLimit ?? DEFAULT_TRANSLATED_LIMIT;
  const translations = new Translations({ routes, limit, payloads });
  const weakened = (partner: string, weakening: Weakening): void =>
    log.warn({ partner, weakening }, 'a weakening was used');
  const shared = {
    ...parts,
    cpas,
    ours,
    partners: config.partners,
    limits: config.limits,
    routes,
    weakened,
    translations,
    numbering: new Numbering(),
    waiting: new WaitingRequests({
      clock,
      timeoutMs: Math.min(config.responseTimeoutMs ?? 0, LONGEST_RESPONSE_TIMEOUT_MS),
      most: config.waitingRequests ?? DEFAULT_WAITING_REQUESTS,
    }),
  };
  const concluded = (state: string): void => {
    if (state === 'DELIVERED') counters.add('delivered');
  };

  const asker = new Asker(shared);
  const questioner = { ...shared, asker };
  const signals = createSignalReader({ ...shared, concluded });
  const inbound: Inbound = {
    ...shared,
    signals,
    asker,
    allowance: new Allowance(config.questionsPerMinute ?? DEFAULT_QUESTIONS_PER_MINUTE),
    strangers: new Allowance(STRANGERS_PER_MINUTE),
    counted: (what) => (what === 'too-many' ? counters.refuse('BUSY') : counters.add(COUNTS[what])),
    refused: (code) => counters.refuse(code),
    wake: () => sender.wake(),
    routed: (destination) => deliverer.wake(destination),
  };
  const sender = new Sender({
    ...shared,
    signals,
    responses: createResponseReader(inbound),
    concurrency: config.concurrency ?? DEFAULT_CONCURRENCY,
    attempted: () => counters.add('attempts'),
    ended: concluded,
  });
  const deliverer = new Deliverer({ store, payloads, translations, clock, log, random: given.random ?? Math.random });
  const pumps = new EventPumps({ store, clock, log, random: given.random ?? Math.random });
  changes.on('change', () => pumps.wake());
  const stopHandingOver = (): Promise<unknown> => Promise.all([deliverer.stop(), pumps.stop()]);
  const receive = createReceive(inbound);
  const slices = new Slices();
  const messageParts: MessageParts = {
    ...parts,
    translations,
    untold: new Untold(parts),
    status: (sent) => askStatus(sent, questioner),
    hastened: () => deliverer.wake(),
    cpas,
    async submit(request, user) {
      await slices.turn();
      const submitted = await submit(request, { ...shared, user, outbox: sender });
      if (!submitted.repeated) counters.add('submitted');
      return submitted;
    },
  };
  const subscribe: EventUseCases['subscribe'] = (listener) => {
    changes.on('change', listener);
    return () => changes.off('change', listener);
  };
  const everything: Omit<UseCases, 'events'> & Pick<Gateway, 'events'> = {
    messages: createMessages(messageParts),
    events: {
      ...createEvents(store, subscribe),
      follow(subscriber) {
        const pump = pumps.follow(subscriber);
        return { ready: () => pump.ready() };
      },
      deadLetters: (query) => store.deadLetters.list(query),
      async replay(id) {
        if (!(await store.deadLetters.replay(id))) throw new GatewayError('NOT_FOUND', { detail: `dead letter ${id}` });
        pumps.replay();
      },
    },
    cpas,
    partners: { ping: (request: PingRequest) => ping(request, questioner) },
  };

  const endAlarms = raiseAlarms(parts);
  const outside: (() => HealthCheck)[] = [];

  return {
    receive: neverThrowing(receive, { ...parts, sender }),
    ...everything,
    usedBy: (user) => ({
      messages: createMessages(messageParts, user),
      events: createEvents(store, subscribe, user.owner),
      cpas: ownCpas(cpas, user.owner),
      partners: ownPartners(everything.partners, cpas, user),
    }),
    counters,
    handovers: {
      register(destination, handover, options) {
        const lane = deliverer.register(destination, handover, options);
        return { ready: () => lane.ready() };
      },
      waiting: () => store.handovers.waiting(),
      explain: (message) => explainRoute(routes, message),
      stop: (graceMs) => withGrace(stopHandingOver(), clock, graceMs),
    },
    stats: () => store.stats(),
    consultations: store.consultations,
    revocationLists: () => parts.trust.revocation?.lists() ?? [],
    audit: (options) => audit({ source: store, payloads, clock, destinations: deliverer.destinations() }, options),
    async health() {
      const { ok, checks } = await checkHealth({ ...shared, watch, certificates: config.certificates ?? [] });
      return { ok, checks: [...checks, ...outside.map((look) => look())] };
    },
    addHealth: (look) => void outside.push(look),
    async start() {
      await payloads.sweep((file) => store.refersTo(file), clock.now() - ORPHAN_AGE_MS);
      await deliverer.start(routes);
      pumps.start();
      sender.start();
    },
    drain: () => shared.waiting.stop(),
    async stop(graceMs) {
      shared.waiting.stop();
      asker.stop();
      endAlarms();
      const ended = sender.stop();
      const handed = stopHandingOver();
      await withGrace(Promise.all([ended, handed]), clock, graceMs);
      // What is still under way breaks off here, and is recorded before the store closes.
      await transport.close();
      await ended;
      await store.close();
    },
  };
}

/** A CA without a usable list is told once: partners come again by themselves, and only an operator can get the list. */
function raiseAlarms({ trust, store, log }: GatewayParts): () => void {
  const end = trust.revocation?.onAlarm(({ at, authority, detail }) => {
    log.error({ authority, detail }, 'no revocation list can be used: certificates of this CA are not believed');
    const event = {
      type: 'alert.revocation-unknown',
      at,
      messageId: undefined,
      direction: undefined,
      cpaId: undefined,
    } as const;
    store
      .note({ event: { ...event, data: { authority, detail } } })
      .catch((error: unknown) => log.error({ err: error }, 'an alarm could not be stored'));
  });
  return end ?? ((): void => undefined);
}

/** Waits for `work`, but no longer than `ms` where that is given. */
async function withGrace(work: Promise<unknown>, clock: Clock, ms: number | undefined): Promise<void> {
  if (ms === undefined) {
    await work;
    return;
  }
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const cancel = clock.schedule(clock.now() + ms, resolve);
  await Promise.race([work, over]);
  cancel();
}

/** After each request there may be an answer to send; and whatever happens, the partner gets one. */
function neverThrowing(
  receive: Receive,
  { sender, log }: { readonly sender: Sender } & Pick<GatewayParts, 'log'>,
): Receive {
  return async (request): Promise<OutgoingAnswer> => {
    try {
      const reply = await receive(request);
      if (reply.status === 204) sender.wake();
      return reply;
    } catch (thrown) {
      const error = toGatewayError(thrown);
      log.error({ err: thrown }, 'a request could not be answered');
      return answer('internal', writeFault(error));
    }
  };
}
