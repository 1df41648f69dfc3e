import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { API_BASE, API_VERSION } from './options.ts';

/**
 * What every answer carries. The policy also holds for payloads of partners, which a browser must never run.
 * @spec ADR /core/transport/security-headers, /core/version-header
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'Strict-Transport-Security': 'max-age=31536000',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

export function addResponseHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    setResponseHeaders(request, reply);
    done();
  });
}

export function setResponseHeaders(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (request.url.startsWith(`${API_BASE}/`)) void reply.header('API-Version', API_VERSION);
  return reply.headers(SECURITY_HEADERS);
}
