import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { backoffMs, GatewayError, toGatewayError } from '../../../src/index.ts';
import { codeOf } from '../durable-files.ts';
import type { MessageUseCases } from '../../../src/index.ts';
import type { FilesHost } from '../host.ts';
import type { OutboxSettings } from '../settings.ts';
import { Claims } from './claims.ts';
import type { Claim } from './claims.ts';
import { OutboxFiles } from './outbox-files.ts';
import { StillWritten } from './read-regular.ts';
import { purgeSent, settleRefused, settleSent } from './settle.ts';
import type { Settling } from './settle.ts';
import { submitClaim } from './submit-claim.ts';
import type { Submitting } from './submit-claim.ts';

const DAY_MS = 86_400_000;
/** After so many attempts an error that should not be is no accident. */
const MOST_INTERNAL = 10;

interface Postponed {
  readonly attempts: number;
  readonly dueAt: number;
}

/**
 * Sends what an application puts into its outbox, one message after the other, in the order of their names.
 *
 *   outbox ─ claim (rename) → claims ─ submit ─┬─ stored  → sent
 *                               ↑              ├─ refused → refused, with the reason
 *                               └── later ─────┘
 */
export class OutboxPicker {
  readonly #name: string;
  readonly #settings: OutboxSettings;
  readonly #host: FilesHost;
  readonly #claims: Claims;
  readonly #files: OutboxFiles;
  readonly #submitting: Submitting;
  readonly #settling: Settling;
  readonly #postponed = new Map<string, Postponed>();
  /** Names that cannot be claimed, each logged once. */
  readonly #stuck = new Set<string>();
  #watcher: FSWatcher | undefined;
  #looking: Promise<void> | undefined;
  #again = false;
  #stopped = true;
  #away = false;
  #purgeAt = 0;
  #cancelTimer: (() => void) | undefined;

