import { toGatewayError } from '../../src/index.ts';
import type { Adapter, AdapterHost, EventType } from '../../src/index.ts';
import { webhookBackend } from './backend.ts';
import { eventOccurrence, messageOccurrence, writeOccurrence } from './cloud-events.ts';
import { WebhookSender } from './sender.ts';
import type { Webhook } from './settings.ts';

export type { Webhook } from './settings.ts';

const CONCURRENCY = 8;
const HOUR_MS = 3_600_000;

/**
 * The inside world's door over webhooks. Each is a destination, `webhook:<name>`: a message routed there is posted until
 * it was taken; and where it names event types it is told of those, beside whatever is a message's destination. And each is a
 * backend: provided services of WUS that name it are answered by it.
 */
export function createWebhooks(webhooks: readonly Webhook[], host: AdapterHost): Adapter {
  const senders = webhooks.map((webhook) => ({ webhook, sender: openWebhook(webhook, host) }));
  return {
    start() {
      for (const { webhook, sender } of senders) askFirst(webhook, sender, host);
      return Promise.resolve();
    },
    async stop() {
      await Promise.all(senders.map(({ sender }) => sender.close()));
    },
  };
}

function openWebhook(webhook: Webhook, { gateway, source, apiUrl, backends, ...host }: AdapterHost): WebhookSender {
  const sender = new WebhookSender(webhook, host);
  const { mode, inlineLimit, events, deadAfterHours } = webhook;
  const name = `webhook:${webhook.name}`;
  gateway.handovers.register(
    name,
    {
      async deliver(message) {
        const occurrence = await messageOccurrence(message, { source, apiUrl: apiUrl(), inlineLimit });
        await sender.send(writeOccurrence(occurrence, mode));
      },
    },
    { concurrency: CONCURRENCY },
  );
  backends.serve(name, webhookBackend(webhook, sender, { ...host, source }));
  if (events.length > 0)
    gateway.events.follow({
      name,
      ...(events.includes('*') ? {} : { types: events.filter(isEventType) }),
      deadAfterMs: deadAfterHours * HOUR_MS,
      deliver: (event) => sender.send(writeOccurrence(eventOccurrence(event, source), mode)),
    });
  return sender;
}

/** The configuration has checked them. */
function isEventType(type: string): type is EventType {
  return type !== '*';
}

/** At once, so that an operator sees at the start what would else show with the first message. */
function askFirst({ name }: Webhook, sender: WebhookSender, { log }: AdapterHost): void {
  sender.handshake().catch((thrown: unknown) => {
    const { code, detail } = toGatewayError(thrown);
    log.warn({ webhook: name, code, detail }, 'the receiver of a webhook does not allow it yet');
  });
}
