import { readFile } from 'node:fs/promises';
import type { AmqpSettings } from '../../adapters/amqp/amqp-adapter.ts';
import type { Webhook } from '../../adapters/webhook/webhooks.ts';
import { GatewayError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Adapter, AdapterHost } from '../msh/adapter.ts';
import type { AmqpConfig } from './config/amqp-settings.ts';
import type { Config } from './config/config.ts';
import { secretFault } from './config/webhook-settings.ts';
import type { WusUseCases } from '../wus/application/use-cases.ts';
import { storeName } from './store-name.ts';

/** Those that are configured, each loaded only then. They serve their destinations from now on, and begin with `start`. */
export async function openAdapters(config: Config, host: AdapterHost, wus: WusUseCases): Promise<readonly Adapter[]> {
  const { adapters } = config;
  const opened: Adapter[] = [];
  if (adapters.amqp !== undefined) {
    const { createAmqpAdapter } = await import('../../adapters/amqp/amqp-adapter.ts');
    opened.push(createAmqpAdapter(host, await amqpSettings(adapters.amqp, config), wus));
  }
  if (adapters.webhooks.length > 0) {
    const { createWebhooks } = await import('../../adapters/webhook/webhooks.ts');
    opened.push(createWebhooks(await Promise.all(adapters.webhooks.map(readWebhook)), host));
  }
  if (adapters.filesystem.length > 0) {
    const { createFilesystemAdapter } = await import('../../adapters/filesystem/filesystem-adapter.ts');
    opened.push(createFilesystemAdapter({ folders: adapters.filesystem, owner: await storeName(config) }, host));
  }
  return opened;
}

async function readWebhook({ secretFile, ca, ...webhook }: Config['adapters']['webhooks'][number]): Promise<Webhook> {
  const location = 'adapters.webhooks';
  const [secret, authorities] = await Promise.all([readPem(secretFile, location), readPem(ca, location)]);
  const line = secret?.toString('utf8').split(/\r?\n/, 1)[0] ?? webhook.secret ?? '';
  const fault = secretFault(line);
  if (fault !== undefined)
    throw new GatewayError('CONFIG_INVALID', { location, detail: `${location}: ${webhook.name}: the secret ${fault}` });
  return { ...webhook, secret: line, ca: authorities?.toString('utf8') };
}

export async function amqpSettings({ tls, ...settings }: AmqpConfig, { wus }: Config): Promise<AmqpSettings> {
  const asks = wus.services.some((service) => service.role === 'provider' && service.backend.destination === 'amqp');
  const [ca, key, cert] = await Promise.all([
    readPem(tls.ca, 'adapters.amqp.tls.ca'),
    readPem(tls.key, 'adapters.amqp.tls.key'),
    readPem(tls.certificate, 'adapters.amqp.tls.certificate'),
  ]);
  // Of this process alone: what it asked nobody else can take the answer of.
  const answerQueue = asks ? (settings.answerQueue ?? `${settings.exchange}.answers.${newId()}`) : undefined;
  const callQueue = wus.services.some(({ role }) => role === 'consumer') ? settings.callQueue : undefined;
  return {
    ...settings,
    callQueue,
    answerQueue,
    tls: { ...(ca && { ca }), ...(key && { key }), ...(cert && { cert }) },
  };
}

async function readPem(path: string | undefined, location: string): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (cause) {
    throw new GatewayError('CONFIG_INVALID', { location, detail: `${path} cannot be read`, cause });
  }
}
