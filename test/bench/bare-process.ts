import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Agent } from 'undici';
import { createServer as createApiServer } from '../../adapters/rest/server.ts';
import { systemClock } from '../../src/clock.ts';
import { newId } from '../../src/ids.ts';
import { type IncomingBody, pumpBody } from '../../src/mime/pump-body.ts';
import type { IncomingRequest, OutgoingAnswer } from '../../src/ports/transport.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createEndpoint, type EndpointTls } from '../../src/transport/https-server.ts';
import type { BareSettings } from './bare.ts';

/*
 * A server without a gateway in it, as a process of its own:
 *   row   our endpoint and our store: reads the request and writes it as one durable row
 *   api   the server of our REST API and our store: the same, without reading the JSON
 *   sink  our endpoint: reads the request
 *   proxy our endpoint and undici: passes the request on, and its answer back
 *   copy  Node's server alone: request → file, SHA-256 on the way, fsync
 */
const settings: BareSettings = JSON.parse(process.argv[2] ?? '{}');
const { kind, port, path } = settings;
const tls: EndpointTls = { key: settings.key, certificate: settings.certificate, clientCa: settings.ca };
const folder = mkdtempSync(join(tmpdir(), 'postiljon-bare-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('disconnect', () => process.exit());

const BUFFERED = 1024 * 1024;
const NO_FIELDS = {
  code: 'INTERNAL',
  location: undefined,
  detail: undefined,
  remote: undefined,
  messageId: undefined,
  cpaId: undefined,
  fromPartyId: undefined,
} as const;
const OK: OutgoingAnswer = { status: 204, headers: {}, body: undefined };

if (kind === 'copy') await listenCopy();
else if (kind === 'proxy') await listenProxy();
else if (kind === 'api') await listenApi();
else await listen(kind === 'row' ? await rowWriter() : drain);
process.send?.('ready');

async function listen(take: (body: IncomingBody) => Promise<void>): Promise<void> {
  const receive = async ({ body }: { readonly body: IncomingBody }): Promise<OutgoingAnswer> => {
    await take(body);
    return OK;
  };
  await createEndpoint({ host: '127.0.0.1', port, routes: [{ path, receive }], tls }).listen();
}

async function listenProxy(): Promise<void> {
  const agent = new Agent({ connections: 64 });
  const { origin, pathname } = new URL(settings.backend);
  const receive = async ({ body, headers }: IncomingRequest): Promise<OutgoingAnswer> => {
    const sent = { 'content-type': String(headers['content-type']) };
    const answer = await agent.request({
      origin,
      path: pathname,
      method: 'POST',
      headers: sent,
      body: await whole(body),
    });
    const type = { 'content-type': String(answer.headers['content-type']) };
    return { status: answer.statusCode, headers: type, body: Buffer.from(await answer.body.arrayBuffer()) };
  };
  await createEndpoint({ host: '127.0.0.1', port, routes: [{ path, receive }], tls }).listen();
}

async function drain(body: IncomingBody): Promise<void> {
  await pumpBody(body, Number.POSITIVE_INFINITY, { consume: () => undefined });
}

async function rowWriter(): Promise<(body: IncomingBody) => Promise<void>> {
  const write = await openRows();
  return async (body) => write(await whole(body));
}

async function openRows(): Promise<(octets: Uint8Array) => Promise<void>> {
  const store = await openStore({ url: `sqlite:${join(folder, 'row.db')}` });
  return (sample) => store.note({ refusal: { ...NO_FIELDS, id: newId(), at: Date.now(), sample } });
}

async function listenApi(): Promise<void> {
  const write = await openRows();
  const app = createApiServer({
    host: '127.0.0.1',
    port,
    names: ['127.0.0.1'],
    source: 'urn:nld:oin:00000099000000001000:systeem:postiljon',
    contact: { name: 'bench', email: undefined, url: undefined },
    limits: { json: BUFFERED, upload: BUFFERED, parts: 1 },
    log: { debug: () => undefined, warn: () => undefined, error: () => undefined },
    clock: systemClock,
  });
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.post<{ Body: Buffer }>(path, async ({ body }, reply) => {
    await write(body);
    return reply.code(202).send({ messageId: newId(), state: 'QUEUED' });
  });
  await app.listen({ host: '127.0.0.1', port });
}

async function whole(body: IncomingBody): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await pumpBody(body, Number.POSITIVE_INFINITY, { consume: (chunk) => void chunks.push(chunk) });
  return Buffer.concat(chunks);
}

async function listenCopy(): Promise<void> {
  const identity = { key: settings.key, cert: settings.certificate, ca: settings.ca, requestCert: true };
  const server = createServer({ ...identity, requestTimeout: 0 }, (request, response) => {
    const started = performance.now();
    void copy(request).then((digest) => {
      process.send?.(performance.now() - started);
      response.writeHead(204, { 'x-sha256': digest }).end();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

async function copy(request: IncomingMessage): Promise<string> {
  const name = join(folder, newId());
  const digest = createHash('sha256');
  request.on('data', (chunk: Buffer) => digest.update(chunk));
  await pipeline(request, createWriteStream(name, { flush: true, highWaterMark: BUFFERED }));
  rmSync(name);
  return digest.digest('hex');
}
