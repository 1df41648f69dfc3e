import { join } from 'node:path';
import type { FixedMessage, FolderSettings, OutboxLimits } from '../../../adapters/filesystem/settings.ts';
import { readEntries, readName } from './read-entries.ts';
import { otherwise, optional, readFields, required } from './read-fields.ts';
import type { Fields } from './read-fields.ts';
import { readInteger, readList, readOneOf, readParty, readPath, readSize, readText, Unusable } from './read-value.ts';

const MIB = 2 ** 20;
const DAY_S = 86_400;
const MOST_DAYS = 36_500;
const LAYOUTS = ['files', 'folder'] as const;

/** One entry of `adapters.filesystem.folders`, as it stands in the file; paths are absolute. */
export interface FolderEntry {
  readonly name: string;
  readonly inbox: string | undefined;
  readonly layout: (typeof LAYOUTS)[number] | undefined;
  readonly outbox: string | undefined;
  readonly work: string | undefined;
  readonly message: FixedMessage | undefined;
  readonly parties: readonly string[] | undefined;
  readonly services: readonly string[] | undefined;
  readonly actions: readonly string[] | undefined;
  readonly sent: string | undefined;
  readonly refused: string | undefined;
  readonly quietSeconds: number | undefined;
  readonly pollSeconds: number | undefined;
  readonly keepDays: number | undefined;
  readonly limits: OutboxLimits | undefined;
}

export function readFolders(value: unknown, folder: string): readonly FolderSettings[] | Unusable {
  return readEntries<FolderSettings>(value, 'folders', (entry, before) => checkWork(readFolder(entry, folder), before));
}

function checkWork(read: FolderSettings | Unusable, before: readonly FolderSettings[]): FolderSettings | Unusable {
  if (read instanceof Unusable || read.work === undefined) return read;
  const shared = before.find(({ work }) => work === read.work);
  return shared === undefined ? read : new Unusable(`work: is that of ${shared.name}`);
}

function readFolder(value: unknown, folder: string): FolderSettings | Unusable {
  const entry = readFields<FolderEntry>(value, fieldsOf(folder));
  if (entry instanceof Unusable) return entry;
  const { name, inbox, outbox, work, layout = 'files' } = entry;
  if (inbox === undefined && outbox === undefined) return new Unusable('name an inbox, an outbox or both');
  if (inbox === undefined && entry.layout !== undefined) return new Unusable('layout: is of an inbox');
  const stray = OF_AN_OUTBOX.find((key) => entry[key] !== undefined);
  if (outbox === undefined && stray !== undefined) return new Unusable(`${stray}: is of an outbox`);
  return { name, inbox, layout, work, outbox: outbox === undefined ? undefined : outboxOf(outbox, entry) };
}

const OF_AN_OUTBOX = [
  'message',
  'parties',
  'services',
  'actions',
  'sent',
  'refused',
  'quietSeconds',
  'pollSeconds',
  'keepDays',
  'limits',
] as const;

const LIMITS: OutboxLimits = { sidecar: MIB, message: 2048 * MIB, parts: 100 };

function outboxOf(folder: string, entry: FolderEntry): NonNullable<FolderSettings['outbox']> {
  const {
    message,
    parties,
    services,
    actions,
    quietSeconds = 5,
    pollSeconds = 10,
    keepDays = 30,
    limits = LIMITS,
  } = entry;
  return {
    folder,
    sent: entry.sent ?? join(folder, 'sent'),
    refused: entry.refused ?? join(folder, 'refused'),
    work: entry.work,
    message,
    parties,
    services,
    actions,
    quietMs: quietSeconds * 1000,
    pollMs: pollSeconds * 1000,
    keepDays,
    limits,
  };
}

const LIMIT_FIELDS: Fields<OutboxLimits> = {
  sidecar: otherwise(LIMITS.sidecar, readSize),
  message: otherwise(LIMITS.message, readSize),
  parts: otherwise(LIMITS.parts, (value) => readInteger(value, 10_000)),
};

const MESSAGE_FIELDS: Fields<FixedMessage> = {
  cpaId: required(readText),
  from: required(readParty),
  fromRole: optional(readText),
  to: optional(readParty),
  toRole: optional(readText),
  service: required(readText),
  action: required(readText),
  contentType: optional(readText),
};

function fieldsOf(folder: string): Fields<FolderEntry> {
  const path = optional((value) => readPath(value, folder));
  return {
    name: required((value) => readName(value, 'file', 'the last part of files:<name>')),
    inbox: path,
    layout: optional((value) => readOneOf(value, LAYOUTS)),
    outbox: path,
    work: path,
    message: optional((value) => readFields(value, MESSAGE_FIELDS)),
    parties: optional((value) => readList(value, readParty)),
    services: optional((value) => readList(value, readText)),
    actions: optional((value) => readList(value, readText)),
    sent: path,
    refused: path,
    quietSeconds: optional((value) => readSeconds(value)),
    pollSeconds: optional((value) => readSeconds(value)),
    keepDays: optional((value) => readInteger(value, MOST_DAYS)),
    limits: optional((value) => readFields(value, LIMIT_FIELDS)),
  };
}

function readSeconds(value: unknown): number | Unusable {
  const seconds = readInteger(value, DAY_S);
  return seconds === 0 ? new Unusable('must be 1 at least') : seconds;
}
