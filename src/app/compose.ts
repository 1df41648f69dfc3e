import type { ServerOptions } from 'node:https';
import type { RestApi } from '../../adapters/rest/rest-api.ts';
import { systemClock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import { createGateway } from '../msh/create-gateway.ts';
import type { Adapter } from '../msh/adapter.ts';
import type { Gateway } from '../msh/gateway.ts';
import { unreachableRules } from '../msh/handover/routes.ts';
import { DEFAULT_MESSAGE_LIMITS } from '../msh/limits.ts';
import type { MessageLimits } from '../msh/limits.ts';
import type { Log } from '../ports/log.ts';
import type { Trust } from '../ports/trust.ts';
import { openPayloadFiles } from '../store/files/payload-files.ts';
import { openStore } from '../store/open-store.ts';
import { createEgress } from '../transport/egress-client.ts';
import { createTransport } from '../transport/http-client.ts';
import { createEndpoint, isHangUp } from '../transport/https-server.ts';
import type { Endpoint } from '../transport/https-server.ts';
import type { PeerJudge } from '../transport/peer-sockets.ts';
import { isLoopback } from '../transport/loopback.ts';
import { identityOptions, TLS_PROFILE } from '../transport/tls-profile.ts';
import type { TlsIdentity } from '../transport/tls-profile.ts';
import { createDecrypter } from '../trust/decrypter.ts';
import { createSigner } from '../trust/key-ring.ts';
import { readCertificates } from '../trust/certificate.ts';
import type { Revocation } from '../trust/revocation/revocation.ts';
import { createTrust } from '../trust/trust-store.ts';
import { type CheckServer, createCheckServer } from '../wus/consumer/expected-servers.ts';
import { openAdapters } from './adapters.ts';
import { openAccess } from './access/open-access.ts';
import { composeWus } from './compose-wus.ts';
import type { ComposedWus } from './compose-wus.ts';
import type { Config } from './config/config.ts';
import { ownCertificates, warnOfCertificates } from './own-certificates.ts';
import { prepareFolders } from './folders.ts';
import { loadCertificates, loadKey } from './load-keys.ts';
import type { LoadedKey } from './load-keys.ts';
import { loadRoutes } from './load-routes.ts';
import { loadWus } from './load-wus.ts';
import { openRevocation } from './open-revocation.ts';

/** What is cut off when the grace time is over is told so, before its connection is. */
export const LAST_ANSWERS_MS = 1_000;

export interface Composition {
  readonly gateway: Gateway;
  readonly wus: ComposedWus;
  readonly endpoint: Endpoint;
  readonly api: RestApi;
  readonly adapters: readonly Adapter[];
  readonly revocation: Revocation | undefined;
}

/** The only wiring: every part of the gateway from its configuration. Nothing listens or sends yet. */
export async function compose(config: Config, log: Log): Promise<Composition> {
  const clock = systemClock;
  const [keys, services, routes] = await Promise.all([loadAllKeys(config), loadWus(config), loadRoutes(config)]);
  const certificates = ownCertificates([keys.sign, keys.tlsClient, keys.endpoint]);
  warnOfCertificates(certificates, clock.now(), log);
  const revocation = openRevocation(config, {
    authorities: [...keys.trust, ...keys.clientCa],
    inside: keys.apiClientCa,
    clock,
    keep: true,
    failed: (source, err) => log.error({ source, err }, 'a revocation list cannot be used; the one before counts'),
  });
  const trust = createTrust({ roots: keys.trust, revocation });
  const signer = createSigner(keys.sign === undefined ? [] : [signingKey(keys.sign)]);
  const decrypter = createDecrypter(keys.decrypt === undefined ? [] : [signingKey(keys.decrypt)]);
  const transport = createTransport({
    trust: keys.trust,
    allowPlain: config.ebms.allowPlain,
    limits: { maxConnectionsPerPeer: config.ebms.concurrency },
    judge: judgePeers(trust, revocation, createCheckServer(services.services, services.partners)),
    ...(keys.tlsClient === undefined ? {} : { tls: tlsIdentity(keys.tlsClient) }),
  });
  const { payloadFolder } = await prepareFolders(config);
  const payloads = await openPayloadFiles({ directory: payloadFolder });
  const store = await openStore({ url: config.store.url, clock });
  try {
    const gateway = await createGateway(
      {
        parties: config.parties,
        partners: new Map(Object.entries(config.partners)),
        limits: messageLimits(config),
        concurrency: config.ebms.concurrency,
        questionsPerMinute: config.ebms.questionsPerMinute,
        responseTimeoutMs: config.ebms.responseSeconds * 1000,
        waitingRequests: config.ebms.limits.waiting,
        routes,
        translatedLimit: config.ebms.limits.translated,
        certificates,
      },
      { store, payloads, transport, trust, signer, decrypter, clock, log },
    );
    const { consultations } = gateway;
    const parts = { consultations, payloads, transport, trust, signer, decrypter, clock, log, sign: keys.sign };
    const wus = await composeWus(config, services, parts);
    const endpoint = openEndpoint(config, { gateway, wus, keys, log });
    await revocation?.start(ownChains(keys));
    warnOfRoutes(config, log);
    const api = await openApi(config, { gateway, wus, log, apiClientCa: keys.apiClientCa, revocation });
    const host = {
      gateway,
      log,
      clock,
      random: Math.random,
      source: eventSource(config),
      apiUrl: () => `${api.address}/api/v1`,
      egress: createEgress,
      backends: wus.backends,
    };
    const adapters = await openAdapters(config, host, wus.useCases);
    return { gateway, wus, endpoint, api, adapters, revocation };
  } catch (error) {
    revocation?.stop();
    await transport.close();
    await store.close();
    throw error;
  }
}

/** Whom messages go to: not revoked, and where nobody signs the party that is expected there. */
function judgePeers(
  trust: Trust,
  revocation: Revocation | undefined,
  checkServer: CheckServer | undefined,
): PeerJudge | undefined {
  if (revocation === undefined && checkServer === undefined) return undefined;
  return {
    checkPeer(certificate, origin) {
      checkServer?.(certificate, origin);
      return trust.checkPeer(certificate);
    },
    onChange: (listener) => revocation?.onChange(listener) ?? never,
  };
}

const never = (): void => undefined;

function warnOfRoutes({ routes }: Config, log: Log): void {
  for (const { rule, behind } of unreachableRules(routes))
    log.warn({ rule, behind }, 'a rule of routes can never decide: an earlier one matches all that it would');
}

interface Keys {
  readonly sign: LoadedKey | undefined;
  readonly decrypt: LoadedKey | undefined;
  readonly tlsClient: LoadedKey | undefined;
  readonly endpoint: LoadedKey | undefined;
  readonly trust: readonly Buffer[];
  readonly clientCa: readonly Buffer[];
  readonly apiClientCa: readonly Buffer[];
}

async function loadAllKeys({ keys, ebms, api }: Config): Promise<Keys> {
  const [sign, decrypt, tlsClient, endpoint, trust, clientCa, apiClientCa] = await Promise.all([
    keys.sign && loadKey(keys.sign),
    keys.decrypt && loadKey(keys.decrypt),
    keys.tlsClient && loadKey(keys.tlsClient),
    ebms.tls && loadKey(ebms.tls.identity),
    loadCertificates(keys.trust, 'keys.trust'),
    loadCertificates(ebms.tls?.clientCa ?? [], 'ebms.tls.clientCa'),
    loadCertificates([api.tls?.clientCa ?? []].flat(), 'api.tls.clientCa'),
  ]);
  return { sign, decrypt, tlsClient, endpoint, trust, clientCa, apiClientCa };
}

/** Their CAs are mostly those of the partners: the lists are there before the first message. */
function ownChains({ sign, tlsClient, endpoint }: Keys): readonly Uint8Array[] {
  return [sign, tlsClient, endpoint].flatMap((key) =>
    key === undefined ? [] : readCertificates(key.certificate, `${key.location}.certificate`),
  );
}

interface Outside {
  readonly gateway: Gateway;
  readonly wus: ComposedWus;
  readonly log: Log;
}

function openEndpoint(
  { ebms, stop }: Config,
  { gateway, wus, keys, log }: Outside & { readonly keys: Keys },
): Endpoint {
  return createEndpoint({
    host: ebms.host,
    port: ebms.port,
    routes: [{ path: ebms.path, receive: gateway.receive }, wus.route],
    tls: keys.endpoint === undefined ? 'off' : { ...tlsIdentity(keys.endpoint), clientCa: keys.clientCa },
    allowPlain: ebms.allowPlain,
    limits: {
      maxBodyBytes: ebms.limits.message,
      closeGraceMs: stop.graceSeconds * 1000 + LAST_ANSWERS_MS,
      maxHeldBytes: ebms.limits.memory,
      maxConnections: ebms.limits.connections,
      maxConnectionsPerAddress: ebms.limits.connectionsPerAddress,
      headersTimeoutMs: ebms.limits.headersSeconds * 1000,
      requestTimeoutMs: ebms.limits.requestSeconds * 1000,
      minimumRate: ebms.limits.minimumRate,
      patienceMs: ebms.limits.patienceSeconds * 1000,
    },
    crowded: (crowd) => log.warn(crowd, 'connections of partners were cut or refused: see ebms.limits'),
    report(error, remote) {
      if (isHangUp(error)) log.debug({ remote }, 'a connection ended before any request');
      else log.warn({ err: error, remote }, 'a connection of a partner failed');
    },
  });
}

interface Inside extends Outside {
  readonly apiClientCa: readonly Buffer[];
  readonly revocation: Revocation | undefined;
}

async function openApi(config: Config, { gateway, wus, log, apiClientCa, revocation }: Inside): Promise<RestApi> {
  const { createRestApi } = await import('../../adapters/rest/rest-api.ts');
  const { host, port, contact, limits } = config.api;
  const options = {
    host,
    port,
    names: hostNames(config.api),
    source: eventSource(config),
    contact,
    limits,
    access: await openAccess(config.api, {
      clock: systemClock,
      log,
      refuseRevoked: async (certificate) => revocation?.refuseNamed(certificate),
    }),
    tls: await apiTls(config, apiClientCa),
    log,
    clock: systemClock,
  };
  return createRestApi(gateway, options, wus.useCases);
}

/** Without applications the name in Host is all that keeps the page of another out; with them a proxy may use its own. */
function hostNames({ host, names, applications }: Config['api']): readonly string[] | undefined {
  const guarded = applications.length > 0 && !isLoopback(host);
  return guarded && names.length === 0 ? undefined : [host, ...names];
}

async function apiTls({ api: { tls } }: Config, clientCa: readonly Buffer[]): Promise<ServerOptions | undefined> {
  if (tls === undefined) return undefined;
  const own = { ...TLS_PROFILE, ...identityOptions(tlsIdentity(await loadKey(tls.identity))) };
  if (clientCa.length === 0) return own;
  // Who shows no certificate may show a key: what TLS could not chain counts as not shown.
  return { ...own, ca: [...clientCa], requestCert: true, rejectUnauthorized: false };
}

/** Events name the first party that has an OIN. @spec NL GOV profile for CloudEvents 1.1 */
function eventSource({ parties, name }: Config): string {
  const oin = parties.find((party) => party.startsWith('urn:osb:oin:'))?.slice('urn:osb:oin:'.length);
  return oin === undefined ? `urn:postiljon:${encodeURIComponent(name)}` : `urn:nld:oin:${oin}:systeem:postiljon`;
}

function messageLimits({ ebms: { limits } }: Config): MessageLimits {
  const { mime, xml } = DEFAULT_MESSAGE_LIMITS;
  return {
    maxEnvelopeBytes: limits.envelope,
    maxMessageBytes: limits.message,
    maxHeldMessages: limits.held,
    mime: { ...mime, maxParts: limits.parts, maxBytes: limits.message },
    xml: { ...xml, maxBytes: Math.max(xml.maxBytes, limits.envelope) },
  };
}

function signingKey({ key, certificate, passphrase, location }: LoadedKey): Parameters<typeof createSigner>[0][number] {
  return { key, certificate, location, ...(passphrase === undefined ? {} : { passphrase }) };
}

function tlsIdentity({ key, certificate, passphrase, location }: LoadedKey): TlsIdentity {
  if (certificate.length === 0) throw new GatewayError('CONFIG_INVALID', { location: `${location}.certificate` });
  return { key, certificate, ...(passphrase === undefined ? {} : { passphrase }) };
}
