import type { AmqpSettings } from '../../adapters/amqp/amqp-adapter.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { type PreparedAdapter, prepareAdapter } from './amqp-place.ts';
import { type ContractParty, dienst } from './msh-contracts.ts';
import { openPartyGateway, type Routes } from './msh-pair.ts';
import type { TestGateway } from './test-gateway.ts';

/** A gateway whose applications know only queues. */
export interface QueueSide {
  readonly settings: AmqpSettings;
  readonly gateway: TestGateway;
  readonly prepared: PreparedAdapter;
  close(): Promise<void>;
}

type GatewayOptions = Parameters<typeof openPartyGateway>[1];

interface SideOptions extends Omit<GatewayOptions, 'transport' | 'prepare'> {
  readonly network: Routes;
  readonly adapterClock?: Clock;
}

/** The gateway of a party, at its address; what the dienst receives goes to the queue. */
export async function openQueueSide(
  party: ContractParty,
  settings: AmqpSettings,
  { network, routes = [], adapterClock = systemClock, ...options }: SideOptions,
): Promise<QueueSide> {
  const prepared = prepareAdapter(settings, adapterClock);
  const gateway = await openPartyGateway(party, {
    ...options,
    transport: network.transport(),
    routes: [{ to: dienst.key, destination: 'amqp' }, ...routes],
    prepare: prepared.prepare,
  });
  network.lead(party.endpoint, gateway.url);
  await prepared.adapter.start();
  return {
    settings,
    gateway,
    prepared,
    async close() {
      await prepared.adapter.drain();
      await gateway.gateway.handovers.stop();
      await prepared.adapter.stop();
      await gateway.close();
    },
  };
}
