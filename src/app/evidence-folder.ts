import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GatewayError } from '../errors.ts';
import type { EvidenceReader } from '../msh/evidence/evidence.ts';
import { writing } from './writing.ts';

/** Reads regular files only: a link leads out of the folder, and a pipe or device may never end. Throws FILE_MISSING. */
export async function openEvidenceFolder(folder: string): Promise<EvidenceReader> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch((cause: unknown) => {
    throw new GatewayError('FILE_MISSING', { location: folder, detail: `${folder} cannot be read`, cause });
  });
  const files = entries.filter((entry) => !entry.isDirectory());
  const odd = files.find((entry) => !entry.isFile());
  if (odd !== undefined) {
    const location = join(odd.parentPath, odd.name);
    throw new GatewayError('FILE_MISSING', {
      location,
      detail: `${location} is no regular file: evidence has no others`,
    });
  }
  const names = files
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length).replaceAll('\\', '/'))
    .sort();
  const path = (name: string): string | undefined => (names.includes(name) ? join(folder, name) : undefined);
  return {
    names: () => Promise.resolve(names),
    async read(name) {
      const file = path(name);
      return file === undefined ? undefined : readFile(file);
    },
    async size(name) {
      const file = path(name);
      return file === undefined ? undefined : (await lstat(file)).size;
    },
    async digest(name, hash) {
      const file = path(name);
      if (file === undefined) return undefined;
      const digest = createHash(hash);
      await pipeline(createReadStream(file), digest);
      return digest.digest();
    },
  };
}

const NAME = /^(?:[a-z]+\/)?[A-Za-z0-9-]+\.[a-z]+$/;

export interface NewEvidenceFile {
  readonly name: string;
  /** SHA-256 in hex that the octets must have; undefined: whatever they are. */
  readonly sha256: string | undefined;
  readonly octets: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** A new folder, or an empty one. Throws FILE_EXISTS, FILE_UNWRITABLE. */
export async function makeEvidenceFolder(folder: string): Promise<void> {
  await writing(folder, () => mkdir(folder, { recursive: true }));
  if ((await readdir(folder)).length > 0) {
    throw new GatewayError('FILE_EXISTS', { location: folder, detail: `${folder} is not empty` });
  }
}

/** Under its name only when it is whole. Throws FILE_UNWRITABLE, DOWNLOAD_DAMAGED for a name that is none of ours, or octets with another digest. */
export async function writeEvidenceFile(folder: string, { name, sha256, octets }: NewEvidenceFile): Promise<void> {
  if (!NAME.test(name))
    throw new GatewayError('DOWNLOAD_DAMAGED', { detail: 'the gateway named a file that evidence has not' });
  const file = join(folder, name);
  await writing(file, () => writeWhole(file, { name, sha256, octets }));
}

async function writeWhole(file: string, { name, sha256, octets }: NewEvidenceFile): Promise<void> {
  const partial = `${file}.part`;
  const digest = createHash('sha256');
  await mkdir(dirname(file), { recursive: true });
  try {
    await pipeline(Readable.from(octets), hashed(digest), createWriteStream(partial));
    if (sha256 !== undefined && digest.digest('hex') !== sha256) {
      throw new GatewayError('DOWNLOAD_DAMAGED', { detail: `${name} does not have the digest that the gateway named` });
    }
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw error;
  }
}

function hashed(digest: { update(chunk: Uint8Array): unknown }) {
  return async function* (source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of source) {
      digest.update(chunk);
      yield chunk;
    }
  };
}
