import type { Connection } from 'rhea';
import type { Examine, Found, Wanted } from '../examined.ts';
import { exchangeAddress, queueAddress } from './addresses.ts';
import { openConnection } from './connect.ts';
import { field } from './message.ts';
import { attachReceiver, attachSender, Gone } from './sessions.ts';

const NOT_FOUND = 'amqp:not-found';

export const examine10: Examine = async (settings, wanted) => {
  const { connection, end } = await openConnection(settings, () => undefined);
  try {
    const found: Found[] = [];
    for (const one of wanted) found.push(await look(connection, one));
    const [product, version] = [field(connection.properties, 'product'), field(connection.properties, 'version')];
    return { broker: typeof product === 'string' ? `${product} ${String(version)}` : 'a broker without a name', found };
  } finally {
    await end();
  }
};

async function look(connection: Connection, wanted: Wanted): Promise<Found> {
  const { kind, name } = wanted;
  try {
    const attached =
      kind === 'exchange'
        ? await attachSender(connection, { target: { address: exchangeAddress(name) } }, () => undefined)
        : await attachReceiver(
            connection,
            { source: { address: queueAddress(name) }, credit_window: 0 },
            () => undefined,
          );
    attached.close();
    return { ...wanted, there: true };
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Gone) throw error;
    const missing = 'condition' in error && error.condition === NOT_FOUND;
    return { ...wanted, there: false, ...(missing ? {} : { fault: error.message }) };
  }
}
