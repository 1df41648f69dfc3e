import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { newId } from '../../src/ids.ts';
import type { OutgoingAnswer } from '../../src/ports/transport.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createEndpoint, type EndpointTls } from '../../src/transport/https-server.ts';
import type { BareSettings } from './bare.ts';

/*
 * A server without a gateway in it, as a process of its own:
 *   row   our endpoint and our store: reads the request and writes it as one durable row
 *   sink  our endpoint: reads the request
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
else await listen(kind === 'row' ? await rowWriter() : drain);
process.send?.('ready');

async function listen(take: (body: Readable) => Promise<void>): Promise<void> {
  const receive = async ({ body }: { readonly body: Readable }): Promise<OutgoingAnswer> => {
    await take(body);
    return OK;
  };
  await createEndpoint({ host: '127.0.0.1', port, path, tls }, receive).listen();
}

async function drain(body: Readable): Promise<void> {
  body.resume();
  await once(body, 'end');
}

async function rowWriter(): Promise<(body: Readable) => Promise<void>> {
  const store = await openStore({ url: `sqlite:${join(folder, 'row.db')}` });
  return async (body) => {
    const chunks: Buffer[] = [];
    body.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(body, 'end');
    const sample = Buffer.concat(chunks);
    await store.note({ refusal: { ...NO_FIELDS, id: newId(), at: Date.now(), sample } });
  };
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
