import { backoffMs, GatewayError } from '../../src/index.ts';
import type { Clock, HealthCheck, Log } from '../../src/index.ts';
import type { AmqpSettings } from './settings.ts';
import type { Link, OpenLink } from './transport.ts';

/** Works on a link for as long as it holds. */
export interface LinkUser {
  open(link: Link): Promise<void>;
  /** The link is of no more use. */
  lost(reason: string): void;
}

export interface ConnectionParts {
  readonly settings: AmqpSettings;
  readonly openLink: OpenLink;
  readonly users: readonly LinkUser[];
  /** Told after each time that everything stands, and that the broker takes messages again. */
  readonly connected: () => void;
  /** The broker takes nothing now, and why; undefined: it does again. */
  readonly blocked: (reason: string | undefined) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

const CLOSE_TIMEOUT_MS = 3_000;
const LONGEST_WAIT_MS = 30_000;

/** One connection to the broker, made again when it is lost: after 1 s, 2 s, … 30 s. */
export class BrokerConnection {
  readonly #parts: ConnectionParts;
  #link: Link | undefined;
  #failures = 0;
  #trouble: string | undefined = 'it was not called yet';
  #refusing: string | undefined;
  #stopped = false;
  #cancelRetry: (() => void) | undefined;
  #trying: Promise<void> | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
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
    const link = this.#link;
    this.#link = undefined;
    if (link !== undefined) await this.#close(link);
  }

  /** How it is right now. */
  health(): HealthCheck {
    const { protocol, url } = this.#parts.settings;
    const broker = `${hostOf(url)} (AMQP ${protocol})`;
    if (this.#trouble !== undefined) return told(false, `no connection to ${broker}: ${this.#trouble}; messages wait`);
    if (this.#refusing !== undefined)
      return told(false, `${broker} takes no messages now: ${this.#refusing}; they wait`);
    return told(true, `connected to ${broker}`);
  }

  async #connect(): Promise<void> {
    const { settings, openLink, users, connected, log } = this.#parts;
    let link: Link | undefined;
    let ended: Error | undefined;
    const opened = await openLink(settings, {
      lost: (why) => {
        ended ??= why;
        if (link !== undefined) this.#lost(link, why);
      },
      blocked: (reason) => this.#blocked(reason),
    });
    try {
      for (const user of users) await user.open(opened);
      if (ended !== undefined) throw ended;
    } catch (error) {
      for (const user of users) user.lost('it could not be used');
      await this.#close(opened);
      throw ended ?? error;
    }
    link = opened;
    this.#link = link;
    this.#failures = 0;
    this.#trouble = undefined;
    log.info({ broker: hostOf(settings.url) }, 'connected to the broker');
    connected();
  }

  #blocked(reason: string | undefined): void {
    const { blocked, connected, log } = this.#parts;
    this.#refusing = reason;
    blocked(reason);
    if (reason !== undefined) return log.warn({ reason }, 'the broker takes no messages for now');
    log.info({}, 'the broker takes messages again');
    connected();
  }

  #lost(link: Link, reason: Error): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    for (const user of this.#parts.users) user.lost(reason.message);
    this.#refusing = undefined;
    this.#parts.blocked(undefined);
    void this.#close(link);
    this.#retry(reason);
  }

  #retry(reason: unknown): void {
    const { clock, random, log, settings } = this.#parts;
    if (this.#stopped) return;
    this.#failures++;
    this.#trouble = reason instanceof Error ? reason.message : String(reason);
    const waitMs = Math.min(backoffMs(this.#failures, random), LONGEST_WAIT_MS);
    log.warn({ broker: hostOf(settings.url), err: reason, waitMs }, 'no connection to the broker');
    this.#cancelRetry = clock.schedule(clock.now() + waitMs, () => {
      this.#trying = this.#connect().catch((error: unknown) => this.#retry(error));
    });
  }

  /** A broker in trouble gives no answer to it. */
  async #close(link: Link): Promise<void> {
    const { clock } = this.#parts;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const cancel = clock.schedule(clock.now() + CLOSE_TIMEOUT_MS, resolve);
    await Promise.race([link.close().catch(() => undefined), late]);
    cancel();
  }
}

function told(ok: boolean, detail: string): HealthCheck {
  return { name: 'amqp', ok, detail, optional: true };
}

/** Without user and password. */
export function hostOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
