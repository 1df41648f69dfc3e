import type { ConfirmChannel, Message } from 'amqplib';
import { GatewayError } from '../../src/index.ts';
import type { Clock } from '../../src/index.ts';
import type { ChannelUser } from './broker-connection.ts';
import type { Publication } from './publication.ts';

const CONFIRM_WITHIN_MS = 60_000;

interface Pending {
  readonly publication: Publication;
  readonly fail: (detail: string) => void;
}

/** Publishes with confirms: what the broker has not taken, or has no queue for, is not published. */
export class Publisher implements ChannelUser {
  readonly #clock: Clock;
  readonly #pending = new Set<Pending>();
  #channel: ConfirmChannel | undefined;
  #blocked: string | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async open(channel: ConfirmChannel): Promise<void> {
    // A return comes before the confirm of the same message.
    channel.on('return', (returned) => this.#returned(returned));
    this.#channel = channel;
  }

  lost(reason: string): void {
    this.#channel = undefined;
    for (const { fail } of this.#pending) fail(`the connection to the broker was lost: ${reason}`);
  }

  block(reason: string | undefined): void {
    this.#blocked = reason;
  }

  /** Resolves once the broker has it in every queue it belongs to. Throws HANDOVER_FAILED; it may have been taken all the same. */
  async publish(publication: Publication): Promise<void> {
    const channel = this.#channel;
    if (channel === undefined) throw failed('there is no connection to the broker');
    if (this.#blocked !== undefined) throw failed(`the broker takes no messages now: ${this.#blocked}`);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const pending: Pending = { publication, fail: (detail) => reject(failed(detail)) };
    this.#pending.add(pending);
    const cancel = this.#clock.schedule(this.#clock.now() + CONFIRM_WITHIN_MS, () =>
      pending.fail(`the broker confirmed nothing within ${CONFIRM_WITHIN_MS / 1000} s`),
    );
    const { exchange, routingKey, content, options } = publication;
    try {
      channel.publish(exchange, routingKey, content, options, (refused: unknown) => {
        if (refused === null || refused === undefined) resolve();
        else pending.fail('the broker refused it: a queue is full, or has no leader');
      });
      await promise;
    } finally {
      cancel();
      this.#pending.delete(pending);
    }
  }

  #returned({ fields, properties }: Message): void {
    for (const { publication, fail } of this.#pending) {
      const { exchange, routingKey, options } = publication;
      if (
        fields.exchange === exchange &&
        fields.routingKey === routingKey &&
        properties.messageId === options.messageId
      )
        fail(`no queue is bound to exchange ${exchange} for ${routingKey}`);
    }
  }
}

function failed(detail: string): GatewayError {
  return new GatewayError('HANDOVER_FAILED', { detail });
}
