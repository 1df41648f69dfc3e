import type { AmqpSettings } from '../../adapters/amqp/amqp-adapter.ts';
import { systemClock } from '../../src/clock.ts';
import { contract, dienst, gemeente } from './msh-contracts.ts';
import { openPartyGateway, Routes } from './msh-pair.ts';
import { type PreparedAdapter, prepareAdapter } from './amqp-place.ts';
import { openProvided, type Provided } from './wus-provided.ts';

export interface QueueBackend {
  readonly provided: Provided;
  readonly prepared: PreparedAdapter;
  close(): Promise<void>;
}

/** The echo service, whose backend is whoever reads `request.echo.echo` at the broker; not started yet. */
export async function openQueueBackend(settings: AmqpSettings, timeoutMs: number): Promise<QueueBackend> {
  const prepared = prepareAdapter(settings, systemClock);
  const gateway = await openPartyGateway(gemeente, {
    parties: [gemeente.key, dienst.key],
    cpas: [contract({ profile: 'osb-rm' })],
    transport: new Routes().transport(),
    prepare: prepared.prepare,
  });
  const provided = await openProvided({
    gateway: { backend: prepared.backend },
    backend: { destination: 'amqp', format: 'xml', timeoutMs },
  });
  return {
    provided,
    prepared,
    async close() {
      await provided.close();
      await prepared.adapter.drain();
      await gateway.gateway.handovers.stop();
      await prepared.adapter.stop();
      await gateway.close();
    },
  };
}
