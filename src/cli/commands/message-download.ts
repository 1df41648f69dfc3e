import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { GatewayError } from '../../index.ts';
import { openApiClient } from '../api-client.ts';
import { createOutput } from '../output.ts';
import { countOctets, createProgress } from '../progress.ts';
import { directionOption, example, readWhole, senderOption, withApi } from './options.ts';
import type { ApiOptions } from './options.ts';

interface Options extends ApiOptions {
  readonly direction?: string;
  readonly from?: string;
  readonly output?: string;
}

export function messagePayloadCommand(): Command {
  return withApi(new Command('payload'))
    .description('The octets of a payload, checked against their digest.')
    .argument('<id>', 'MessageId')
    .argument('<n>', 'number of the payload; 1 is the first', readWhole)
    .addOption(directionOption())
    .addOption(senderOption())
    .option('-o, --output <file>', 'file (default: stdout)')
    .addHelpText('after', example('postiljon message payload ID 1 -o melding.xml -c gemeente/postiljon.yaml'))
    .action(async (id: string, n: number, options: Options) => {
      const client = await openApiClient(options);
      const path = `/messages/${encodeURIComponent(id)}/payloads/${n}`;
      const answer = await client.stream(path, { query: { direction: options.direction, from: options.from } });
      await download(answer, options, { messageId: id, number: n });
    });
}

export function messageRawCommand(): Command {
  return withApi(new Command('raw'))
    .description('The message as it travels: the envelope, or envelope and payloads as one MIME package.')
    .argument('<id>', 'MessageId')
    .addOption(directionOption())
    .addOption(senderOption())
    .option('-o, --output <file>', 'file (default: stdout)')
    .option('-i, --include', 'write the Content-Type as a header before it, which makes it a whole MIME file')
    .addHelpText('after', example('postiljon message raw ID -i -o bericht.mime -c gemeente/postiljon.yaml'))
    .action(async (id: string, options: Options & { readonly include?: true }) => {
      const client = await openApiClient(options);
      const path = `/messages/${encodeURIComponent(id)}/raw`;
      const answer = await client.stream(path, { query: { direction: options.direction, from: options.from } });
      const contentType = answer.headers['content-type'] ?? '';
      const head = options.include === true ? `MIME-Version: 1.0\r\nContent-Type: ${contentType}\r\n\r\n` : '';
      await download(answer, options, { messageId: id, contentType }, head);
    });
}

async function download(answer: IncomingMessage, options: Options, about: object, head = ''): Promise<void> {
  const json = options.json === true;
  const { output } = options;
  if (output === undefined) {
    process.stdout.write(head);
    await pipeline(answer, process.stdout, { end: false });
    return;
  }
  const size = await save(answer, { file: output, head, json });
  createOutput(json).answer({ ...about, file: output, size }, `Wrote ${output}\n`);
}

interface Target {
  readonly file: string;
  readonly head: string;
  readonly json: boolean;
}

/**
 * Under its name only when it is whole. Throws INTERNAL when the octets are not those whose digest the gateway named,
 * where it named one.
 */
async function save(answer: IncomingMessage, { file, head, json }: Target): Promise<number> {
  const partial = `${file}.part`;
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
    await pipeline(answer, shown, counted, createWriteStream(partial));
    const { etag } = answer.headers;
    if (etag !== undefined && etag !== `"${hash.digest('hex')}"`) {
      throw new GatewayError('INTERNAL', { detail: 'the octets do not have the digest that the gateway named' });
    }
    await rename(partial, file);
    return size;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
