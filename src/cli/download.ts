import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { GatewayError } from '../index.ts';
import { createOutput } from './output.ts';
import { countOctets, createProgress } from './progress.ts';

interface DownloadOptions {
  readonly output?: string;
  readonly json?: true;
}

/** The octets of an answer to stdout, or into a file with what `about` says of them as answer. `head` goes before them. */
export async function download(
  answer: IncomingMessage,
  options: DownloadOptions,
  about: object,
  head = '',
): Promise<void> {
  const json = options.json === true;
  const { output } = options;
  if (output === undefined) {
    process.stdout.write(head);
    await pipeline(answer, process.stdout, { end: false });
    return;
  }
  const { writing } = await import('../app/writing.ts');
  const size = await writing(output, () => save(answer, { file: output, head, json }));
  createOutput(json).answer({ ...about, file: output, size }, `Wrote ${output}\n`);
}

interface Target {
  readonly file: string;
  readonly head: string;
  readonly json: boolean;
}

/**
 * Under its name only when it is whole; a device or a pipe gets the octets as they come, and is not replaced by a file.
 * Throws DOWNLOAD_DAMAGED when the octets are not those whose digest the gateway named, where it named one.
 */
async function save(answer: IncomingMessage, { file, head, json }: Target): Promise<number> {
  const partial = (await isSpecial(file)) ? undefined : `${file}.part`;
  const hash = createHash('sha256');
  let size = Buffer.byteLength(head);
  const counted = async function* (source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    if (head !== '') yield Buffer.from(head);
    for await (const chunk of source) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  };
  const total = Number(answer.headers['content-length'] ?? Number.NaN);
  const shown = countOctets(createProgress(json), `Fetching ${file}:`, Number.isNaN(total) ? undefined : total);
  try {
    await pipeline(answer, shown, counted, createWriteStream(partial ?? file));
    const { etag } = answer.headers;
    if (etag !== undefined && etag !== `"${hash.digest('hex')}"`) {
      throw new GatewayError('DOWNLOAD_DAMAGED', {
        detail: 'the octets do not have the digest that the gateway named',
      });
    }
    if (partial !== undefined) await rename(partial, file);
    return size;
  } catch (error) {
    if (partial !== undefined) await rm(partial, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Whether it is there and is neither a file nor a folder: `/dev/null`, a named pipe. */
async function isSpecial(file: string): Promise<boolean> {
  const stats = await stat(file).catch(() => undefined);
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}
