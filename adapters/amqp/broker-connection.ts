import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { backoffMs, GatewayError } from '../../src/index.ts';
import type { Clock, Log } from '../../src/index.ts';
import { declareAll } from './declare.ts';
import type { AmqpSettings } from './settings.ts';
import { topology } from './topology.ts';

/** Works on a channel of its own for as long as the connection holds. */
export interface ChannelUser {
  /** `broken` says that the channel does not do what it should, and why: everything begins anew then. */
  open(channel: ConfirmChannel, broken: (why: Error) => void): Promise<void>;
  /** The channel is of no more use. */
  lost(reason: string): void;
}

export interface ConnectionParts {
  readonly settings: AmqpSettings;
  readonly users: readonly ChannelUser[];
  /** Told after each time that everything stands. */
  readonly connected: () => void;
  /** The broker takes nothing now, and why; undefined: it does again. */
  readonly blocked: (reason: string | undefined) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

const CONNECT_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 3_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * One connection to the broker, made again when it is lost: after 1 s, 2 s, … 30 s. Whatever goes wrong on a channel ends the
 * connection, so that there is one way to begin anew.
 */
export class BrokerConnection {
  readonly #parts: ConnectionParts;
  #model: ChannelModel | undefined;
  #failures = 0;
  #stopped = false;
  #cancelRetry: (() => void) | undefined;
  #trying: Promise<void> | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  get isUp(): boolean {
    return this.#model !== undefined;
  }

  /**
   * A broker that does not answer is waited for in the background. Throws BROKER_TOPOLOGY, which time does not mend.
   */
  async start(): Promise<void> {
    try {
      await this.#connect();
    } catch (thrown) {
      if (thrown instanceof GatewayError) throw thrown;
      this.#retry(thrown);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRetry?.();
    await this.#trying;
    const model = this.#model;
    this.#model = undefined;
    if (model !== undefined) await this.#close(model);
  }

  async #connect(): Promise<void> {
    const { settings, log } = this.#parts;
    const model = await connect(addressOf(settings), socketOptions(settings));
    let why: Error | undefined;
    model.on('error', (error) => (why = error));
    try {
      await this.#open(model);
    } catch (error) {
      await this.#close(model);
      throw why ?? error;
    }
    if (why !== undefined) throw why;
    model.on('close', (error) => this.#lost(model, error ?? why));
    model.on('blocked', (reason) => {
      log.warn({ reason }, 'the broker takes no messages for now');
      this.#parts.blocked(reason);
    });
    model.on('unblocked', () => {
      log.info({}, 'the broker takes messages again');
      this.#parts.blocked(undefined);
      this.#parts.connected();
    });
    this.#model = model;
    this.#failures = 0;
    log.info({ broker: hostOf(settings.url) }, 'connected to the broker');
    this.#parts.connected();
  }

  async #open(model: ChannelModel): Promise<void> {
    const { settings, users } = this.#parts;
    const declaring = await model.createConfirmChannel();
    declaring.on('error', () => undefined);
    await declareAll(declaring, topology(settings));
    await declaring.close();
    for (const user of users) {
      const channel = await model.createConfirmChannel();
      const broken = (why: Error): void => this.#broken(model, why);
      channel.on('error', broken);
      await user.open(channel, broken);
    }
  }

  #broken(model: ChannelModel, why: Error): void {
    if (this.#model !== model) return;
    this.#lost(model, why);
    void this.#close(model);
  }

  #lost(model: ChannelModel, reason: unknown): void {
    if (this.#model !== model) return;
    this.#model = undefined;
    const text = reason instanceof Error ? reason.message : 'the connection was closed';
    for (const user of this.#parts.users) user.lost(text);
    this.#parts.blocked(undefined);
    this.#retry(reason);
  }

  #retry(reason: unknown): void {
    const { clock, random, log, settings } = this.#parts;
    if (this.#stopped) return;
    this.#failures++;
    const waitMs = Math.min(backoffMs(this.#failures, random), LONGEST_WAIT_MS);
    log.warn({ broker: hostOf(settings.url), err: reason, waitMs }, 'no connection to the broker');
    this.#cancelRetry = clock.schedule(clock.now() + waitMs, () => {
      this.#trying = this.#connect().catch((error: unknown) => this.#retry(error));
    });
  }

  /** amqplib waits for an answer, which a broker in trouble does not give. */
  async #close(model: ChannelModel): Promise<void> {
    const { clock } = this.#parts;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const cancel = clock.schedule(clock.now() + CLOSE_TIMEOUT_MS, resolve);
    await Promise.race([model.close().catch(() => undefined), late]);
    cancel();
  }
}

function addressOf({ url, heartbeatSeconds }: AmqpSettings): string {
  const address = new URL(url);
  address.searchParams.set('heartbeat', String(heartbeatSeconds));
  return address.href;
}

function socketOptions({ tls }: AmqpSettings): Parameters<typeof connect>[1] {
  return {
    ...tls,
    // With Nagle's algorithm a confirmed publish takes 40 ms.
    noDelay: true,
    timeout: CONNECT_TIMEOUT_MS,
    clientProperties: { connection_name: 'postiljon' },
  };
}

/** Without user and password. */
function hostOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
