import type { BackendRegister } from '../ports/backend.ts';
import { createBackendClient } from '../transport/backend-client.ts';
import type { Route } from '../transport/https-server.ts';
import { readCertificates } from '../trust/certificate.ts';
import { jsonTranslation } from '../wus/application/json-translation.ts';
import { createWusUseCases } from '../wus/application/use-cases.ts';
import type { WusUseCases } from '../wus/application/use-cases.ts';
import { Backends } from '../wus/backends.ts';
import { countConsultations } from '../wus/consultations/counts.ts';
import { startPurger } from '../wus/consultations/purger.ts';
import { createWus } from '../wus/create-wus.ts';
import type { WusParts } from '../wus/parts.ts';
import type { Config } from './config/config.ts';
import type { LoadedKey } from './load-keys.ts';
import type { LoadedWus } from './load-wus.ts';

export interface ComposedWus {
  readonly route: Route;
  /** Where adapters say what they serve. */
  readonly backends: BackendRegister;
  readonly useCases: WusUseCases;
  /** Begins to remove old consultations. */
  start(): void;
  /** New consultations are refused; what is under way gets `graceMs`, and is cut off then. Before the store closes. */
  stop(graceMs: number): Promise<void>;
}

export interface WusComposition extends Omit<WusParts, 'backend' | 'certificate' | 'translation'> {
  /** keys.sign. */
  readonly sign: LoadedKey | undefined;
}

/** Everything of WUS: the services for partners, the calls for applications, and the consultations of both. */
export async function composeWus(
  { wus: { skewSeconds, maxAgeSeconds, keepDays, limits } }: Config,
  { services, partners, warnings }: LoadedWus,
  { sign, ...parts }: WusComposition,
): Promise<ComposedWus> {
  const { payloads, clock, log } = parts;
  for (const { service, finding } of warnings) log.warn({ service, ...finding }, 'a WSDL has a finding');
  const names = services.map(({ name }) => name);
  const { log: consultations, counts } = countConsultations(parts.consultations, names);
  const http = createBackendClient();
  const backends = new Backends(http);
  const [certificate] = sign === undefined ? [] : readCertificates(sign.certificate, 'keys.sign.certificate');
  const wus = await createWus(
    { services, partners, skewMs: skewSeconds * 1000, maxAgeMs: maxAgeSeconds * 1000 },
    { ...parts, consultations, backend: backends, certificate, translation: jsonTranslation },
  );
  const failed = (err: unknown): void => log.error({ err }, 'old consultations could not be removed');
  let endPurger: (() => void) | undefined;
  return {
    route: { path: '/wus/', receive: wus.receive, maxBodyBytes: limits.message },
    backends,
    useCases: createWusUseCases({ wus, payloads, translation: jsonTranslation, counts }),
    start() {
      endPurger = startPurger(keepDays, { consultations, clock, failed });
    },
    async stop(graceMs) {
      endPurger?.();
      await wus.stop(graceMs);
      await http.close();
    },
  };
}
