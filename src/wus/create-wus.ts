import { Allowance } from '../clock/allowance.ts';
import { GatewayError } from '../errors.ts';
import type { OutgoingAnswer } from '../ports/transport.ts';
import { call, type Consumer } from './consumer/call.ts';
import type { WusConfig, WusParts } from './parts.ts';
import { createReceive, type Provider } from './provider/receive.ts';
import { STRANGERS_PER_MINUTE } from './provider/refuse.ts';
import { ReplayMemory } from './provider/replay-memory.ts';
import { Running } from './running.ts';
import type { ProvidedService } from './service.ts';
import type { Wus } from './wus.ts';

/** 1,500 a second for twelve minutes, and room besides; one takes some 150 octets. */
const MOST_REMEMBERED = 2_000_000;

/** Wires the pipelines of WUS to the ports, and remembers what came before the start. Throws STORE_UNAVAILABLE. */
export async function createWus(config: WusConfig, parts: WusParts): Promise<Wus> {
  const { services } = config;
  const { clock, consultations, payloads } = parts;
  const running = new Running();
  const shared = { ...parts, ...config, isStopping: () => running.stopping, cutOff: running.cutOff };
  const provider: Provider = {
    ...shared,
    services: new Map(services.filter(isProvided).map((service) => [service.name, service])),
    memory: await rememberReplayable(config, parts),
    background: (work) => void running.add(work),
    strangers: new Allowance(STRANGERS_PER_MINUTE),
  };
  const consumer: Consumer = { ...shared, services };
  const receive = createReceive(provider);
  return {
    services,
    receive: (request) => running.add(neverThrowing(receive(request), parts)),
    call: (request) => running.add(call(request, consumer)),
    createAttachment: () => payloads.createHeld(),
    discardAttachment: ({ body }) => payloads.discard(body),
    openAttachment: ({ content }) => payloads.open(content),
    consultations: {
      list: (query) => consultations.list(query),
      async find(id) {
        const found = await consultations.find(id);
        if (found === undefined) throw new GatewayError('NOT_FOUND', { detail: id });
        return found;
      },
    },
    async stop(graceMs) {
      const cut = await running.stop(clock, graceMs);
      if (cut > 0) parts.log.warn({ consultations: cut, graceMs }, 'consultations were cut off when the time was over');
    },
  };
}

function isProvided(service: { readonly role: string }): service is ProvidedService {
  return service.role === 'provider';
}

/** What was accepted shortly before a restart could still come again. */
async function rememberReplayable(
  { skewMs, maxAgeMs }: WusConfig,
  { consultations, clock }: WusParts,
): Promise<ReplayMemory> {
  const memory = new ReplayMemory({ now: () => clock.now(), most: MOST_REMEMBERED });
  // Created may lie in the future by one skew, and count for another one after its end; attachments may come as late again.
  const window = 2 * (maxAgeMs + skewMs);
  const known = new Set<string>();
  for (const { partner, messageId, at } of await consultations.replayable(clock.now() - window)) {
    const key = `${partner} ${messageId}`;
    // Without signatures nothing keeps a partner from using a MessageID twice.
    if (!known.has(key)) memory.admit({ partner, messageId }, at + window);
    known.add(key);
  }
  return memory;
}

/** Whatever happens, the partner gets an answer. */
async function neverThrowing(answer: Promise<OutgoingAnswer>, { log }: WusParts): Promise<OutgoingAnswer> {
  try {
    return await answer;
  } catch (thrown) {
    log.error({ err: thrown }, 'a request could not be answered');
    return { status: 500, headers: {}, body: undefined, close: true };
  }
}
