import { lstat, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { toDateTime } from '../../../src/index.ts';
import type { Clock, GatewayError, Submitted } from '../../../src/index.ts';
import { makeFolder, removeAll, syncFolder, unless, writeFileDurably } from '../durable-files.ts';
import { compactTime, harmless, timeOfName } from '../names.ts';
import type { OutboxSettings } from '../settings.ts';
import type { Claim, Claims } from './claims.ts';
import { outcomeName, REASON_ENDING, SENT_ENDING } from './sidecar.ts';

export interface Settling {
  readonly settings: Pick<OutboxSettings, 'sent' | 'refused' | 'keepDays'>;
  readonly claims: Claims;
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;

/** Moves its files to `sent`, with the MessageId. Answers where they are. */
export async function settleSent(claim: Claim, { messageId }: Submitted, settling: Settling): Promise<string> {
  const { settings, clock } = settling;
  const outcome = { messageId, submittedAt: toDateTime(clock.now()) };
  return await settle(claim, { folder: settings.sent, ending: SENT_ENDING, outcome }, settling);
}

/** Moves its files to `refused`, with what is wrong and what to do. Answers where they are. */
export async function settleRefused(claim: Claim, error: GatewayError, settling: Settling): Promise<string> {
  const { settings, clock } = settling;
  const { code, row, detail, location } = error;
  // What went wrong inside stands in the log.
  const told = code === 'INTERNAL' ? {} : { detail, location };
  const outcome = { code, title: row.title, ...told, remedy: row.remedy, refusedAt: toDateTime(clock.now()) };
  return await settle(claim, { folder: settings.refused, ending: REASON_ENDING, outcome }, settling);
}

interface Settlement {
  readonly folder: string;
  readonly ending: Parameters<typeof outcomeName>[1];
  readonly outcome: object;
}

/** All of it by one rename: it is never in two places, and nothing is overwritten. */
async function settle(claim: Claim, { folder, ending, outcome }: Settlement, settling: Settling): Promise<string> {
  const { claims, clock } = settling;
  await makeFolder(folder);
  const text = `${JSON.stringify(outcome, undefined, 2)}\n`;
  await writeFileDurably(join(claim.folder, outcomeName(claim.name, ending)), text, 'w');
  await syncFolder(claim.folder);
  const name = `${compactTime(clock.now())}_${harmless(claim.name)}_${claim.id.slice(-ID_DIGITS)}`;
  await rename(claim.folder, join(folder, name));
  await syncFolder(folder);
  await claims.forget(claim);
  return join(folder, name);
}

const ID_DIGITS = 12;
const SETTLED = /^\d{8}T\d{9}Z_.+_[0-9a-f]{12}$/;

/** Removes what was sent longer ago than it is kept; nothing else that lies there. */
export async function purgeSent({ settings: { sent, keepDays }, clock }: Settling): Promise<void> {
  if (keepDays === 0) return;
  // A link in its place leads to what is not ours to remove.
  if ((await unless('ENOENT', lstat(sent)))?.isDirectory() !== true) return;
  const before = clock.now() - keepDays * DAY_MS;
  for (const name of (await unless('ENOENT', readdir(sent))) ?? []) {
    const settledAt = SETTLED.test(name) ? timeOfName(name) : undefined;
    if (settledAt !== undefined && settledAt < before) await removeAll(join(sent, name));
  }
}
