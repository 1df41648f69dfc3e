import type { Readable } from 'node:stream';
import { GatewayError } from '../errors.ts';

/** A body that is read by events alone: who gives up on it leaves it where it is, so that its connection can still carry an answer. */
export type IncomingBody = Pick<Readable, 'on' | 'once' | 'off' | 'pause' | 'resume' | 'readableEnded' | 'destroyed'>;

export interface BodyConsumer {
  /** Answers a promise when nothing more may come until it is settled. Throws, or rejects, to end the reading. */
  consume(chunk: Buffer): Promise<unknown> | undefined;
  /** Asked after each chunk: whether what follows is of no use. */
  isEnough?(): boolean;
}

/**
 * Reads a body chunk by chunk, to its end or until the consumer has enough, and waits where the consumer asks for it. Throws
 * HTTP_TOO_LARGE, HTTP_MALFORMED when the body breaks off, and what the consumer throws. A body that was not read to its end is
 * paused.
 */
export function pumpBody(body: IncomingBody, maxBytes: number, consumer: BodyConsumer): Promise<void> {
  // It broke off while nobody listened, and says nothing any more.
  if (body.destroyed) return Promise.reject(brokenOff(undefined));
  return new Promise((resolve, reject) => {
    let size = 0;
    let waiting: Promise<unknown> | undefined;
    const leave = (): void => {
      body.off('data', onData);
      body.pause();
    };
    const fail = (error: unknown): void => {
      leave();
      reject(error instanceof Error ? error : new GatewayError('INTERNAL', { cause: error }));
    };
    const goOn = (): void => {
      waiting = undefined;
      body.resume();
    };
    // A stream that is paused with nothing in it ends all the same.
    const onEnd = (): void => {
      if (waiting === undefined) resolve();
      else waiting.then(() => resolve(), fail);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > maxBytes) return fail(new GatewayError('HTTP_TOO_LARGE', { detail: `body over ${maxBytes} octets` }));
      try {
        waiting = consumer.consume(chunk);
        if (consumer.isEnough?.() === true) {
          leave();
          onEnd();
        } else if (waiting !== undefined) {
          body.pause();
          waiting.then(goOn, fail);
        }
      } catch (error) {
        fail(error);
      }
    };
    body.on('data', onData);
    body.once('end', onEnd);
    body.once('error', (cause) => fail(cause instanceof GatewayError ? cause : brokenOff(cause)));
    body.once('close', () => {
      if (!body.readableEnded) fail(brokenOff(undefined));
    });
  });
}

function brokenOff(cause: Error | undefined): GatewayError {
  return new GatewayError('HTTP_MALFORMED', { detail: 'the body broke off', cause });
}
