import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GatewayError } from '../../../src/index.ts';
import type { HandedMessage, HandedPayload, Handover } from '../../../src/index.ts';
import {
  codeOf,
  isThere,
  removeIfEmpty,
  renameIfThere,
  syncFolder,
  unless,
  writeFileDurably,
} from '../durable-files.ts';
import type { FolderSettings } from '../settings.ts';
import { Ledger, type LedgerEntry } from './ledger.ts';
import { payloadName, sidecarName, sidecarOf, stableName } from './sidecar.ts';

export interface InboxSettings extends Pick<FolderSettings, 'layout' | 'work'> {
  readonly inbox: string;
}

/** Makes files of each message in the inbox of an application: once, whole, and under names that are ours. */
export function createFolderHandover({ inbox, layout, work }: InboxSettings): Handover {
  const ledger = new Ledger(inbox, work);
  return {
    async deliver(message) {
      const stable = stableName(message);
      try {
        await ledger.prepare();
        if (!(await ledger.has(stable))) await ledger.commit(stable, (staged) => writeMessage(staged, message));
        const entry = ledger.entry(stable);
        if (layout === 'folder') await placeOne(entry.files, join(inbox, stable));
        else await placeFiles(entry, inbox, stable);
        await syncFolder(inbox);
        // Where the whole file system went away nothing is left to place either; where the inbox did, everything is.
        if (!(await ledger.has(stable)) || (await isLeft(entry)))
          throw new GatewayError('HANDOVER_FAILED', { detail: `${inbox} went away` });
      } catch (thrown) {
        throw asFailed(thrown, inbox);
      }
    },
  };
}

async function writeMessage({ files, marker }: LedgerEntry, message: HandedMessage): Promise<void> {
  const stable = stableName(message);
  for (const [index, payload] of message.payloads.entries())
    await writePayload(join(files, payloadName(stable, index + 1, payload)), payload);
  await writeFileDurably(join(files, sidecarName(stable)), sidecarOf(message));
  const { messageId, fromPartyId } = message;
  await writeFileDurably(marker, `${JSON.stringify({ messageId, fromPartyId })}\n`);
}

async function writePayload(path: string, payload: HandedPayload): Promise<void> {
  const digest = createHash('sha256');
  const octets = await payload.open();
  await writeFileDurably(path, hashing(octets, digest));
  const sha256 = digest.digest('hex');
  if (sha256 !== payload.sha256)
    throw new GatewayError('HANDOVER_FAILED', {
      detail: `payload ${payload.contentId} is not what was received: SHA-256 ${sha256}, not ${payload.sha256}`,
    });
}

async function* hashing(
  octets: AsyncIterable<Uint8Array>,
  digest: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of octets) {
    digest.update(chunk);
    yield chunk;
  }
}

/** Payloads first: where the sidecar is, everything is. */
async function placeFiles({ files }: LedgerEntry, inbox: string, stable: string): Promise<void> {
  const sidecar = sidecarName(stable);
  const names = (await unless('ENOENT', readdir(files))) ?? [];
  for (const name of names.filter((one) => one !== sidecar)) await placeOne(join(files, name), join(inbox, name));
  if (names.includes(sidecar)) {
    await syncFolder(inbox);
    await placeOne(join(files, sidecar), join(inbox, sidecar));
  }
  await removeIfEmpty(files);
}

async function isLeft({ files }: LedgerEntry): Promise<boolean> {
  return ((await unless('ENOENT', readdir(files))) ?? []).length > 0;
}

/** Nothing is overwritten: names are ours, so that what is there was put there by somebody else. */
async function placeOne(from: string, to: string): Promise<void> {
  if ((await isThere(to)) && (await isThere(from)))
    throw new GatewayError('HANDOVER_FAILED', { detail: `${to} is in the way: somebody else made it` });
  await renameIfThere(from, to);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  ENOTDIR: 'is no folder',
  EACCES: 'cannot be written by the user of the gateway',
  EPERM: 'cannot be written by the user of the gateway',
  EROFS: 'is on a file system that is read-only',
  ENOSPC: 'is on a disk that is full',
  EDQUOT: 'is over its quota',
};

function asFailed(thrown: unknown, inbox: string): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const reason = REASONS[codeOf(thrown) ?? ''] ?? (thrown instanceof Error ? thrown.message : String(thrown));
  return new GatewayError('HANDOVER_FAILED', { location: inbox, detail: `inbox ${inbox}: ${reason}`, cause: thrown });
}
