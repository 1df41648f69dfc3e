import type { IncomingMessage } from 'node:http';

const MOST_BYTES = 4 * 2 ** 20;
const MOST_MS = 2_000;

/**
 * Reads over the rest of a refused request, within limits: a client that is still writing would otherwise see a broken
 * connection instead of the answer.
 */
export function readRemainder(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let left = MOST_BYTES;
    const end = (): void => {
      clearTimeout(timer);
      request.off('data', count).off('end', end).off('close', end).off('error', end);
      request.pause();
      resolve();
    };
    const count = (chunk: Uint8Array): void => {
      left -= chunk.length;
      if (left < 0) end();
    };
    const timer = setTimeout(end, MOST_MS);
    request.on('data', count).once('end', end).once('close', end).once('error', end);
    request.resume();
  });
}
