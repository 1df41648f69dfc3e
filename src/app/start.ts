import { cannotListen } from '../transport/cannot-listen.ts';
import { isLoopback } from '../transport/loopback.ts';
import { isPlain } from '../wus/consumer/expected-servers.ts';
import { createLog } from './log.ts';
import type { AppLog } from './log.ts';
import type { Gateway } from '../msh/gateway.ts';
import type { Adapter } from '../msh/adapter.ts';
import { compose, LAST_ANSWERS_MS } from './compose.ts';
import type { Composition } from './compose.ts';
import { readConfig } from './config/config.ts';
import type { Config } from './config/config.ts';
import { strayVariables } from './config/stray-variables.ts';

export interface RunningGateway {
  /** Where partners send to, as this machine would write it. */
  readonly ebms: string;
  readonly api: string;
  /** Names of the services of WUS, in either role. */
  readonly services: readonly string[];
  /** Lets running work end, then lets go of everything. Repeating it changes nothing. */
  stop(): Promise<void>;
}

/** Starts everything in order; what fails on the way leaves nothing behind. Throws CONFIG_INVALID, PORT_TAKEN, STORE_UNAVAILABLE. */
export async function startGateway(config: Config, log: AppLog): Promise<RunningGateway> {
  warnOfWeakness(config, log);
  const parts = await compose(config, log);
  const stop = once(() => stopAll(parts, config, log));
  try {
    await parts.gateway.start();
    parts.wus.start();
    const { port } = await parts.endpoint.listen();
    await listenApi(parts, config);
    for (const adapter of parts.adapters) await adapter.start();
    const ebms = `${config.ebms.tls === undefined ? 'http' : 'https'}://${bracketed(config.ebms.host)}:${port}${config.ebms.path}`;
    const services = parts.wus.useCases.services.map(({ name }) => name);
    return { ebms, api: parts.api.address, services, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs a gateway until SIGTERM or SIGINT: then it drains, and the process ends with 0. A second signal ends it at once. */
export async function runGateway(file: string, ready: (gateway: RunningGateway) => void): Promise<void> {
  const config = readConfig(file);
  const log = createLog({ level: config.log.level, name: config.name });
  const signalled = firstSignal();
  process.once('unhandledRejection', (reason) => {
    log.fatal({ err: reason }, 'unhandled rejection');
    process.exit(1);
  });
  for (const { name, near } of strayVariables(process.env))
    log.warn(
      { variable: name, ...(near === undefined ? {} : { near }) },
      'an environment variable is no setting and is passed over',
    );
  const gateway = await startGateway(config, log);
  const { ebms, api, services } = gateway;
  log.info({ ebms, api, parties: config.parties, services, pid: process.pid }, 'ready');
  ready(gateway);
  const signal = await signalled;
  log.info({ signal }, 'stopping');
  process.once('SIGTERM', () => process.exit(1));
  process.once('SIGINT', () => process.exit(1));
  await gateway.stop();
  log.info({}, 'stopped');
}

function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}

async function listenApi({ api }: Composition, config: Config): Promise<void> {
  try {
    await api.listen();
  } catch (cause) {
    throw cannotListen('api', config.api, cause);
  }
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** New work is refused first; what is under way gets its time, and is cut off then; the store closes last. */
async function stopAll(
  { api, adapters, endpoint, gateway, wus, revocation }: Composition,
  config: Config,
  log: AppLog,
): Promise<void> {
  const graceMs = config.stop.graceSeconds * 1000;
  const end = performance.now() + graceMs;
  gateway.drain();
  const consultations = wus.stop(graceMs);
  const inside = stopAdapters({ gateway, adapters, graceMs, consultations });
  const outside = Promise.all([api.close(), endpoint.close(), inside, consultations]);
  // Whoever is told at the very end that there is no answer gets the time to hear it.
  const drained = await within(graceMs + LAST_ANSWERS_MS, outside);
  if (!drained) log.warn({ graceMs }, 'requests were still running when the time was over');
  revocation?.stop();
  await consultations;
  await gateway.stop(Math.max(0, end - performance.now()));
}

interface Inside {
  readonly gateway: Gateway;
  readonly adapters: readonly Adapter[];
  readonly graceMs: number;
  /** The end of the last one. */
  readonly consultations: Promise<void>;
}

/** What they hand over, and whom they ask, needs them to the end. */
async function stopAdapters({ gateway, adapters, graceMs, consultations }: Inside): Promise<void> {
  await Promise.all(adapters.map(async (adapter) => adapter.drain?.()));
  await Promise.all([gateway.handovers.stop(graceMs), consultations]);
  await Promise.all(adapters.map((adapter) => adapter.stop()));
}

async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const late = Symbol('late');
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<typeof late>((resolve) => {
    timer = setTimeout(resolve, ms, late);
  });
  const first = await Promise.race([work, limit]);
  clearTimeout(timer);
  return first !== late;
}

function warnOfWeakness(config: Config, log: AppLog): void {
  if (config.ebms.tls === undefined) log.warn({ host: config.ebms.host }, 'the endpoint for partners has no TLS');
  const { host, applications, tls } = config.api;
  if (!isLoopback(host) && applications.length === 0)
    log.warn({ host }, 'the API is open to the network, unauthenticated');
  if (!isLoopback(host) && tls === undefined) log.warn({ host }, 'the API has no TLS: keys travel in the clear');
  for (const [partner, { allow: listed, wus }] of Object.entries(config.partners)) {
    const allow = wus?.unsignedConfirmation === true ? [...listed, 'unsignedConfirmation'] : listed;
    if (allow.length > 0) log.warn({ partner, allow }, 'weak algorithms are allowed for a partner');
  }
  for (const service of config.wus.services) {
    if (service.role !== 'consumer' || !isPlain(service)) continue;
    const { name, endpoint, profile } = service;
    log.warn({ service: name, endpoint, profile }, 'a partner is called without TLS: nothing says who is there');
  }
  if (config.revocation.mode !== 'require') {
    log.warn({ mode: config.revocation.mode }, 'revoked certificates of partners may be believed');
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
}
