import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src/clock.ts';
import { createGateway } from '../../src/msh/create-gateway.ts';
import type { Gateway } from '../../src/msh/gateway.ts';
import { DEFAULT_MESSAGE_LIMITS, type MessageLimits } from '../../src/msh/limits.ts';
import type { Route } from '../../src/msh/handover/routes.ts';
import type { Log } from '../../src/ports/log.ts';
import type { PartnerTerms } from '../../src/msh/parts.ts';
import type { Store, StoredEvent } from '../../src/ports/store.ts';
import type { Transport } from '../../src/ports/transport.ts';
import { openPayloadFiles } from '../../src/store/files/payload-files.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createTransport } from '../../src/transport/http-client.ts';
import { createEndpoint, type EndpointLimits, type EndpointTls } from '../../src/transport/https-server.ts';
import { createDecrypter } from '../../src/trust/decrypter.ts';
import { createSigner, type SigningKey } from '../../src/trust/key-ring.ts';
import type { Revocation } from '../../src/trust/revocation/revocation.ts';
import { createTrust } from '../../src/trust/trust-store.ts';
import { ManualClock } from './manual-clock.ts';

export interface TestGatewayOptions {
  readonly parties: readonly string[];
  readonly cpas: readonly Uint8Array[];
  readonly keys: readonly SigningKey[];
  /** `keys` when absent. */
  readonly decryptKeys?: readonly SigningKey[];
  readonly roots: readonly Uint8Array[];
  readonly revocation?: Revocation;
  readonly clock?: Clock;
  readonly partners?: ReadonlyMap<string, PartnerTerms>;
  readonly limits?: MessageLimits;
  readonly questionsPerMinute?: number;
  readonly responseTimeoutMs?: number;
  readonly waitingRequests?: number;
  readonly routes?: readonly Route[];
  readonly translatedLimit?: number;
  readonly random?: () => number;
  /** Before it starts: registers destinations and subscribers. */
  readonly prepare?: (gateway: Gateway) => void;
  /** In place of one over real HTTP. */
  readonly transport?: Transport;
  /** Puts something before the real store: a failure at a chosen moment. */
  readonly store?: (store: Store) => Store;
  /** Of the endpoint; plain HTTP when absent. */
  readonly tls?: EndpointTls;
  readonly endpointLimits?: Partial<EndpointLimits>;
  /** An earlier gateway's folder: its store and payloads are opened again. */
  readonly folder?: string;
}

export interface TestGateway {
  readonly gateway: Gateway;
  readonly store: Store;
  readonly folder: string;
  /** Address of the endpoint on this machine, plain HTTP. */
  readonly url: string;
  post(request: RawRequest): Promise<RawAnswer>;
  events(): Promise<readonly StoredEvent[]>;
  /** Log lines at warn and above. */
  readonly warnings: readonly { readonly message: string; readonly fields: object }[];
  close(keepFolder?: boolean): Promise<void>;
}

export interface RawRequest {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** A whole gateway on the real store, real files and a real socket, with contracts imported and active. */
export async function openTestGateway(options: TestGatewayOptions): Promise<TestGateway> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'postiljon-test-'));
  const clock = options.clock ?? new ManualClock();
  const opened = await openStore({ url: `sqlite:${join(folder, 'postiljon.db')}`, clock });
  const store = options.store?.(opened) ?? opened;
  const warnings: { message: string; fields: object }[] = [];
  const gateway = await createGateway(
    {
      parties: options.parties,
      partners: options.partners ?? new Map(),
      limits: options.limits ?? DEFAULT_MESSAGE_LIMITS,
      ...(options.questionsPerMinute === undefined ? {} : { questionsPerMinute: options.questionsPerMinute }),
      ...(options.responseTimeoutMs === undefined ? {} : { responseTimeoutMs: options.responseTimeoutMs }),
      ...(options.routes === undefined ? {} : { routes: options.routes }),
      ...(options.translatedLimit === undefined ? {} : { translatedLimit: options.translatedLimit }),
      ...(options.waitingRequests === undefined ? {} : { waitingRequests: options.waitingRequests }),
    },
    {
      store,
      payloads: await openPayloadFiles({ directory: join(folder, 'payloads') }),
      transport: options.transport ?? createTransport({}),
      trust: createTrust({ roots: options.roots, revocation: options.revocation }),
      signer: createSigner(options.keys),
      decrypter: createDecrypter(options.decryptKeys ?? options.keys),
      clock,
      log: collectingLog(warnings),
      ...(options.random === undefined ? {} : { random: options.random }),
    },
  );
  options.prepare?.(gateway);
  try {
    for (const cpa of options.cpas) await gateway.cpas.import(cpa, true);
    await gateway.start();
  } catch (error) {
    await gateway.stop();
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const routes = [{ path: '/ebms', receive: gateway.receive }];
  const { tls = 'off', endpointLimits: limits = {} } = options;
  const endpoint = createEndpoint({ host: '127.0.0.1', port: 0, routes, tls, limits });
  const { port } = await endpoint.listen();
  const url = `http://127.0.0.1:${port}/ebms`;
  return {
    gateway,
    store,
    folder,
    url,
    warnings,
    post: (request) => post(url, request),
    events: () => store.listEvents(0, 1000),
    async close(keepFolder = false) {
      gateway.drain();
      await endpoint.close();
      await gateway.stop();
      if (!keepFolder) rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function post(url: string, { method = 'POST', headers, body }: RawRequest): Promise<RawAnswer> {
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const response = await fetch(url, { method, headers, ...(hasBody ? { body: Buffer.from(body) } : {}) });
  return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
}

const drop = (): void => undefined;

function collectingLog(warnings: { message: string; fields: object }[]): Log {
  const keep = (fields: object, message: string): void => {
    warnings.push({ fields, message });
  };
  return { debug: drop, info: drop, warn: keep, error: keep };
}
