import { constants, existsSync } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../config/config.ts';
import { pathOf } from '../folders.ts';
import { bad, doubt, good } from './finding.ts';
import type { DoctorFinding } from './finding.ts';

const MIB = 2 ** 20;
const LITTLE = 1024 * MIB;
const TOO_LITTLE = 100 * MIB;

/** A full disk refuses every message: store and payloads need room, and the store must take what is written. */
export async function checkDisk(config: Config): Promise<readonly DoctorFinding[]> {
  const store = pathOf(config.store.url);
  const places = [...new Set([store, pathOf(config.payloads.url)].map(nearestExisting))];
  return [...(await Promise.all(places.map(judgeRoom))), ...(await judgeFile(store))];
}

async function judgeRoom(place: string): Promise<DoctorFinding> {
  const { bavail, bsize } = await statfs(place);
  const free = bavail * bsize;
  const text = `${Math.floor(free / MIB)} MiB free at ${place}`;
  const remedy = 'Make room: a full disk refuses every message.';
  if (free < TOO_LITTLE) return bad('disk', text, remedy);
  return free < LITTLE ? doubt('disk', text, remedy) : good('disk', text);
}

async function judgeFile(store: string): Promise<readonly DoctorFinding[]> {
  if (!existsSync(store)) return [];
  try {
    await access(store, constants.R_OK | constants.W_OK);
    return [];
  } catch {
    return [bad('store', `${store} cannot be written`, 'Give this user read and write access to it and its folder.')];
  }
}

function nearestExisting(path: string): string {
  const parent = dirname(path);
  return existsSync(path) || parent === path ? path : nearestExisting(parent);
}
