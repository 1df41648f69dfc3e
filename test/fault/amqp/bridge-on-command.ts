import { createAmqpAdapter } from '../../../adapters/amqp/amqp-adapter.ts';
import { systemClock } from '../../../src/clock.ts';
import type { Gateway } from '../../../src/msh/gateway.ts';
import type { Store } from '../../../src/ports/store.ts';
import { adapterHost, NO_WUS } from '../../setup/amqp-place.ts';
import { contract, dienst, gemeente, RETRY_INTERVAL } from '../../setup/msh-contracts.ts';
import { MovableClock, openPartyGateway, Routes } from '../../setup/msh-pair.ts';
import { answerCommands } from '../../setup/told-process.ts';

/**
 * A process with one gateway for both parties and its bridge to a broker: what is published to its queue goes out by ebMS,
 * comes in again and is published. It dies at the step that the third argument names, when that comes for the time that the
 * fourth says.
 */
const [, , folder = '', settings = '{}', moment = 'never', time = '1'] = process.argv;
let left = Number(time);

function step(name: string): void {
  if (name === moment && --left === 0) process.kill(process.pid, 'SIGKILL');
}

async function between<T>(name: string, work: () => Promise<T>): Promise<T> {
  step(`before ${name}`);
  const done = await work();
  step(`after ${name}`);
  return done;
}

function watched(gateway: Gateway): Gateway {
  const { messages, handovers } = gateway;
  return {
    ...gateway,
    messages: { ...messages, submit: (request) => between('submit', () => messages.submit(request)) },
    handovers: {
      ...handovers,
      register: (destination, handover, options) =>
        handovers.register(
          destination,
          { deliver: (message) => between('publish', () => handover.deliver(message)) },
          options,
        ),
    },
  };
}

function confirming(store: Store): Store {
  const { handovers } = store;
  const confirm: typeof handovers.confirm = (...args) => between('confirm', () => handovers.confirm(...args));
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'handovers') return { ...handovers, confirm };
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const clock = new MovableClock();
const routes = new Routes();
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
let adapter: ReturnType<typeof createAmqpAdapter> | undefined;
const test = await openPartyGateway(gemeente, {
  folder,
  parties: [gemeente.key, dienst.key],
  cpas: [contract({ profile: 'osb-rm' })],
  clock,
  transport: routes.transport(),
  routes: [{ destination: 'amqp' }],
  store: confirming,
  prepare: (gateway) => {
    adapter = createAmqpAdapter(adapterHost(watched(gateway), systemClock, log), JSON.parse(settings), NO_WUS);
  },
});
for (const party of [gemeente, dienst]) routes.lead(party.endpoint, test.url);
await adapter?.start();

await answerCommands({
  /** No answer but the end of the process. */
  wait: () => new Promise(() => undefined),
  async messages() {
    clock.advance(RETRY_INTERVAL);
    const { items } = await test.gateway.messages.list({ limit: 100 });
    return JSON.stringify(items.map(({ messageId, direction, state }) => ({ messageId, direction, state })));
  },
});
await adapter?.drain();
await test.gateway.handovers.stop();
await adapter?.stop();
await test.close(true);
