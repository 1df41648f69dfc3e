import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { type Broker, startBroker } from '../../setup/servers/rabbitmq.ts';
import type { Organisation } from '../../setup/organisation.ts';
import type { TwoOrganisations } from '../../setup/two-organisations.ts';
import { openOrganisations, type Place } from './organisations.ts';
import type { Steps } from './steps.ts';

export interface AmqpPlace extends Place {
  readonly broker: Broker;
}

/** Where the applications of one side meet their gateway: an exchange of its own, as each side has a broker of its own. */
export function exchangeOf({ name }: Organisation): string {
  return `postiljon-${name}`;
}

/** As the demo without queues, with a broker; the receiver's messages are routed to it. */
export async function openAmqpPlace(steps: Steps, profile: string): Promise<AmqpPlace> {
  const broker = await steps.step('A RabbitMQ of its own, on a free port with throw-away data', () => startBroker());
  try {
    const place = await openOrganisations(steps, profile, (organisations) => configure(organisations, broker, steps));
    const close = async (): Promise<void> => {
      await place.close();
      await broker.stop();
    };
    return { ...place, broker, close };
  } catch (error) {
    await broker.stop();
    throw error;
  }
}

async function configure(organisations: TwoOrganisations, { url }: Broker, steps: Steps): Promise<void> {
  await steps.step('Queues in both configurations; what comes in is routed to them', async () => {
    for (const organisation of organisations) {
      const { config } = organisation;
      const exchange = exchangeOf(organisation);
      const names = `exchange: ${exchange}, sendQueue: ${exchange}.send, refused: ${exchange}.refused`;
      const kept = (await readFile(config, 'utf8')).replace(/^(?:routes|adapters):.*\n/gm, '');
      await writeFile(config, kept);
      await appendFile(
        config,
        `\nroutes: [{ to: '${organisation.oin}', destination: amqp }]\nadapters: { amqp: { url: '${url}', ${names} } }\n`,
      );
    }
  });
}
