import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ConfirmChannel } from 'amqplib';
import type { Arrivals } from './arrivals.ts';

/** What comes to an application: the message itself, or that it was received. */
export const MESSAGE = 'message';
export const EVENT = 'event';

export function arrivalName(what: string, application: string, messageId: string): string {
  return `${what} ${application} ${messageId}`;
}

/** Consumes a queue; what it gets is noted under the name of the queue's application. */
export async function consume(channel: ConfirmChannel, queue: string, arrivals: Arrivals): Promise<void> {
  await channel.consume(queue, (message) => {
    if (message === null) return;
    const { messageId, correlationId, type } = message.properties;
    const isEvent = type === 'message.received';
    arrivals.note(arrivalName(isEvent ? EVENT : MESSAGE, 'queue', String(isEvent ? correlationId : messageId)));
    channel.ack(message);
  });
}

export interface HookedApplication {
  readonly url: string;
  close(): Promise<void>;
}

/** Takes whatever a webhook posts in binary mode. */
export async function openHook(arrivals: Arrivals): Promise<HookedApplication> {
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      const isEvent = String(request.headers['ce-type']).endsWith('message.received');
      arrivals.note(
        arrivalName(isEvent ? EVENT : MESSAGE, 'webhook', decodeURIComponent(String(request.headers['ce-subject']))),
      );
      response.writeHead(204).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the application does not listen');
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
