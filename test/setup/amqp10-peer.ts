import { once } from 'node:events';
import rhea from 'rhea';
import type { EventContext } from 'rhea';

/** Something that speaks AMQP 1.0 as a broker does, and does with links and messages what a test says. */
export interface Peer10 {
  readonly url: string;
  close(): Promise<void>;
}

/** Told of what clients do, by the name of the event of rhea, from the side of who serves. */
export type Script10 = Readonly<Record<string, (context: EventContext) => void>>;

export async function openPeer10(script: Script10): Promise<Peer10> {
  const container = rhea.create_container({ id: 'peer', autoaccept: false });
  container.sasl_server_mechanisms.enable_plain(() => true);
  const connections = new Set<EventContext['connection']>();
  container.on('connection_open', ({ connection }: EventContext) => void connections.add(connection));
  for (const event of ['disconnected', 'connection_close', 'connection_error', 'protocol_error'])
    container.on(event, ({ connection }: Partial<EventContext>) => connection && connections.delete(connection));
  for (const [event, act] of Object.entries(script)) container.on(event, act);
  const server = container.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the peer has no port');
  return {
    url: `amqp://guest:guest@127.0.0.1:${address.port}`,
    async close() {
      for (const connection of connections) connection.close();
      server.close();
      await once(server, 'close');
    },
  };
}
