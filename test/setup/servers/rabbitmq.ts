import { execFile } from 'node:child_process';
import { accessSync, globSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { connect } from 'amqplib';
import { freePort } from '../gateway-process.ts';
import { tool } from '../tools.ts';
import { type KeptProcess, startKept } from './kept-process.ts';
import { serverFolder, untilUp } from './server-folder.ts';

export interface Broker {
  readonly port: number;
  readonly url: string;
  /** Where it has TLS. */
  readonly tlsUrl: string | undefined;
  /** What a command of the broker must know to reach it. */
  readonly nodeEnv: NodeJS.ProcessEnv;
  /** As a power cut does it; `start` brings it back with what it had on disk. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Where it does not run: resolves when it answers. */
  start(): Promise<void>;
}

export interface BrokerOptions {
  /** PEM files. Every client must show a certificate of this CA. */
  readonly tls?: { readonly ca: string; readonly certificate: string; readonly key: string };
}

export const NO_RABBITMQ = 'RabbitMQ is not here: apt-get install rabbitmq-server';

const START_LIMIT_MS = 90_000;

/** How long a `before` hook may take that starts the broker on a busy machine. */
export const BROKER_HOOK_MS = START_LIMIT_MS + 10_000;

/** Whether this machine can run a broker. */
export function hasRabbitmq(): boolean {
  return programs() !== undefined;
}

export const NO_AMQP10 = 'RabbitMQ is not here, or without its plugin rabbitmq_amqp1_0';

/** Whether it can speak AMQP 1.0 too: RabbitMQ 4 always does, RabbitMQ 3 by a plugin that comes with it. */
export function hasAmqp10(): boolean {
  const server = rabbitmqServer();
  return (
    server !== undefined && globSync(join(dirname(realpathSync(server)), '../plugins/rabbitmq_amqp1_0-*')).length > 0
  );
}

let shared: Promise<Broker> | undefined;

/** The broker of this run of tests: started by the first that asks, ended with the process. Tests tell themselves apart by names. */
export function testBroker(): Promise<Broker> {
  return (shared ??= startBroker());
}

/** A broker on free ports with data of its own, which has nothing to do with one that happens to run. */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const found = programs();
  if (found === undefined) throw new Error(NO_RABBITMQ);
  const folder = serverFolder('rabbitmq');
  const [port, distribution, epmd] = [await freePort(), await freePort(), await freePort()];
  const tlsPort = options.tls === undefined ? undefined : await freePort();
  const env = environment(folder, { port, distribution, epmd, tlsPort }, options);
  const url = `amqp://guest:guest@127.0.0.1:${port}`;
  const logFile = join(folder, 'broker.log');
  const names = ['-port', String(epmd), '-address', '127.0.0.1'];
  await startKept({ program: found.epmd, args: names, env, logFile: join(folder, 'epmd.log') });
  let running: KeptProcess | undefined;
  const broker: Broker = {
    port,
    url,
    tlsUrl: tlsPort === undefined ? undefined : `amqps://guest:guest@localhost:${tlsPort}`,
    nodeEnv: env,
    async start() {
      const server = await startKept({ program: found.server, args: [], env, logFile });
      running = server;
      await untilUp({
        isUp: () => answers(url),
        hopeless: () => server.ended,
        withinMs: START_LIMIT_MS,
        why: () => `RabbitMQ did not start: ${server.output().slice(-2000)}`,
      });
    },
    kill: async () => running?.end('SIGKILL'),
    stop: async () => running?.end('SIGTERM'),
  };
  await broker.start();
  return broker;
}

function programs(): { readonly server: string; readonly epmd: string } | undefined {
  const [server, epmd] = [rabbitmqServer(), tool('epmd')];
  return server === undefined || epmd === undefined ? undefined : { server, epmd };
}

/** Debian's command on PATH changes to a user of its own and to that user's data: the program itself lies beside it. */
function rabbitmqServer(): string | undefined {
  const named = tool('rabbitmq-server') ?? '/usr/sbin/rabbitmq-server';
  try {
    const program = join(dirname(realpathSync(named)), 'rabbitmq-server');
    accessSync(program);
    return program;
  } catch {
    return undefined;
  }
}

interface Ports {
  readonly port: number;
  readonly distribution: number;
  readonly epmd: number;
  readonly tlsPort: number | undefined;
}

function environment(
  folder: string,
  { port, distribution, epmd, tlsPort }: Ports,
  { tls }: BrokerOptions,
): NodeJS.ProcessEnv {
  const home = join(folder, 'home');
  mkdirSync(home);
  const secure =
    tls === undefined || tlsPort === undefined
      ? []
      : [
          `listeners.ssl.default = 127.0.0.1:${tlsPort}`,
          `ssl_options.cacertfile = ${tls.ca}`,
          `ssl_options.certfile = ${tls.certificate}`,
          `ssl_options.keyfile = ${tls.key}`,
          'ssl_options.verify = verify_peer',
          'ssl_options.fail_if_no_peer_cert = true',
        ];
  const lines = [`listeners.tcp.default = 127.0.0.1:${port}`, ...secure];
  writeFileSync(join(folder, 'rabbitmq.conf'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'enabled_plugins'), '[rabbitmq_amqp1_0].\n');
  return {
    PATH: process.env['PATH'],
    HOME: home,
    LANG: 'C.UTF-8',
    ERL_EPMD_PORT: String(epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `postiljon-${port}@localhost`,
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    // No idle spinning beside the tests.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+sbwt none +sbwtdcpu none +sbwtdio none',
    // The script then becomes the server instead of its parent, so that a signal reaches it.
    RUNNING_UNDER_SYSTEMD: 'true',
  };
}

/** As an operator does with `rabbitmqctl`; resolves with what it printed. */
export async function control(broker: Broker, ...args: readonly string[]): Promise<string> {
  const server = rabbitmqServer();
  if (server === undefined) throw new Error(NO_RABBITMQ);
  const program = join(dirname(realpathSync(server)), 'rabbitmqctl');
  const { stdout } = await promisify(execFile)(program, ['-q', ...args], { env: broker.nodeEnv });
  return stdout;
}

async function answers(url: string): Promise<boolean> {
  try {
    await (await connect(url)).close();
    return true;
  } catch {
    return false;
  }
}
