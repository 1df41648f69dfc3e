import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src/clock.ts';
import type { Backend } from '../../src/ports/backend.ts';
import type { Consultation, ConsultationLog } from '../../src/ports/consultations.ts';
import type { PayloadStore } from '../../src/ports/payload-store.ts';
import type { Store } from '../../src/ports/store.ts';
import type { Transport } from '../../src/ports/transport.ts';
import type { Trust } from '../../src/ports/trust.ts';
import { openPayloadFiles } from '../../src/store/files/payload-files.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createBackendClient } from '../../src/transport/backend-client.ts';
import { createTransport } from '../../src/transport/http-client.ts';
import { createEndpoint, type EndpointLimits } from '../../src/transport/https-server.ts';
import { createDecrypter } from '../../src/trust/decrypter.ts';
import { createSigner } from '../../src/trust/key-ring.ts';
import { createTrust } from '../../src/trust/trust-store.ts';
import { jsonTranslation } from '../../src/wus/application/json-translation.ts';
import { createCheckServer } from '../../src/wus/consumer/expected-servers.ts';
import { createWus } from '../../src/wus/create-wus.ts';
import type { WusPartner, WusService } from '../../src/wus/service.ts';
import type { Wus } from '../../src/wus/wus.ts';
import { ManualClock } from './manual-clock.ts';
import type { WusKeys, WusParty } from './wus-keys.ts';

export interface WusGatewayOptions {
  readonly keys: { readonly ca: Pick<WusKeys['ca'], 'certificate'> };
  readonly party: Omit<WusParty, 'oin'>;
  readonly services: readonly WusService[];
  readonly partners?: ReadonlyMap<string, WusPartner>;
  readonly clock?: Clock;
  /** Mutual TLS; plain HTTP when false. */
  readonly tls?: boolean;
  /** In place of one over real HTTP. */
  readonly backend?: Backend;
  /** In place of trust in the CA of `keys`, without revocation. */
  readonly trust?: Trust;
  /** Puts something before the real parts: a failure, a loss, another answer. */
  readonly transport?: (transport: Transport) => Transport;
  readonly consultations?: (log: ConsultationLog) => ConsultationLog;
  readonly limits?: Partial<EndpointLimits>;
  /** An earlier gateway's folder. */
  readonly folder?: string;
}

export interface WusGateway {
  readonly wus: Wus;
  readonly store: Store;
  readonly payloads: PayloadStore;
  readonly folder: string;
  /** Address of the endpoint on this machine, without path. */
  readonly url: string;
  /** Log lines at warn and above. */
  readonly warnings: readonly { readonly message: string; readonly fields: object }[];
  close(keepFolder?: boolean): Promise<void>;
}

/** What a clock begins with, so that the certificates of the tests are valid. */
export function wusClock(): ManualClock {
  return new ManualClock(Date.now() + 1000);
}

export const SKEW_MS = 60_000;
export const MAX_AGE_MS = 300_000;

/** The newest consultation once its end is on record, which a provider writes after its answer has left. */
export async function lastEnded({ wus }: Pick<WusGateway, 'wus'>): Promise<Consultation> {
  for (;;) {
    const [newest] = (await wus.consultations.list({ limit: 1 })).items;
    if (newest !== undefined && newest.result !== 'running') return newest;
  }
}

/** WUS as the gateway wires it, on the real store, real files, real sockets. */
export async function openWusGateway(options: WusGatewayOptions): Promise<WusGateway> {
  const { keys, party, tls = true } = options;
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'postiljon-wus-'));
  const clock = options.clock ?? wusClock();
  const store = await openStore({ url: `sqlite:${join(folder, 'postiljon.db')}`, clock });
  const payloads = await openPayloadFiles({ directory: join(folder, 'payloads') });
  const identity = { key: party.key, certificate: party.certificate };
  const client = createBackendClient();
  const partners = options.partners ?? new Map<string, WusPartner>();
  const checkServer = createCheckServer(options.services, partners);
  const judge = checkServer && {
    checkPeer(certificate: Uint8Array, origin: string): undefined {
      checkServer(certificate, origin);
    },
    onChange: () => drop,
  };
  const transport = createTransport({ trust: [keys.ca.certificate], tls: identity, judge });
  const warnings: { message: string; fields: object }[] = [];
  const keep = (fields: object, message: string): void => {
    warnings.push({ fields, message });
  };
  const wus = await createWus(
    { services: options.services, partners, skewMs: SKEW_MS, maxAgeMs: MAX_AGE_MS },
    {
      consultations: options.consultations?.(store.consultations) ?? store.consultations,
      payloads,
      transport: options.transport?.(transport) ?? transport,
      backend: options.backend ?? client,
      trust: options.trust ?? createTrust({ roots: [Buffer.from(keys.ca.certificate)], revocation: undefined }),
      signer: createSigner([identity]),
      certificate: party.der,
      decrypter: createDecrypter([identity]),
      clock,
      log: { debug: drop, info: drop, warn: keep, error: keep },
      translation: jsonTranslation,
    },
  );
  const endpoint = createEndpoint({
    host: '127.0.0.1',
    port: 0,
    routes: [{ path: '/wus/', receive: wus.receive }],
    tls: tls ? { ...identity, clientCa: keys.ca.certificate } : 'off',
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const { port } = await endpoint.listen();
  return {
    wus,
    store,
    payloads,
    folder,
    url: `${tls ? 'https' : 'http'}://localhost:${port}`,
    warnings,
    async close(keepFolder = false) {
      await endpoint.close();
      await wus.stop();
      await transport.close();
      await client.close();
      await store.close();
      if (!keepFolder) rmSync(folder, { recursive: true, force: true });
    },
  };
}

const drop = (): void => undefined;
