import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { GatewayError } from '../errors.ts';

const HIGH_WATER_MARK = 64 * 1024;

/**
 * Body of a request, counted. Whoever reads it may destroy it, by leaving a loop for instance, and the connection still
 * lives to carry the answer. Fails with HTTP_TOO_LARGE, or HTTP_MALFORMED when it breaks off.
 */
export class RequestBody extends Readable {
  readonly #request: IncomingMessage;
  readonly #maxBytes: number;
  #size = 0;
  #attached = false;
  #ended = false;

  constructor(request: IncomingMessage, maxBytes: number) {
    super({ highWaterMark: HIGH_WATER_MARK });
    this.#request = request;
    this.#maxBytes = maxBytes;
    // A peer that goes away while nobody reads is no failure of ours.
    this.on('error', () => undefined);
  }

  override _read(): void {
    if (this.#attached) this.#request.resume();
    else this.#attach();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#request
      .off('data', this.#onData)
      .off('end', this.#onEnd)
      .off('error', this.#onBreak)
      .off('close', this.#onBreak);
    // What has come is let go of, so that the next request on the connection is heard; what is still coming waits.
    if (this.#request.complete) this.#request.resume();
    else if (!this.#ended) this.#request.pause();
    callback(error);
  }

  #attach(): void {
    this.#attached = true;
    if (this.#request.destroyed) return this.#onBreak();
    this.#request.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onBreak).on('close', this.#onBreak);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#size += chunk.length;
    if (this.#size > this.#maxBytes) {
      this.destroy(new GatewayError('HTTP_TOO_LARGE', { detail: `a body of more than ${this.#maxBytes} octets` }));
    } else if (!this.push(chunk)) {
      this.#request.pause();
    }
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.push(null);
  };

  readonly #onBreak = (cause?: unknown): void => {
    if (this.#ended) return;
    this.destroy(new GatewayError('HTTP_MALFORMED', { detail: 'the request body broke off', cause }));
  };
}
