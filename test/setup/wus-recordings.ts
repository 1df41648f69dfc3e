import { X509Certificate } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Backend, BackendRequest } from '../../src/ports/backend.ts';
import type { IncomingAnswer, IncomingRequest } from '../../src/ports/transport.ts';
import type { Trust } from '../../src/ports/trust.ts';
import { Revocation } from '../../src/trust/revocation/revocation.ts';
import { createTrust } from '../../src/trust/trust-store.ts';
import type { WusProfileName } from '../../src/wus/profiles.ts';
import type { ConsumedService, ProvidedService, WusPartner } from '../../src/wus/service.ts';
import { readWsdl } from './read-wsdl.ts';
import type { WsdlInterface } from '../../src/wus/wsdl/wsdl.ts';
import { type Captured, readCapture } from './captures.ts';
import { fixture, fixturePath, fixturesPresent } from './fixtures.ts';
import { ManualClock } from './manual-clock.ts';
import { openWusGateway, type WusGateway } from './wus-gateway.ts';
import { CONSUMER_OIN, PROVIDER_OIN, type WusParty } from './wus-keys.ts';
import { profileNamed } from './wus-pair.ts';

/** One recorded case: two exchanges at most, and what Digikoppeling asks of each message. */
export interface RecordedCase {
  readonly case: string;
  readonly profile: string;
  /** What the consumer of the recording did. */
  readonly operation: string;
  readonly expectRequest: string;
  readonly expectResponse: string;
  readonly exchanges: readonly { readonly n: number; readonly receivedAt: string }[];
}

