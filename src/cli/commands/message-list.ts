import { Command, Option } from 'commander';
import { listOf, openApiClient, textOf } from '../api-client.ts';
import type { ApiClient, ApiRequest, JsonObject } from '../api-client.ts';
import { createOutput } from '../output.ts';
import { formatTable } from '../table.ts';
import { directionOption, example, readLimit, readTime, withApi } from './options.ts';
import type { ApiOptions } from './options.ts';

interface Options extends ApiOptions {
  readonly state?: string;
  readonly direction?: string;
  readonly cpa?: string;
  readonly service?: string;
  readonly action?: string;
  readonly conversation?: string;
  readonly since?: string;
  readonly until?: string;
  readonly search?: string;
  readonly limit?: number;
  readonly cursor?: string;
  readonly all?: true;
}

const STATES = ['RECEIVED', 'TAKEN', 'QUEUED', 'SENT', 'DELIVERED', 'FAILED', 'EXPIRED', 'CANCELLED'];
const HEAD = ['STORED (UTC)', 'STATE', 'NEXT', 'ACTION', 'PARTNER', 'MESSAGE'];
const PAGE = 20;
const LARGEST_PAGE = 1000;
const PARTNER_MAX = 12;

export function messageListCommand(): Command {
  return withApi(new Command('list'))
    .description('Find messages, newest first.')
    .addOption(new Option('--state <state>', 'only in this state').choices(STATES))
    .addOption(directionOption())
    .option('--cpa <id>', 'CPAId')
    .option('--service <service>', 'as type:value')
    .option('--action <action>', 'action')
    .option('--conversation <id>', 'ConversationId')
    .option('--since <time>', 'stored at or after: RFC 3339, or how long ago (2h, 7d)', readTime)
    .option('--until <time>', 'stored before', readTime)
    .option('--search <text>', 'part of MessageId, ConversationId, a party or an action')
    .option('--limit <count>', `messages of a page (default: ${PAGE})`, readLimit)
    .addOption(new Option('--cursor <cursor>', 'the following page, as the page before names it').conflicts('all'))
    .option('--all', 'every page')
    .addHelpText(
      'after',
      example(
        'postiljon message list --state FAILED --since 7d -c gemeente/postiljon.yaml',
        'postiljon message list --search zaak-77 --all --json -c gemeente/postiljon.yaml',
      ),
    )
    .action(list);
}

async function list(options: Options): Promise<void> {
  const client = await openApiClient(options);
  const { state, direction, service, action, since, until, cursor } = options;
  const filters = { cpaId: options.cpa, conversationId: options.conversation, q: options.search };
  const query = { state, direction, service, action, since, until, ...filters };
  if (options.all === true) return listAll(client, { query, json: options.json === true, limit: options.limit });
  const answer = await client.json('/messages', { query: { ...query, limit: options.limit ?? PAGE, cursor } });
  const next = textOf(answer, 'next');
  const more = next === '' ? '' : `More: --cursor ${next}\n`;
  const items = listOf(answer, 'items');
  createOutput(options.json === true).answer(answer, items.length === 0 ? 'No messages.\n' : table(items) + more);
}

interface All {
  readonly query: NonNullable<ApiRequest['query']>;
  readonly json: boolean;
  readonly limit: number | undefined;
}

/** Page after page, each written as it comes: a long list is never held whole. */
async function listAll(client: ApiClient, { query, json, limit = LARGEST_PAGE }: All): Promise<void> {
  let count = 0;
  if (json) await write('{"items":[');
  for (let cursor: string | undefined; cursor !== ''; ) {
    const answer: JsonObject = await client.json('/messages', { query: { ...query, limit, cursor } });
    const items = listOf(answer, 'items');
    if (items.length > 0) {
      const text = json ? items.map((item) => JSON.stringify(item)).join(',') : table(items);
      await write(json && count > 0 ? `,${text}` : text);
    }
    count += items.length;
    cursor = textOf(answer, 'next');
  }
  await write(json ? ']}\n' : `${count} messages\n`);
}

function write(text: string): Promise<void> {
  return new Promise((resolve) => void process.stdout.write(text, () => resolve()));
}

function table(items: readonly JsonObject[]): string {
  const rows = items.map((message) => [
    textOf(message, 'storedAt').slice(5, 19).replace('T', ' '),
    textOf(message, 'state'),
    nextOf(message),
    textOf(message, 'action'),
    partner(message),
    textOf(message, 'messageId'),
  ]);
  return formatTable(HEAD, rows);
}

/** When it is sent again; or that it waits for earlier ones of its conversation. */
function nextOf(message: JsonObject): string {
  if (message['held'] === true) return 'held';
  return textOf(message, 'nextAttemptAt').slice(5, 16).replace('T', ' ');
}

/** The end of an OIN tells more than its begin. */
function partner(message: JsonObject): string {
  const party = textOf(message, message['direction'] === 'in' ? 'fromPartyId' : 'toPartyId').replace(
    /^urn:osb:oin:/,
    '',
  );
  return party.length <= PARTNER_MAX ? party : `…${party.slice(1 - PARTNER_MAX)}`;
}
