import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Command, Option } from 'commander';
import { GatewayError } from '../../index.ts';
import { listOf, openApiClient, textOf } from '../api-client.ts';
import type { JsonObject } from '../api-client.ts';
import { createOutput } from '../output.ts';
import type { End } from '../exit-codes.ts';
import { formatFields, formatTable } from '../table.ts';
import { messageSendCommand } from './message-send.ts';
import { example, readWhole, withApi } from './options.ts';
import type { ApiOptions } from './options.ts';

interface ListOptions extends ApiOptions {
  readonly state?: string;
  readonly direction?: string;
  readonly cpa?: string;
  readonly service?: string;
  readonly action?: string;
  readonly conversation?: string;
  readonly since?: string;
  readonly until?: string;
  readonly search?: string;
  readonly limit: number;
  readonly cursor?: string;
}

interface OneOptions extends ApiOptions {
  readonly direction?: string;
}

const PARTNER_MAX = 12;
const DETAIL_MAX = 45;

export function messageCommand(end: End): Command {
  const command = new Command('message').description('Messages of the running gateway.');
  for (const child of [messageSendCommand(end), listCommand(), showCommand(), payloadCommand()])
    command.addCommand(child);
  return command;
}

function listCommand(): Command {
  return withApi(new Command('list'))
    .description('Find messages, newest first.')
    .option('--state <state>', 'RECEIVED, TAKEN, QUEUED, SENT, DELIVERED, FAILED, EXPIRED or CANCELLED')
    .addOption(directionOption())
    .option('--cpa <id>', 'CPAId')
    .option('--service <service>', 'as type:value')
    .option('--action <action>', 'action')
    .option('--conversation <id>', 'ConversationId')
    .option('--since <time>', 'stored at or after, RFC 3339')
    .option('--until <time>', 'stored before')
    .option('--search <text>', 'part of MessageId, ConversationId, a party or an action')
    .option('--limit <count>', 'messages of a page', readWhole, 20)
    .option('--cursor <cursor>', 'the following page')
    .addHelpText('after', example('postiljon message list --state FAILED -c gemeente/postiljon.yaml'))
    .action(async (options: ListOptions) => {
      const { state, direction, service, action, since, until, limit, cursor } = options;
      const filters = { cpaId: options.cpa, conversationId: options.conversation, q: options.search };
      const query = { state, direction, service, action, since, until, limit, cursor, ...filters };
      const answer = await (await openApiClient(options)).json('/messages', { query });
      createOutput(options.json === true).answer(answer, describePage(answer));
    });
}

function showCommand(): Command {
  return withApi(new Command('show'))
    .description('One message with its payloads and attempts.')
    .argument('<id>', 'MessageId')
    .addOption(directionOption())
    .addHelpText('after', example('postiljon message show ID -c gemeente/postiljon.yaml'))
    .action(async (id: string, options: OneOptions) => {
      const client = await openApiClient(options);
      const path = `/messages/${encodeURIComponent(id)}`;
      const query = { direction: options.direction };
      const message = await client.json(path, { query });
      const attempts = listOf(await client.json(`${path}/attempts`, { query }), 'items');
      createOutput(options.json === true).answer({ ...message, attemptLog: attempts }, describe(message, attempts));
    });
}

function payloadCommand(): Command {
  return withApi(new Command('payload'))
    .description('The octets of a payload, checked against their digest.')
    .argument('<id>', 'MessageId')
    .argument('<n>', 'number of the payload; 1 is the first', readWhole)
    .addOption(directionOption())
    .option('-o, --output <file>', 'file (default: stdout)')
    .addHelpText('after', example('postiljon message payload ID 1 -o melding.xml -c gemeente/postiljon.yaml'))
    .action(async (id: string, n: number, options: OneOptions & { readonly output?: string }) => {
      const client = await openApiClient(options);
      const path = `/messages/${encodeURIComponent(id)}/payloads/${n}`;
      const answer = await client.stream(path, { query: { direction: options.direction } });
      const { output } = options;
      if (output === undefined) {
        await pipeline(answer, process.stdout, { end: false });
        return;
      }
      const size = await save(answer, output, answer.headers.etag ?? '');
      createOutput(options.json === true).answer({ messageId: id, number: n, file: output, size }, `Wrote ${output}\n`);
    });
}

/** Under its name only when it is whole. Throws INTERNAL when the octets are not those that the gateway named. */
async function save(octets: AsyncIterable<Uint8Array>, file: string, etag: string): Promise<number> {
  const partial = `${file}.part`;
  const hash = createHash('sha256');
  let size = 0;
  const counted = async function* (source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of source) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  };
  try {
    await pipeline(octets, counted, createWriteStream(partial));
    if (etag !== `"${hash.digest('hex')}"`) {
      throw new GatewayError('INTERNAL', { detail: 'the octets do not have the digest that the gateway named' });
    }
    await rename(partial, file);
    return size;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

function directionOption(): Option {
  return new Option('--direction <direction>', 'received (in) or sent (out)').choices(['in', 'out']);
}

function describePage(answer: JsonObject): string {
  const items = listOf(answer, 'items');
  if (items.length === 0) return 'No messages.\n';
  const rows = items.map((message) => [
    textOf(message, 'storedAt').slice(5, 19).replace('T', ' '),
    textOf(message, 'state'),
    textOf(message, 'action'),
    partner(message),
    textOf(message, 'messageId'),
  ]);
  const next = textOf(answer, 'next');
  const more = next === '' ? '' : `More: --cursor ${next}\n`;
  return formatTable(['STORED (UTC)', 'STATE', 'ACTION', 'PARTNER', 'MESSAGE'], rows) + more;
}

function describe(message: JsonObject, attempts: readonly JsonObject[]): string {
  const names = [
    'messageId',
    'direction',
    'state',
    'stateAt',
    'cpaId',
    'fromPartyId',
    'fromRole',
    'toPartyId',
    'toRole',
  ];
  const more = ['service', 'action', 'conversationId', 'refToMessageId', 'timestamp', 'timeToLive', 'storedAt'];
  const head = formatFields([...names, ...more].map((name) => [name, textOf(message, name)]));
  const payloads = listOf(message, 'payloads').map((payload) => [
    textOf(payload, 'number'),
    textOf(payload, 'size'),
    textOf(payload, 'contentType'),
    textOf(payload, 'name'),
  ]);
  const tries = attempts.map((attempt) => [
    textOf(attempt, 'number'),
    textOf(attempt, 'startedAt'),
    textOf(attempt, 'status'),
    textOf(attempt, 'code'),
    textOf(attempt, 'detail').slice(0, DETAIL_MAX),
  ]);
  return [
    head,
    payloads.length === 0 ? '' : `\n${formatTable(['PAYLOAD', 'OCTETS', 'TYPE', 'NAME'], payloads)}`,
    tries.length === 0 ? '' : `\n${formatTable(['ATTEMPT', 'AT', 'HTTP', 'CODE', 'DETAIL'], tries)}`,
  ].join('');
}

/** The end of an OIN tells more than its begin. */
function partner(message: JsonObject): string {
  const party = textOf(message, message['direction'] === 'in' ? 'fromPartyId' : 'toPartyId').replace(
    /^urn:osb:oin:/,
    '',
  );
  return party.length <= PARTNER_MAX ? party : `…${party.slice(1 - PARTNER_MAX)}`;
}
