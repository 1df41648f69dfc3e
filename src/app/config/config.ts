import { join } from 'node:path';
import { readAmqp } from './amqp-settings.ts';
import type { AmqpConfig } from './amqp-settings.ts';
import type { FolderSettings } from '../../../adapters/filesystem/settings.ts';
import type { RouteRule } from '../../msh/handover/routes.ts';
import type { TokenTerms } from '../access/tokens.ts';
import type { ApplicationSettings } from './application-settings.ts';
import { destinationsOf } from './check-route-settings.ts';
import { checkSettings } from './check-settings.ts';
import type { KeyFilesPrefix, Settings } from './key-table.ts';
import type { PartnerSettings } from './partner-settings.ts';
import { configError } from './problems.ts';
import type { Problem } from './problems.ts';
import { readSettings } from './read-settings.ts';
import type { Environment } from './read-settings.ts';
import type { WebhookSettings } from './webhook-settings.ts';
import type { WusServiceSettings } from './wus-service-settings.ts';

/** postiljon.yaml with its environment, checked, complete, paths absolute, deep-frozen. Keys as in docs/configuration.md. */
export interface Config {
  readonly file: string;
  readonly folder: string;
  readonly name: string;
  /** PartyIds as `type:value`. */
  readonly parties: readonly string[];
  readonly data: string;
  readonly store: { readonly url: string };
  readonly payloads: { readonly url: string };
  readonly ebms: {
    readonly host: string;
    readonly port: number;
    readonly path: string;
    /** undefined: plain HTTP. */
    readonly tls: { readonly identity: KeyFiles; readonly clientCa: readonly string[] } | undefined;
    readonly allowPlain: boolean;
    readonly concurrency: number;
    readonly questionsPerMinute: number;
    readonly responseSeconds: number;
    readonly limits: {
      readonly envelope: number;
      readonly message: number;
      readonly parts: number;
      readonly translated: number;
      readonly held: number;
      readonly waiting: number;
      readonly connections: number;
      /** Octets. */
      readonly memory: number;
      readonly connectionsPerAddress: number;
      readonly headersSeconds: number;
      readonly requestSeconds: number;
      /** Octets a second. */
      readonly minimumRate: number;
      readonly patienceSeconds: number;
    };
  };
  readonly api: {
    readonly host: string;
    readonly port: number;
    readonly allowRemote: boolean;
    readonly names: readonly string[];
    /** None: whoever reaches the API may do everything. */
    readonly applications: readonly ApplicationSettings[];
    readonly oidc: TokenTerms | undefined;
    /** undefined: plain HTTP. */
    readonly tls: { readonly identity: KeyFiles; readonly clientCa: string | undefined } | undefined;
    readonly contact: {
      readonly name: string;
      readonly email: string | undefined;
      readonly url: string | undefined;
    };
    readonly limits: {
      readonly json: number;
      readonly upload: number;
      readonly parts: number;
      readonly connections: number;
      readonly streams: number;
    };
  };
  readonly keys: {
    readonly sign: KeyFiles | undefined;
    /** `sign` where nothing else is configured. */
    readonly decrypt: KeyFiles | undefined;
    readonly tlsClient: KeyFiles | undefined;
    readonly trust: readonly string[];
  };
  readonly partners: Readonly<Record<string, PartnerSettings>>;
  readonly revocation: {
    readonly mode: 'require' | 'ifPresent' | 'off';
    readonly crls: readonly string[];
    readonly download: boolean;
    readonly hosts: readonly string[];
    readonly maxSize: number;
  };
  readonly wus: {
    readonly services: readonly WusServiceSettings[];
    readonly skewSeconds: number;
    readonly maxAgeSeconds: number;
    /** 0: for ever. */
    readonly keepDays: number;
    readonly limits: { readonly envelope: number; readonly message: number };
  };
  readonly adapters: {
    /** undefined: no broker. */
    readonly amqp: AmqpConfig | undefined;
    readonly webhooks: readonly WebhookSettings[];
    readonly filesystem: readonly FolderSettings[];
  };
  /** The first rule that matches decides. */
  readonly routes: readonly RouteRule[];
  /** All that the configured adapters serve, and the inbox. */
  readonly destinations: readonly string[];
  readonly log: { readonly level: string };
  readonly stop: { readonly graceSeconds: number };
}

/** A private key and its certificate, as files: two PEM files or one PKCS#12 store. */
export interface KeyFiles {
  /** Prefix of its keys in the configuration. */
  readonly location: KeyFilesPrefix;
  readonly source: { readonly key: string; readonly certificate: string } | { readonly pkcs12: string };
  readonly passphrase: string | undefined;
  readonly passphraseFile: string | undefined;
}

const MODES = ['require', 'ifPresent', 'off'] as const;

/** Throws CONFIG_MISSING, or CONFIG_INVALID whose detail names every problem with its place. */
export function readConfig(file: string, environment: Environment = process.env): Config {
  const { config, problems } = inspectConfig(file, environment);
  if (config === undefined) throw configError(problems);
  return config;
}