/** Nothing where the folder is not there. */
export function recordedCases(): readonly RecordedCase[] {
  if (!fixturesPresent()) return [];
  const names = readdirSync(fixturePath('wus'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('/case.json'))
    .sort();
  return names.map((path): RecordedCase => JSON.parse(fixture(`wus/${path}`).toString()));
}

export function recordedCase(name: string): RecordedCase {
  const found = recordedCases().find((one) => one.case === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return found;
}

/** What the norm forbids and a partner may have leave for. */
export const WITH_LEAVE = [
  's-sha1',
  's-key-issuerserial',
  's-key-ski',
  's-key-x509-embedded',
  'se-aes256-cbc',
  'se-rsa15',
];

export function recorded(name: string, kind: 'request' | 'response', n = 1): Captured {
  return readCapture(`wus/${name}/${n}-${kind}`);
}

/** When the provider of the recording got the request, in ms since 1970. */
export function arrivedAt({ exchanges }: RecordedCase, n = 1): number {
  return Date.parse(exchanges.find((one) => one.n === n)?.receivedAt ?? '');
}

export function profileOf({ profile }: RecordedCase): WusProfileName {
  return profile === '2w-be' ? '2W-be' : profile === '2w-be-s' ? '2W-be-S' : '2W-be-SE';
}

/** Leave for everything that is behind a switch, for either party of the recordings. */
export function lenient(): ReadonlyMap<string, WusPartner> {
  return new Map(
    [[CONSUMER_OIN, 'consumer'] as const, [PROVIDER_OIN, 'provider'] as const].map(([oin, name]) => [
      oin,
      {
        allow: { sha1: true, cbc: true, rsa15: true, keyReferences: true, unsignedConfirmation: false },
        certificates: [partyOf(name).der],
        encryptFor: undefined,
        tlsOin: undefined,
      },
    ]),
  );
}

export function partyOf(name: string): WusParty {
  const certificate = fixture(`wus/keys/${name}.crt.pem`).toString();
  const { raw, subject } = new X509Certificate(certificate);
  const oin = /serialNumber=(\d{20})/.exec(subject)?.[1] ?? '';
  return { key: fixture(`wus/keys/${name}.key.pem`).toString(), certificate, der: raw, oin };
}

export function registerWsdl(): Promise<WsdlInterface> {
  return readWsdl('register_v1.wsdl', fixture('wus/wsdl/register_v1.wsdl'), async () => {
    throw new Error('it imports nothing');
  });
}

export interface RecordedPlace {
  readonly gateway: WusGateway;
  /** What went to the backend, in order. */
  readonly asked: readonly { readonly request: BackendRequest; readonly body: Buffer }[];
  readonly clock: ManualClock;
  readonly trust: Trust;
  /** What lies in the payload store. */
  files(): readonly string[];
  close(): Promise<void>;
}

/** A gateway in the place of the provider, with its keys, CA and revocation lists; the clock is set by whoever plays a case. */
export async function openRecordedProvider(
  profile: WusProfileName,
  partners: ReadonlyMap<string, WusPartner> = new Map(),
): Promise<RecordedPlace> {
  const asked: { request: BackendRequest; body: Buffer }[] = [];
  const backend: Backend = {
    async call(request) {
      const body = request.body instanceof Readable ? await buffer(request.body) : Buffer.from(request.body);
      asked.push({ request, body });
      return { status: 200, contentType: 'application/xml', body: ANSWERS[request.operation] ?? Buffer.of() };
    },
  };
  const service: ProvidedService = {
    ...(await registered(profile)),
    role: 'provider',
    partners: new Set([CONSUMER_OIN]),
    ours: new Set([PROVIDER_OIN]),
    addresses: [],
    plainAddresses: true,
    backend: { destination: 'http://127.0.0.1/register', format: 'soap', timeoutMs: 5_000, faults: 'declared' },
  };
  return { ...(await openPlace('provider', { services: [service], partners, backend })), asked };
}

/** A gateway in the place of the consumer. */
export async function openRecordedConsumer(
  partners: ReadonlyMap<string, WusPartner> = new Map(),
): Promise<RecordedPlace> {
  return { ...(await openPlace('consumer', { services: [], partners })), asked: [] };
}

export async function consumedRegister(profile: WusProfileName): Promise<ConsumedService> {
  return {
    ...(await registered(profile)),
    role: 'consumer',
    partner: PROVIDER_OIN,
    oin: CONSUMER_OIN,
    endpoint: 'https://digikoppeling.uitvoering.example/wus/register_v1',
    to: undefined,
    encryptFor: undefined,
    timeoutMs: 5_000,
    idempotent: false,
  };
}

/** A recorded request as the endpoint hands it in; `from` shows its certificate, as TLS was not recorded. */
export function asIncoming({ startLine, headers, body }: Captured, from = partyOf('consumer')): IncomingRequest {
  const [method = '', target = ''] = startLine.split(' ');
  const path = target.split('?')[0] ?? '';
  return { method, path, headers, remote: '127.0.0.1', clientCertificate: from.der, body: Readable.from([body]) };
}

/** A recorded answer as the transport hands it in. */
export function asAnswer({ startLine, headers, body }: Captured): IncomingAnswer {
  const status = Number(startLine.split(' ')[1]);
  const contentType = headers['content-type'];
  const inParts = status === 200 && contentType?.startsWith('multipart/related') === true;
  const answer = { status, contentType, body: inParts ? Buffer.of() : body };
  return inParts ? { ...answer, parts: Readable.from([body]) } : answer;
}

async function registered(
  profile: WusProfileName,
): Promise<
  Omit<ConsumedService, 'role' | 'partner' | 'oin' | 'endpoint' | 'to' | 'encryptFor' | 'timeoutMs' | 'idempotent'>
> {
  return {
    name: 'register_v1',
    profile: profileNamed(profile),
    wsdl: await registerWsdl(),
    mtom: true,
    maxEnvelopeBytes: 1024 * 1024,
    maxMessageBytes: 8 * 1024 * 1024,
    logContent: false,
  };
}

type PlaceOptions = Pick<Parameters<typeof openWusGateway>[0], 'services' | 'partners' | 'backend'>;

async function openPlace(name: string, options: PlaceOptions): Promise<Omit<RecordedPlace, 'asked'>> {
  const certificate = fixture('wus/ca.pem').toString();
  const roots = [Buffer.from(certificate)];
  // After the recording: a list may not lie in the future.
  const clock = new ManualClock(Date.parse('2026-11-22T02:00:00Z'));
  const revocation = new Revocation({
    mode: 'require',
    authorities: roots,
    files: [fixturePath('wus/keys/crl.pem')],
    maxBytes: 2 ** 20,
    download: undefined,
    clock,
    failed: (_source, error) => {
      throw error;
    },
  });
  await revocation.start();
  const trust = createTrust({ roots, revocation });
  const gateway = await openWusGateway({
    keys: { ca: { certificate } },
    party: partyOf(name),
    clock,
    trust,
    tls: false,
    ...options,
  });
  return {
    gateway,
    clock,
    trust,
    files: () =>
      readdirSync(join(gateway.folder, 'payloads'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => entry.name),
    async close() {
      revocation.stop();
      await gateway.close();
    },
  };
}

const NAMESPACE = 'http://register.voorbeeld.example/wus/register_v1';
const ANSWERS: Readonly<Record<string, Buffer>> = {
  geefGegevens: Buffer.from(`<geefGegevensResponse xmlns="${NAMESPACE}"><record/></geefGegevensResponse>`),
  levertBestand: Buffer.from(
    `<levertBestandResponse xmlns="${NAMESPACE}"><grootte>20000</grootte></levertBestandResponse>`,
  ),
};
