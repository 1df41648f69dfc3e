import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { partyOin } from '../cpa/oin.ts';
import { GatewayError, toGatewayError } from '../errors.ts';
import { readCertificates } from '../trust/certificate.ts';
import { WUS_PROFILES, type WusProfile, type WusProfileName } from '../wus/profiles.ts';
import type { WusPartner, WusService } from '../wus/service.ts';
import type { WsdlFinding } from '../wus/wsdl/read-wsdl.ts';
import type { WsdlInterface } from '../wus/wsdl/wsdl.ts';
import type { Config } from './config/config.ts';
import { didYouMean } from './config/read-value.ts';
import { nearest } from './config/suggest.ts';
import type { WusServiceSettings } from './config/wus-service-settings.ts';
import { readConfigured } from './load-keys.ts';
import { inspectWsdlFile } from './wsdl-files.ts';

export interface LoadedWus {
  readonly services: readonly WusService[];
  /** By OIN. */
  readonly partners: ReadonlyMap<string, WusPartner>;
  /** What a service can live with. */
  readonly warnings: readonly { readonly service: string; readonly finding: WsdlFinding }[];
}

/**
 * The services of the configuration with their WSDLs and certificates. Throws CONFIG_INVALID that names everything that is wrong with
 * any of them.
 */
export async function loadWus(config: Config): Promise<LoadedWus> {
  const loaded = await tryWus(config);
  if (!('problems' in loaded)) return loaded;
  const detail = loaded.problems.map(({ reason }) => reason).join('\n');
  throw new GatewayError('CONFIG_INVALID', { location: 'wus.services', detail });
}

/** What is wrong with a service. */
export interface WusProblem {
  readonly in: 'wsdl' | 'certificate';
  readonly reason: string;
}

/** As `loadWus`, for who explains what is wrong. Throws CONFIG_INVALID for what is wrong with a partner. */
export async function tryWus(config: Config): Promise<LoadedWus | { readonly problems: readonly WusProblem[] }> {
  const problems: WusProblem[] = [];
  const found = await Promise.all(
    config.wus.services.map((settings) => loadOrExplain(settings, config, (problem) => void problems.push(problem))),
  );
  const partners = await loadPartners(config);
  if (problems.length > 0) return { problems };
  const loaded = found.filter((one) => one !== undefined);
  return {
    services: loaded.map(({ service }) => service),
    partners,
    warnings: loaded.flatMap(({ service: { name: service }, findings }) =>
      findings.filter(({ severity }) => severity === 'warning').map((finding) => ({ service, finding })),
    ),
  };
}

interface LoadedService {
  readonly service: WusService;
  readonly findings: readonly WsdlFinding[];
}

async function loadOrExplain(
  settings: WusServiceSettings,
  config: Config,
  explain: (problem: WusProblem) => void,
): Promise<LoadedService | undefined> {
  const prefix = `wus.services: ${settings.name}: `;
  const inspected = await inspectWsdlFile(settings.wsdl).catch(async (thrown: unknown) => {
    const error = toGatewayError(thrown);
    const missing = error.code === 'FILE_MISSING';
    const reason = missing ? `wsdl: ${await missingFile(settings.wsdl)}` : (error.detail ?? error.message);
    explain({ in: 'wsdl', reason: prefix + reason });
    return undefined;
  });
  if (inspected === undefined) return undefined;
  const { wsdl, findings } = inspected;
  const errors = findings.filter(({ severity }) => severity === 'error');
  for (const { code, place, text } of errors)
    explain({ in: 'wsdl', reason: `${prefix}wsdl: ${place}: ${code}: ${text}` });
  if (wsdl === undefined) return undefined;
  try {
    return { service: await serviceOf(settings, wsdl, config), findings };
  } catch (thrown) {
    const { detail, message } = toGatewayError(thrown);
    explain({ in: 'certificate', reason: prefix + (detail ?? message) });
    return undefined;
  }
}

async function missingFile(file: string): Promise<string> {
  const names = await readdir(dirname(file)).catch(() => []);
  const near = nearest(basename(file), names);
  return `${file} cannot be read${didYouMean(near === undefined ? undefined : join(dirname(file), near))}`;
}

async function serviceOf(settings: WusServiceSettings, wsdl: WsdlInterface, config: Config): Promise<WusService> {
  const { name, mtom, logContent } = settings;
  const { envelope, message } = config.wus.limits;
  const limits = { maxEnvelopeBytes: envelope, maxMessageBytes: message };
  const common = { name, profile: profileOf(settings.profile), wsdl, mtom, logContent, ...limits };
  const ours = settings.party === undefined ? ourOins(config) : [settings.party];
  if (settings.role === 'provider') {
    const { partners, addresses, backend } = settings;
    const { destination, format, timeoutSeconds, faults } = backend;
    return {
      ...common,
      role: 'provider',
      partners: new Set(partners),
      ours: new Set(ours),
      addresses,
      plainAddresses: config.ebms.tls === undefined || config.ebms.allowPlain,
      backend: { destination, format, timeoutMs: timeoutSeconds * 1000, faults },
    };
  }
  const { partner, endpoint, to, encryptFor, timeoutSeconds, idempotent } = settings;
  const [oin] = ours;
  if (oin === undefined) throw new Error('the configuration was not checked');
  return {
    ...common,
    role: 'consumer',
    partner,
    oin,
    endpoint,
    to,
    encryptFor: encryptFor === undefined ? undefined : await readCertificate(encryptFor, 'encryptFor'),
    timeoutMs: timeoutSeconds * 1000,
    idempotent,
  };
}

function profileOf(name: WusProfileName): WusProfile {
  const profile = WUS_PROFILES.find((one) => one.name === name);
  if (profile === undefined) throw new Error('the configuration was not checked');
  return profile;
}

/** Those of `parties`, in their order. */
function ourOins({ parties }: Config): readonly string[] {
  return parties.map(partyOin).filter((oin) => oin !== undefined);
}

async function loadPartners({ partners }: Config): Promise<ReadonlyMap<string, WusPartner>> {
  const loaded = new Map<string, WusPartner>();
  for (const [party, { allow, tlsOin, wus = {} }] of Object.entries(partners)) {
    const oin = partyOin(party);
    if (oin === undefined) continue;
    const location = `partners.${party}`;
    const { certificates = [], encryptFor, unsignedConfirmation = false } = wus;
    loaded.set(oin, {
      allow: {
        sha1: allow.includes('sha1'),
        cbc: allow.includes('cbc'),
        rsa15: allow.includes('rsa15'),
        keyReferences: allow.includes('keyRef'),
        unsignedConfirmation,
      },
      certificates: await Promise.all(certificates.map((file) => readCertificate(file, `${location}.wusCertificates`))),
      encryptFor: encryptFor === undefined ? undefined : await readCertificate(encryptFor, `${location}.wusEncryptFor`),
      tlsOin,
    });
  }
  return loaded;
}

/** The first of a file. Throws CONFIG_INVALID. */
async function readCertificate(file: string, location: string): Promise<Uint8Array> {
  const [der] = readCertificates(await readConfigured(file, location), location);
  if (der === undefined) throw new Error('readCertificates gives one certificate at least');
  return der;
}