  /** `owner` names the store that knows what was submitted. */
  constructor(name: string, settings: OutboxSettings, { host, owner }: { host: FilesHost; owner: string }) {
    const { gateway, clock } = host;
    const application = `files:${name}`;
    this.#name = name;
    this.#settings = settings;
    this.#host = host;
    this.#claims = new Claims(settings, owner, clock);
    this.#files = new OutboxFiles(settings, clock);
    this.#submitting = {
      messages: ownMessages(gateway, application, settings),
      claims: this.#claims,
      application,
      settings,
    };
    this.#settling = { settings, claims: this.#claims, clock };
  }

  start(): void {
    this.#stopped = false;
    this.wake();
  }

  /** Answers when what was under way has ended; what was claimed and not submitted is found by the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    this.#watcher?.close();
    await this.#looking;
  }

  /** Looks now, or once more after the look that is under way. Answers when there is nothing more to do for now. */
  wake(): void {
    void this.look();
  }

  look(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    this.#again = true;
    this.#looking ??= this.#lookWhileAsked().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookWhileAsked(): Promise<void> {
    const { clock, log } = this.#host;
    let next: number | undefined;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        next = await this.#lookOnce();
        if (this.#away) log.info(this.#about(), 'the outbox is there again');
        this.#away = false;
      } catch (err) {
        if (!this.#away) log.error({ ...this.#about(), err }, 'the outbox cannot be used; it is tried again');
        this.#away = true;
        this.#unwatch();
        next = undefined;
      }
    }
    if (this.#stopped) return;
    const poll = clock.now() + this.#settings.pollMs;
    this.#cancelTimer?.();
    this.#cancelTimer = clock.schedule(Math.min(next ?? poll, poll), () => this.wake());
  }

  /** Answers when to look again at the latest. */
  async #lookOnce(): Promise<number | undefined> {
    await this.#claims.prepare();
    this.#watch();
    const now = this.#host.clock.now();
    if (this.#purgeAt <= now) {
      this.#purgeAt = now + DAY_MS;
      await purgeSent(this.#settling).catch((err: unknown) => {
        this.#host.log.warn({ ...this.#about(), err }, 'what was sent long ago could not be removed');
      });
    }
    for (const claim of await this.#claims.unsettled()) {
      if (this.#stopped) return undefined;
      if ((this.#postponed.get(claim.id)?.dueAt ?? 0) <= now) await this.#handle(claim);
    }
    const { ready, misnamed, quietAt } = await this.#files.look();
    for (const { name, path } of [...ready.map((each) => ({ name: each, path: undefined })), ...misnamed]) {
      if (this.#stopped) return undefined;
      await this.#pickUp(name, path);
    }
    const times = [...this.#postponed.values()].map(({ dueAt }) => dueAt);
    return Math.min(quietAt ?? Number.POSITIVE_INFINITY, ...times);
  }

  /** A file that cannot be claimed keeps nobody behind it. */
  async #pickUp(name: string, path?: Buffer): Promise<void> {
    try {
      const claim = await this.#claims.claim(name, path);
      this.#stuck.delete(name);
      if (claim !== undefined) await this.#handle(claim);
    } catch (err) {
      if (this.#stuck.has(name)) return;
      this.#stuck.add(name);
      this.#host.log.error({ ...this.#about(), file: name, err }, 'a file of the outbox cannot be claimed');
    }
  }

  async #handle(claim: Claim): Promise<void> {
    const { log } = this.#host;
    const fields = { ...this.#about(), file: claim.name };
    try {
      const submitted = await submitClaim(claim, this.#submitting);
      const to = await settleSent(claim, submitted, this.#settling);
      log.info({ ...fields, messageId: submitted.messageId, to }, 'message of the outbox sent');
      this.#postponed.delete(claim.id);
    } catch (thrown) {
      await this.#handleFailure(claim, thrown).catch((err: unknown) => this.#postpone(claim, err));
    }
  }

  async #handleFailure(claim: Claim, thrown: unknown): Promise<void> {
    const { log } = this.#host;
    if (!(await this.#claims.isHeld(claim))) {
      this.#postponed.delete(claim.id);
      return;
    }
    const attempts = (this.#postponed.get(claim.id)?.attempts ?? 0) + 1;
    const refusal = refusalOf(thrown, attempts);
    if (refusal === undefined) {
      this.#postpone(claim, thrown);
      return;
    }
    const to = await settleRefused(claim, refusal, this.#settling);
    this.#postponed.delete(claim.id);
    const { code, detail } = refusal;
    log.warn({ ...this.#about(), file: claim.name, code, detail, to }, 'a file of the outbox is refused');
  }

  #postpone({ id, name }: Claim, err: unknown): void {
    const { clock, log, random } = this.#host;
    const attempts = (this.#postponed.get(id)?.attempts ?? 0) + 1;
    const dueAt = clock.now() + backoffMs(attempts, random);
    this.#postponed.set(id, { attempts, dueAt });
    log.warn({ ...this.#about(), file: name, attempts, dueAt, err }, 'a file of the outbox is tried again later');
  }

  /** Without it the outbox is looked at every `pollMs`: some file systems on the network tell nothing. */
  #watch(): void {
    if (this.#watcher !== undefined) return;
    try {
      this.#watcher = watch(this.#settings.folder, { persistent: false }, () => this.wake());
      this.#watcher.on('error', () => this.#unwatch());
    } catch (err) {
      this.#host.log.warn({ ...this.#about(), err }, 'the outbox cannot be watched; it is looked at now and then');
    }
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #about(): { readonly folder: string; readonly outbox: string } {
    return { folder: this.#name, outbox: this.#settings.folder };
  }
}

/** An application sends what is its own. */
function ownMessages(
  gateway: FilesHost['gateway'],
  name: string,
  { parties, services, actions }: OutboxSettings,
): MessageUseCases {
  const unlimited = parties === undefined && services === undefined && actions === undefined;
  const owner = unlimited ? undefined : ({ directions: ['out'], parties, services, actions } as const);
  return gateway.usedBy({ name, owner }).messages;
}

/** What the sender must mend; undefined for what passes by itself. */
function refusalOf(thrown: unknown, attempts: number): GatewayError | undefined {
  if (thrown instanceof GatewayError && thrown.code !== 'INTERNAL') return thrown.row.retriable ? undefined : thrown;
  const passes = thrown instanceof StillWritten || (!(thrown instanceof GatewayError) && codeOf(thrown) !== undefined);
  return passes || attempts < MOST_INTERNAL ? undefined : toGatewayError(thrown);
}
