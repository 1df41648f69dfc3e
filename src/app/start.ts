import { GatewayError } from '../errors.ts';
import { createLog } from './log.ts';
import type { AppLog } from './log.ts';
import { compose } from './compose.ts';
import type { Composition } from './compose.ts';
import { isLoopback } from './config/check-settings.ts';
import { readConfig } from './config/config.ts';
import type { Config } from './config/config.ts';
import { strayVariables } from './config/stray-variables.ts';

export interface RunningGateway {
  /** Where partners send to, as this machine would write it. */
  readonly ebms: string;
  readonly api: string;
  /** Lets running work end, then lets go of everything. Repeating it changes nothing. */
  stop(): Promise<void>;
}

/** Starts everything in order; what fails on the way leaves nothing behind. Throws CONFIG_INVALID, STORE_UNAVAILABLE. */
export async function startGateway(config: Config, log: AppLog): Promise<RunningGateway> {
  warnOfWeakness(config, log);
  const parts = await compose(config, log);
  const stop = once(() => stopAll(parts, config, log));
  try {
    await parts.gateway.start();
    const { port } = await parts.endpoint.listen();
    await listenApi(parts, config);
    const ebms = `${config.ebms.tls === undefined ? 'http' : 'https'}://${bracketed(config.ebms.host)}:${port}${config.ebms.path}`;
    return { ebms, api: parts.api.address, stop };
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
  log.info({ ebms: gateway.ebms, api: gateway.api, parties: config.parties, pid: process.pid }, 'ready');
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
    throw cannotListen(config, cause);
  }
}

function cannotListen({ api }: Config, cause: unknown): GatewayError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const detail = `api.port: the API cannot listen on ${api.host}:${api.port}: ${reason}`;
  return new GatewayError('CONFIG_INVALID', { location: 'api.port', detail, cause });
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** New work is refused first; what is under way gets its time; the store closes last. */
async function stopAll(
  { api, endpoint, gateway, revocation }: Composition,
  config: Config,
  log: AppLog,
): Promise<void> {
  const graceMs = config.stop.graceSeconds * 1000;
  gateway.drain();
  const drained = await within(graceMs, Promise.all([api.close(), endpoint.close()]));
  if (!drained) log.warn({ graceMs }, 'requests were still running when the time was over');
  revocation?.stop();
  await gateway.stop(graceMs);
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
  if (!isLoopback(config.api.host))
    log.warn({ host: config.api.host }, 'the API is open to the network, unauthenticated');
  for (const [partner, { allow }] of Object.entries(config.partners)) {
    if (allow.length > 0) log.warn({ partner, allow }, 'weak algorithms are allowed for a partner');
  }
  if (config.revocation.mode !== 'require') {
    log.warn({ mode: config.revocation.mode }, 'revoked certificates of partners may be believed');
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
}
