import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import type { Context } from 'mocha';
import { type Clock, systemClock } from '../../src/clock.ts';
import { createCpa } from '../../src/cpa/create-cpa.ts';
import { parseCpa } from '../../src/cpa/parse-cpa.ts';
import type { ProfileName } from '../../src/cpa/profiles.ts';
import type { PartnerTerms } from '../../src/msh/parts.ts';
import type { MessageDetail } from '../../src/ports/store.ts';
import { type DataSource, EbmsCorePeer } from './ebms-core-peer.ts';
import { fixture, fixturesPresent } from './fixtures.ts';
import { payloadsOf, Routes, untilMessage } from './msh-pair.ts';
import { skipUnless } from './skip.ts';
import { openTcpRelay, type TcpRelay } from './tcp-relay.ts';
import { openTestGateway, type TestGateway } from './test-gateway.ts';

/** Two parties of the peer's public sample contracts: we are the one, the live peer is the other. */
export const US = {
  key: 'urn:osb:oin:00000000000000000000',
  role: 'DIGIPOORT',
  endpoint: 'http://localhost:8888/ebms',
  tlsEndpoint: 'https://localhost:8888/ebms',
};
export const PEER = {
  key: 'urn:osb:oin:00000000000000000001',
  role: 'OVERHEID',
  endpoint: 'http://localhost:8088/ebms',
  tlsEndpoint: 'https://localhost:8089/ebms',
};
/** What we send, and what the peer sends. */
export const OUT = { service: 'urn:osb:services:osb:afleveren:1.1$1.0', action: 'afleveren' };
export const IN = { service: 'urn:osb:services:osb:aanleveren:1.1$1.0', action: 'aanleveren' };
export const REPLY = { service: OUT.service, action: 'bevestigAfleveren' };

/** Long enough that a loaded machine repeats nothing. */
const RETRY_INTERVAL_MS = 60_000;

export interface Live {
  readonly here: TestGateway;
  readonly peer: EbmsCorePeer;
  /** On our way out. */
  readonly routes: Routes;
  /** On the peer's way to us. */
  readonly relay: TcpRelay;
}

/**
 * Our gateway at the address of the contracts, with the clock of the world, and the peer that runs where the environment
 * says; for a `before` hook, whose suite is skipped where there is none.
 */
export async function openLive(
  suite: Context,
  contracts: () => readonly Uint8Array[],
  { tls = false }: { readonly tls?: boolean } = {},
): Promise<Live> {
  const variable = `POSTILJON_PEER_EBMS_CORE${tls ? '_TLS' : ''}`;
  const base = process.env[variable];
  skipUnless(suite, base !== undefined, `${variable} is not set`);
  skipUnless(suite, fixturesPresent(), 'the sample contracts are not there');
  const cpas = contracts();
  const peer = new EbmsCorePeer(base ?? '');
  for (const cpa of cpas) await peer.importCpa(cpa);
  const routes = new Routes();
  for (const endpoint of [PEER.endpoint, PEER.tlsEndpoint]) routes.lead(endpoint, endpoint);
  const relay = await openTcpRelay(Number(new URL(US.endpoint).port));
  const here = await openOurs(cpas, { routes, tls });
  relay.lead(here.url);
  return { here, peer, routes, relay };
}

export function openOurs(
  cpas: readonly Uint8Array[],
  {
    routes,
    clock = systemClock,
    tls = false,
    encryption,
  }: {
    readonly routes: Routes;
    readonly clock?: Clock;
    readonly tls?: boolean;
    readonly encryption?: PartnerTerms['encryption'];
  },
): Promise<TestGateway> {
  const pem = fixture('keys/cert.pem');
  const identity = { key: fixture('keys/key.pem'), certificate: pem };
  return openTestGateway({
    parties: [US.key],
    cpas,
    keys: [identity],
    roots: [pem],
    clock,
    partners: new Map([
      [PEER.key, { allow: ['sha1', 'cbc', 'rsa15'], ...(encryption === undefined ? {} : { encryption }) }],
    ]),
    transport: routes.transport(tls ? { tls: identity, trust: [pem] } : {}),
    ...(tls ? { tls: { ...identity, clientCa: pem } } : {}),
  });
}

/** Nothing is open where the suite was skipped. */
export async function closeLive(live: Live | undefined): Promise<void> {
  await live?.relay.close();
  await live?.here.close();
}

export interface OwnTerms {
  readonly sync?: boolean;
  /** End of the CPAId. */
  readonly name?: string;
  readonly retryInterval?: number;
  /** Over mutual TLS. */
  readonly tls?: boolean;
}

/** A contract as our own `cpa create` writes it, with the peer's certificate on both sides. */
export function ownContract(
  profile: ProfileName,
  { sync = false, name = '', retryInterval = RETRY_INTERVAL_MS, tls = false }: OwnTerms = {},
): Buffer {
  const certificate = fixture('keys/cert.pem').toString();
  const [us, them] = [US, PEER].map(({ key, role, endpoint, tlsEndpoint }) => ({
    name: role,
    role,
    partyId: { type: 'urn:osb:oin', value: key.split(':').at(-1) ?? '' },
    endpoint: tls ? tlsEndpoint : endpoint,
    certificates: { sign: certificate },
  }));
  assert.ok(us !== undefined && them !== undefined);
  return Buffer.from(
    createCpa({
      parties: [us, them],
      service: OUT.service,
      actions: [OUT.action],
      replyActions: [REPLY.action],
      profile,
      sync,
      cpaId: `postiljon-${profile}${sync ? '-sync' : ''}${name}`,
      retries: 5,
      retryInterval,
    }),
  );
}

export const cpaIdIn = (cpa: Uint8Array): string => parseCpa(cpa).cpaId;

/** Submits to our gateway; answers the MessageId. */
export async function sendOurs(
  { gateway }: TestGateway,
  cpaId: string,
  documents: readonly DataSource[],
): Promise<string> {
  const payloads = documents.map(async ({ name, contentType, content }) => {
    const writer = gateway.messages.createPayload();
    await writer.write(content);
    return { contentType, ...(name === undefined ? {} : { name }), content: await writer.finish() };
  });
  const { messageId } = await gateway.messages.submit({
    cpaId,
    from: US.key,
    ...OUT,
    payloads: await Promise.all(payloads),
  });
  return messageId;
}

/** The peer has it once, octet for octet, and its application can see it. */
export async function requireAtPeer(
  { peer }: Live,
  messageId: string,
  documents: readonly DataSource[],
): Promise<void> {
  assert.equal(await peer.event(messageId), 'RECEIVED');
  assert.equal(await peer.waiting(messageId), 1);
  const { properties, dataSources } = await peer.message(messageId);
  assert.equal(properties['action'], OUT.action);
  assert.deepEqual(dataSources.map(digested), documents.map(digested));
}

/** We have it once, octet for octet. */
export async function requireHere(
  { here }: Live,
  messageId: string,
  documents: readonly DataSource[],
): Promise<MessageDetail> {
  const message = await untilMessage(here, messageId, ({ state }) => state === 'RECEIVED');
  const contents = await payloadsOf(here, message);
  const received = message.payloads.map(({ name, contentType }, index) => ({
    name,
    contentType,
    content: contents[index] ?? Buffer.alloc(0),
  }));
  assert.deepEqual(received.map(digested), documents.map(digested));
  const events = (await here.store.listEvents(0, 10_000)).filter((event) => event.messageId === messageId);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['message.received'],
  );
  return message;
}

function digested({ name, contentType, content }: DataSource): object {
  return { name, contentType, size: content.length, sha256: hash('sha256', content) };
}
