import type { FolderSettings } from '../../../adapters/filesystem/settings.ts';
import type { RouteRule } from '../../msh/handover/routes.ts';
import { readSenders } from './amqp-sender-settings.ts';
import type { SenderSettings } from './amqp-sender-settings.ts';
import { readApplications } from './application-settings.ts';
import type { ApplicationSettings } from './application-settings.ts';
import { readFolders } from './folder-settings.ts';
import { readPartners } from './partner-settings.ts';
import type { PartnerSettings } from './partner-settings.ts';
import {
  readFlag,
  readInteger,
  readList,
  readParty,
  readPath,
  readSize,
  readText,
  readUrl,
  Unusable,
} from './read-value.ts';
import { readRoutes } from './route-settings.ts';
import { readWebhooks } from './webhook-settings.ts';
import type { WebhookSettings } from './webhook-settings.ts';
import { readServices } from './wus-service-settings.ts';
import type { WusServiceSettings } from './wus-service-settings.ts';

/** What the kinds of settings are in the running program. */
export interface KindValues {
  readonly text: string;
  readonly choice: string;
  readonly flag: boolean;
  readonly port: number;
  readonly integer: number;
  readonly size: number;
  readonly path: string;
  readonly url: string;
  readonly paths: readonly string[];
  readonly names: readonly string[];
  readonly parties: readonly string[];
  readonly partners: Readonly<Record<string, PartnerSettings>>;
  readonly services: readonly WusServiceSettings[];
  readonly routes: readonly RouteRule[];
  readonly folders: readonly FolderSettings[];
  readonly applications: readonly ApplicationSettings[];
  readonly senders: readonly SenderSettings[];
  readonly webhooks: readonly WebhookSettings[];
}
export type Kind = keyof KindValues;

interface KindRow<V> {
  /** The type as docs/configuration.md names it. */
  readonly shown: string;
  readonly read: (value: unknown, folder: string) => V | Unusable;
  /** The text of an environment variable as the value that YAML would give. */
  readonly fromText?: (text: string) => unknown;
}

const numeral = (text: string): unknown => (/^\d+$/.test(text) ? Number(text) : text);
const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return new Unusable('must be JSON');
  }
};

export const KINDS: { readonly [K in Kind]: KindRow<KindValues[K]> } = {
  text: { shown: 'text', read: readText },
  choice: { shown: 'choice', read: readText },
  flag: {
    shown: 'true or false',
    read: readFlag,
    fromText: (text) => (text === 'true' ? true : text === 'false' ? false : text),
  },
  port: { shown: 'port', read: (value) => readInteger(value, 65_535), fromText: numeral },
  integer: { shown: 'whole number', read: (value) => readInteger(value, 1_000_000), fromText: numeral },
  size: { shown: 'size (`20 MiB`, or octets)', read: readSize, fromText: numeral },
  path: { shown: 'path', read: readPath },
  url: { shown: 'URL', read: readUrl },
  paths: {
    shown: 'list of paths',
    read: (value, folder) => readList(value, (one) => readPath(one, folder)),
    fromText: json,
  },
  names: { shown: 'list of texts', read: (value) => readList(value, readText), fromText: json },
  parties: { shown: 'list of PartyIds', read: (value) => readList(value, readParty), fromText: json },
  partners: { shown: 'map by PartyId', read: readPartners, fromText: json },
  applications: { shown: 'list of applications', read: readApplications, fromText: json },
  services: { shown: 'list of services', read: readServices, fromText: json },
  routes: { shown: 'list of rules', read: readRoutes, fromText: json },
  webhooks: { shown: 'list of webhooks', read: readWebhooks, fromText: json },
  folders: { shown: 'list of folders', read: readFolders, fromText: json },
  senders: { shown: 'list of senders', read: readSenders, fromText: json },
};
