import { systemClock } from '../../src/clock.ts';
import type { Clock } from '../../src/clock.ts';
import { createWusUseCases } from '../../src/wus/application/use-cases.ts';
import { jsonTranslation } from '../../src/wus/application/json-translation.ts';
import type { AmqpSettings } from '../../adapters/amqp/amqp-adapter.ts';
import { type PreparedAdapter, prepareAdapter } from './amqp-place.ts';
import { contract, dienst, gemeente } from './msh-contracts.ts';
import { openPartyGateway, Routes } from './msh-pair.ts';
import { openWusPair, type WusPair, type WusPairOptions } from './wus-pair.ts';

export interface QueueCaller {
  /** The partner's service, and the gateway that calls it. */
  readonly pair: WusPair;
  readonly prepared: PreparedAdapter;
  close(): Promise<void>;
}

/** A gateway that calls the echo service of a partner for whoever publishes to its queue `call`. */
export async function openQueueCaller(
  settings: AmqpSettings,
  { clock = systemClock, ...options }: WusPairOptions & { readonly clock?: Clock } = {},
): Promise<QueueCaller> {
  const pair = await openWusPair(options);
  const { wus, payloads } = pair.consumer;
  const useCases = createWusUseCases({ wus, payloads, translation: jsonTranslation, counts: () => [] });
  const prepared = prepareAdapter(settings, clock, useCases);
  const gateway = await openPartyGateway(gemeente, {
    parties: [gemeente.key, dienst.key],
    cpas: [contract({ profile: 'osb-rm' })],
    transport: new Routes().transport(),
    prepare: prepared.prepare,
  });
  await prepared.adapter.start();
  return {
    pair,
    prepared,
    async close() {
      const stopped = wus.stop(0);
      await prepared.adapter.drain();
      await stopped;
      await gateway.gateway.handovers.stop();
      await prepared.adapter.stop();
      await gateway.close();
      await pair.close();
    },
  };
}

/** The application of the partner answers once `release` is called; `asked` resolves when it has a question. */
export function holdAnswers({ backend }: Pick<WusPair, 'backend'>): {
  readonly asked: Promise<void>;
  readonly release: () => void;
} {
  const held = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const { answer } = backend;
  backend.answer = async (call) => {
    asked.resolve();
    await held.promise;
    return answer(call);
  };
  return { asked: asked.promise, release: () => held.resolve() };
}
