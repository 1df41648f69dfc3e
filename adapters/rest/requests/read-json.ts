import type { FastifyInstance } from 'fastify';
import { GatewayError } from '../../../src/index.ts';
import { requireFewValues } from './count-values.ts';

/** Bodies in JSON, of at most so many values. Many clients name JSON where they send no body at all. */
export function readJson(app: FastifyInstance, most: number): void {
  // Nothing here is plain text.
  app.removeContentTypeParser('text/plain');
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null);
    try {
      const text = decode(body);
      requireFewValues(text, most);
      void parse(request, text, done);
    } catch (refused) {
      done(refused instanceof Error ? refused : new Error(String(refused)));
    }
  });
}

/** Nothing in it becomes another sign on the way: what is sent is what was meant. @spec RFC 8259 §8.1 */
function decode(octets: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch (cause) {
    throw new GatewayError('REQUEST_INVALID', { location: 'body', detail: 'the body is not UTF-8', cause });
  }
}