/** The configuration, or all that is wrong with it. Throws CONFIG_MISSING. */
export function inspectConfig(
  file: string,
  environment: Environment,
): { readonly config: Config | undefined; readonly problems: readonly Problem[] } {
  const { settings, ...read } = readSettings(file, environment);
  const problems = settings === undefined ? read.problems : checkSettings(settings, read);
  if (settings === undefined || problems.length > 0) return { config: undefined, problems };
  return { config: deepFreeze(build(read.file, read.folder, settings)), problems };
}

function build(file: string, folder: string, settings: Settings): Config {
  const sign = keyFiles(settings, 'keys.sign');
  const decrypt = keyFiles(settings, 'keys.decrypt') ?? sign;
  const tlsClient = keyFiles(settings, 'keys.tlsClient');
  const endpoint = settings['ebms.tls'] === 'off' ? undefined : keyFiles(settings, 'ebms.tls');
  const clientCa = settings['ebms.tls.clientCa'];
  const apiTls = keyFiles(settings, 'api.tls');
  return {
    file,
    folder,
    name: settings.name,
    parties: settings.parties,
    data: settings.data,
    store: { url: settings['store.url'] ?? `sqlite:${join(settings.data, 'postiljon.db')}` },
    payloads: { url: settings['payloads.url'] ?? `file:${join(settings.data, 'payloads')}` },
    ebms: {
      host: settings['ebms.host'],
      port: settings['ebms.port'],
      path: settings['ebms.path'],
      tls: endpoint && { identity: endpoint, clientCa: clientCa === undefined ? settings['keys.trust'] : [clientCa] },
      allowPlain: settings['ebms.allowPlain'],
      concurrency: settings['ebms.concurrency'],
      questionsPerMinute: settings['ebms.questionsPerMinute'],
      responseSeconds: settings['ebms.responseSeconds'],
      limits: {
        envelope: settings['ebms.limits.envelope'],
        message: settings['ebms.limits.message'],
        parts: settings['ebms.limits.parts'],
        translated: settings['ebms.limits.translated'],
        held: settings['ebms.limits.held'],
        waiting: settings['ebms.limits.waiting'],
        memory: settings['ebms.limits.memory'],
        connections: settings['ebms.limits.connections'],
        connectionsPerAddress: settings['ebms.limits.connectionsPerAddress'],
        headersSeconds: settings['ebms.limits.headersSeconds'],
        requestSeconds: settings['ebms.limits.requestSeconds'],
        minimumRate: settings['ebms.limits.minimumRate'],
        patienceSeconds: settings['ebms.limits.patienceSeconds'],
      },
    },
    api: {
      host: settings['api.host'],
      port: settings['api.port'],
      allowRemote: settings['api.allowRemote'],
      names: settings['api.names'],
      applications: settings['api.applications'],
      oidc: tokenTerms(settings),
      tls: apiTls && { identity: apiTls, clientCa: settings['api.tls.clientCa'] },
      contact: {
        name: settings['api.contact.name'] ?? settings.name,
        email: settings['api.contact.email'],
        url: settings['api.contact.url'],
      },
      limits: {
        json: settings['api.limits.json'],
        upload: settings['api.limits.upload'],
        parts: settings['api.limits.parts'],
        connections: settings['api.limits.connections'],
        streams: settings['api.limits.streams'],
      },
    },
    keys: { sign, decrypt, tlsClient, trust: settings['keys.trust'] },
    partners: settings.partners,
    revocation: {
      mode: MODES.find((mode) => mode === settings['revocation.mode']) ?? 'require',
      crls: settings['revocation.crls'],
      download: settings['revocation.download'],
      hosts: settings['revocation.hosts'],
      maxSize: settings['revocation.maxSize'],
    },
    wus: {
      services: settings['wus.services'],
      skewSeconds: settings['wus.skewSeconds'],
      maxAgeSeconds: settings['wus.maxAgeSeconds'],
      keepDays: settings['wus.keepDays'],
      limits: { envelope: settings['wus.limits.envelope'], message: settings['wus.limits.message'] },
    },
    adapters: {
      amqp: readAmqp(settings),
      webhooks: settings['adapters.webhooks'],
      filesystem: settings['adapters.filesystem.folders'],
    },
    routes: settings.routes,
    destinations: destinationsOf(settings),
    log: { level: settings['log.level'] },
    stop: { graceSeconds: settings['stop.graceSeconds'] },
  };
}

function tokenTerms(settings: Settings): TokenTerms | undefined {
  const { 'api.oidc.issuer': issuer, 'api.oidc.audience': audience } = settings;
  if (issuer === undefined || audience === undefined) return undefined;
  return { issuer, audience, skewSeconds: settings['api.oidc.skewSeconds'] };
}

function keyFiles(settings: Settings, prefix: KeyFilesPrefix): KeyFiles | undefined {
  const key = settings[`${prefix}.key`];
  const certificate = settings[`${prefix}.certificate`];
  const pkcs12 = settings[`${prefix}.pkcs12`];
  const pem = key === undefined || certificate === undefined ? undefined : { key, certificate };
  const source = pkcs12 === undefined ? pem : { pkcs12 };
  if (source === undefined) return undefined;
  return {
    location: prefix,
    source,
    passphrase: settings[`${prefix}.passphrase`],
    passphraseFile: settings[`${prefix}.passphraseFile`],
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}
