import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FilesHost } from '../../adapters/filesystem/host.ts';
import type { OutboxSettings } from '../../adapters/filesystem/settings.ts';
import type { HandedMessage } from '../../src/index.ts';
import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Gateway } from '../../src/msh/gateway.ts';
import type { Clock } from '../../src/clock.ts';

/** An application that knows only folders, and what it does with them. */
export interface FilesApplication {
  readonly root: string;
  readonly inbox: string;
  readonly outbox: OutboxSettings;
  /** Puts a file in place as a whole: written beside it, renamed. */
  drop(name: string, content: string | Buffer): void;
  /** Drops the payloads, then the sidecar. */
  send(name: string, sidecar: object, payloads?: Readonly<Record<string, string>>): void;
  /** What lies in the inbox, in order, without what the gateway keeps there. */
  received(): readonly string[];
  read(name: string): string;
  /** Messages of `sent` or `refused`: each the names of its files and its outcome. */
  settled(folder: 'sent' | 'refused'): readonly Settled[];
  /** What lies in the outbox itself. */
  waiting(): readonly string[];
  remove(): void;
}

export interface Settled {
  readonly folder: string;
  readonly files: readonly string[];
  readonly outcome: Readonly<Record<string, unknown>>;
}

export const QUIET_MS = 2_000;
export const POLL_MS = 10_000;
export const OWNER = 'owner-1';

/** `place` is one that was there before. */
export function openFilesApplication(more: Partial<OutboxSettings> = {}, place?: string): FilesApplication {
  const root = place ?? mkdtempSync(join(tmpdir(), 'postiljon-files-'));
  const inbox = join(root, 'in');
  const folder = join(root, 'out');
  mkdirSync(inbox, { recursive: true });
  mkdirSync(folder, { recursive: true });
  const outbox: OutboxSettings = {
    folder,
    sent: join(folder, 'sent'),
    refused: join(folder, 'refused'),
    message: undefined,
    parties: undefined,
    services: undefined,
    actions: undefined,
    quietMs: QUIET_MS,
    pollMs: POLL_MS,
    keepDays: 30,
    limits: { sidecar: 64 * 1024, message: 1024 * 1024, parts: 5 },
    ...more,
  };
  const drop = (name: string, content: string | Buffer): void => {
    const unfinished = join(folder, `.${name}`);
    writeFileSync(unfinished, content);
    renameSync(unfinished, join(folder, name));
  };
  return {
    root,
    inbox,
    outbox,
    drop,
    send(name, sidecar, payloads = {}) {
      for (const [file, content] of Object.entries(payloads)) drop(file, content);
      drop(name, JSON.stringify(sidecar));
    },
    received: () => visible(inbox),
    read: (name) => readFileSync(join(inbox, name), 'utf8'),
    settled: (which) => visible(outbox[which]).map((name) => readSettled(join(outbox[which], name))),
    waiting: () => visible(folder).filter((name) => statSync(join(folder, name), NO_THROW)?.isDirectory() !== true),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

const NO_THROW = { throwIfNoEntry: false } as const;

function visible(folder: string): readonly string[] {
  if (statSync(folder, NO_THROW) === undefined) return [];
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .sort();
}

function readSettled(folder: string): Settled {
  const files = readdirSync(folder).sort();
  const [outcome = ''] = files.filter((name) => /\.(?:sent|reason)\.json$/.test(name));
  return { folder, files, outcome: JSON.parse(readFileSync(join(folder, outcome), 'utf8')) };
}

const ignore = (): void => undefined;

export interface LoggedHost extends FilesHost {
  readonly warnings: { readonly message: string; readonly fields: object }[];
}

/** What an adapter is given, with the lines it logs at warn and above. */
export function hostOf(gateway: Gateway, clock: Clock): LoggedHost {
  const warnings: { message: string; fields: object }[] = [];
  const keep = (fields: object, message: string): void => {
    warnings.push({ message, fields });
  };
  return { gateway, clock, warnings, random: () => 0, log: { debug: ignore, info: ignore, warn: keep, error: keep } };
}

/** A received message with payloads of these texts. */
export function handedMessage(more: Partial<HandedMessage> = {}, texts: readonly string[] = ['<a/>']): HandedMessage {
  return {
    messageId: 'een@partner.test',
    conversationId: 'zaak-1',
    refToMessageId: undefined,
    timestamp: Date.parse('2026-11-22T12:00:00Z'),
    receivedAt: Date.parse('2026-11-22T12:00:01.234Z'),
    cpaId: 'cpa-1',
    fromPartyId: 'urn:osb:oin:00000099000000001000',
    fromRole: 'afnemer',
    toPartyId: 'urn:osb:oin:00000099000000002000',
    toRole: 'dienst',
    service: 'urn:osb:services:osb:melding:1.0',
    action: 'melden',
    attempt: 1,
    payloads: texts.map((text, index) => ({
      contentId: `deel${index + 1}@partner.test`,
      name: `melding-${index + 1}.xml`,
      contentType: 'text/xml',
      size: Buffer.byteLength(text),
      sha256: hash('sha256', text),
      octets: undefined,
      open: () => Promise.resolve(Readable.from([Buffer.from(text)])),
    })),
    ...more,
  };
}
