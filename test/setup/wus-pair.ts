import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IncomingAnswer, OutgoingRequest, Transport } from '../../src/ports/transport.ts';
import { WUS_PROFILES, type WusProfile, type WusProfileName } from '../../src/wus/profiles.ts';
import type { ConsumedService, ProvidedService } from '../../src/wus/service.ts';
import { readWsdl } from './read-wsdl.ts';
import type { WsdlInterface } from '../../src/wus/wsdl/wsdl.ts';
import type { WusCall, WusCalled } from '../../src/wus/wus.ts';
import type { ManualClock } from './manual-clock.ts';
import { openBackend, soapEnvelope, type TestBackend } from './wus-backend.ts';
import { openWusGateway, type WusGateway, type WusGatewayOptions, wusClock } from './wus-gateway.ts';
import { wusKeys, type WusKeys, type WusParty } from './wus-keys.ts';

export const ECHO_NAMESPACE = 'http://dienst.voorbeeld.example/wus/echo_v1';
export const ECHO_ACTION = `${ECHO_NAMESPACE}/echo`;
export const ECHO_ANSWER_ACTION = `${ECHO_NAMESPACE}/echoAntwoord`;

/** Bodies of the echo service. */
export function echo(text: string): string {
  return `<e:echo xmlns:e="${ECHO_NAMESPACE}"><e:tekst>${text}</e:tekst></e:echo>`;
}

export function echoAnswer(text: string): string {
  return `<e:echoAntwoord xmlns:e="${ECHO_NAMESPACE}"><e:tekst>${text}</e:tekst></e:echoAntwoord>`;
}

const folder = join(import.meta.dirname, '..', '..', 'wsdl');

/** A WSDL of the samples. */
export function sampleWsdl(name: string): Promise<WsdlInterface> {
  return readWsdl(name, readSample(name), async (file) => readSample(file));
}

function readSample(file: string): Buffer {
  return readFileSync(join(folder, file));
}

export function profileNamed(name: WusProfileName): WusProfile {
  const profile = WUS_PROFILES.find((one) => one.name === name);
  if (profile === undefined) throw new Error(`no profile ${name}`);
  return profile;
}

export type ProvidedTerms = Partial<Omit<ProvidedService, 'backend'>> & {
  readonly backend?: Partial<ProvidedService['backend']>;
};

/** The echo service as a provider has it. */
export async function providedEcho(
  keys: WusKeys,
  backendUrl: string,
  more: ProvidedTerms = {},
): Promise<ProvidedService> {
  return {
    role: 'provider',
    name: 'echo',
    profile: profileNamed('2W-be-S'),
    wsdl: await sampleWsdl('echo_v1.wsdl'),
    mtom: true,
    maxEnvelopeBytes: 1024 * 1024,
    maxMessageBytes: 64 * 1024 * 1024,
    logContent: false,
    partners: new Set([keys.consumer.oin]),
    ours: new Set([keys.provider.oin]),
    addresses: [],
    plainAddresses: false,
    ...more,
    backend: { destination: backendUrl, format: 'soap', timeoutMs: 5_000, faults: 'declared', ...more.backend },
  };
}

interface ConsumedKeys {
  readonly consumer: Pick<WusParty, 'oin'>;
  readonly provider: Pick<WusParty, 'oin' | 'der'>;
}

/** The same as a consumer has it. */
export async function consumedEcho(
  keys: ConsumedKeys,
  endpoint: string,
  more: Partial<ConsumedService> = {},
): Promise<ConsumedService> {
  return {
    role: 'consumer',
    name: 'echo',
    profile: profileNamed('2W-be-S'),
    wsdl: await sampleWsdl('echo_v1.wsdl'),
    mtom: true,
    maxEnvelopeBytes: 1024 * 1024,
    maxMessageBytes: 64 * 1024 * 1024,
    logContent: false,
    partner: keys.provider.oin,
    oin: keys.consumer.oin,
    endpoint,
    to: undefined,
    encryptFor: keys.provider.der,
    timeoutMs: 5_000,
    idempotent: false,
    ...more,
  };
}

/** What happens to a request of the consumer on its way, and to the answer. */
export type WusWay = (
  request: OutgoingRequest,
  forward: (request: OutgoingRequest) => Promise<IncomingAnswer>,
) => Promise<IncomingAnswer>;

export interface WusPairOptions {
  readonly profile?: WusProfileName;
  readonly provided?: ProvidedTerms;
  readonly consumed?: Partial<ConsumedService>;
  readonly provider?: Partial<WusGatewayOptions>;
  readonly consumer?: Partial<WusGatewayOptions>;
}

export interface WusPair {
  readonly keys: WusKeys;
  readonly clock: ManualClock;
  readonly backend: TestBackend;
  readonly provider: WusGateway;
  readonly consumer: WusGateway;
  /** Where the service is. */
  readonly url: string;
  /** Bends the line between the two from now on; undefined: it is straight again. */
  bend(way: WusWay | undefined): void;
  call(text: string, more?: Partial<WusCall>): Promise<WusCalled>;
  close(): Promise<void>;
}

/** Two gateways that do WUS with each other over mutual TLS, and an application that echoes. */
export async function openWusPair(options: WusPairOptions = {}): Promise<WusPair> {
  const keys = await wusKeys();
  const clock = wusClock();
  const profile = profileNamed(options.profile ?? '2W-be-S');
  const backend = await openBackend(({ body }) => ({ body: soapEnvelope(echoAnswer(textIn(body.toString()))) }));
  const provider = await openWusGateway({
    keys,
    party: keys.provider,
    clock,
    services: [await providedEcho(keys, backend.url, { profile, ...options.provided })],
    ...options.provider,
  });
  const url = `${provider.url}/wus/echo`;
  let way: WusWay | undefined;
  const consumer = await openWusGateway({
    keys,
    party: keys.consumer,
    clock,
    services: [await consumedEcho(keys, url, { profile, ...options.consumed })],
    transport: (real) => bending(real, () => way),
    ...options.consumer,
  });
  return {
    keys,
    clock,
    backend,
    provider,
    consumer,
    url,
    bend(next) {
      way = next;
    },
    call: (text, more = {}) =>
      consumer.wus.call({
        service: 'echo',
        operation: undefined,
        content: { body: Buffer.from(echo(text)), attachments: [] },
        ...more,
      }),
    async close() {
      await Promise.all([consumer.close(), provider.close(), backend.close()]);
    },
  };
}

function bending(real: Transport, way: () => WusWay | undefined): Transport {
  const forward = (request: OutgoingRequest): Promise<IncomingAnswer> => real.post(request);
  return { post: (request) => (way() ?? ((one, on) => on(one)))(request, forward), close: () => real.close() };
}

export function textIn(markup: string): string {
  return /<[a-z0-9]*:?tekst>([^<]*)</.exec(markup)?.[1] ?? '';
}
