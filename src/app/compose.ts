import type { RestApi } from '../../adapters/rest/rest-api.ts';
import { systemClock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import { createGateway } from '../msh/create-gateway.ts';
import type { Gateway } from '../msh/gateway.ts';
import { DEFAULT_MESSAGE_LIMITS } from '../msh/limits.ts';
import type { MessageLimits } from '../msh/limits.ts';
import type { Log } from '../msh/log.ts';
import { openPayloadFiles } from '../store/files/payload-files.ts';
import { openStore } from '../store/open-store.ts';
import { createTransport } from '../transport/http-client.ts';
import { createEndpoint } from '../transport/https-server.ts';
import type { Endpoint } from '../transport/https-server.ts';
import type { TlsIdentity } from '../transport/tls-profile.ts';
import { createDecrypter } from '../trust/decrypter.ts';
import { createSigner } from '../trust/key-ring.ts';
import { readCertificates } from '../trust/certificate.ts';
import type { Revocation } from '../trust/revocation/revocation.ts';
import { createTrust } from '../trust/trust-store.ts';
import type { Config } from './config/config.ts';
import { ownCertificates, warnOfCertificates } from './own-certificates.ts';
import { prepareFolders } from './folders.ts';
import { loadCertificates, loadKey } from './load-keys.ts';
import type { LoadedKey } from './load-keys.ts';
import { openRevocation } from './open-revocation.ts';

export interface Composition {
  readonly gateway: Gateway;
  readonly endpoint: Endpoint;
  readonly api: RestApi;
  readonly revocation: Revocation | undefined;
}

/** The only wiring: every part of the gateway from its configuration. Nothing listens or sends yet. */
export async function compose(config: Config, log: Log): Promise<Composition> {
  const clock = systemClock;
  const keys = await loadAllKeys(config);
  const certificates = ownCertificates([keys.sign, keys.tlsClient, keys.endpoint]);
  warnOfCertificates(certificates, clock.now(), log);
  const revocation = openRevocation(config, {
    authorities: [...keys.trust, ...keys.clientCa],
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
    judge: revocation && {
      checkPeer: (certificate) => trust.checkPeer(certificate),
      onChange: (listener) => revocation.onChange(listener),
    },
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
        certificates,
      },
      { store, payloads, transport, trust, signer, decrypter, clock, log },
    );
    const endpoint = openEndpoint(config, { gateway, keys, log });
    await revocation?.start(ownChains(keys));
    return { gateway, endpoint, api: await openApi(config, gateway, log), revocation };
  } catch (error) {
    revocation?.stop();
    await transport.close();
    await store.close();
    throw error;
  }
}

interface Keys {
  readonly sign: LoadedKey | undefined;
  readonly decrypt: LoadedKey | undefined;
  readonly tlsClient: LoadedKey | undefined;
  readonly endpoint: LoadedKey | undefined;
  readonly trust: readonly Buffer[];
  readonly clientCa: readonly Buffer[];
}

async function loadAllKeys({ keys, ebms }: Config): Promise<Keys> {
  const [sign, decrypt, tlsClient, endpoint, trust, clientCa] = await Promise.all([
    keys.sign && loadKey(keys.sign),
    keys.decrypt && loadKey(keys.decrypt),
    keys.tlsClient && loadKey(keys.tlsClient),
    ebms.tls && loadKey(ebms.tls.identity),
    loadCertificates(keys.trust, 'keys.trust'),
    loadCertificates(ebms.tls?.clientCa ?? [], 'ebms.tls.clientCa'),
  ]);
  return { sign, decrypt, tlsClient, endpoint, trust, clientCa };
}

/** Their CAs are mostly those of the partners: the lists are there before the first message. */
function ownChains({ sign, tlsClient, endpoint }: Keys): readonly Uint8Array[] {
  return [sign, tlsClient, endpoint].flatMap((key) =>
    key === undefined ? [] : readCertificates(key.certificate, `${key.location}.certificate`),
  );
}

function openEndpoint(
  { ebms, stop }: Config,
  { gateway, keys, log }: { readonly gateway: Gateway; readonly keys: Keys; readonly log: Log },
): Endpoint {
  return createEndpoint(
    {
      host: ebms.host,
      port: ebms.port,
      path: ebms.path,
      tls: keys.endpoint === undefined ? 'off' : { ...tlsIdentity(keys.endpoint), clientCa: keys.clientCa },
      allowPlain: ebms.allowPlain,
      limits: { maxBodyBytes: ebms.limits.message, closeGraceMs: stop.graceSeconds * 1000 },
      report: (error, remote) => log.warn({ err: error, remote }, 'a connection of a partner failed'),
    },
    gateway.receive,
  );
}

async function openApi(config: Config, gateway: Gateway, log: Log): Promise<RestApi> {
  const { createRestApi } = await import('../../adapters/rest/rest-api.ts');
  const { host, port, allowRemote, names, contact, limits } = config.api;
  return createRestApi(gateway, {
    host,
    port,
    names: allowRemote && names.length === 0 ? undefined : [host, ...names],
    source: eventSource(config),
    contact,
    limits,
    log,
  });
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
