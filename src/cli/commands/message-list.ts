import { Command, Option } from 'commander';
import { openApiClient, textOf } from '../api-client.ts';
import type { JsonObject } from '../api-client.ts';
import { PAGE, showPages } from '../pages.ts';
import type { PageOptions } from '../pages.ts';
import { formatTable, tableWidth } from '../table.ts';
import { directionOption, example, readLimit, readTime, withApi } from './options.ts';
import type { ApiOptions } from './options.ts';

interface Options extends ApiOptions, PageOptions {
  readonly state?: string;
  readonly direction?: string;
  readonly cpa?: string;
  readonly service?: string;
  readonly action?: string;
  readonly conversation?: string;
  readonly destination?: string;
  readonly since?: string;
  readonly until?: string;
  readonly search?: string;
}

const STATES = ['RECEIVED', 'TAKEN', 'QUEUED', 'SENT', 'DELIVERED', 'FAILED', 'EXPIRED', 'CANCELLED'];
const HEAD = ['STORED (UTC)', 'STATE', 'NEXT', 'ACTION', 'PARTNER', 'MESSAGE'];
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
    .option('--destination <name>', 'received ones that go there, such as inbox, amqp or webhook:NAME')
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
  const { state, direction, service, action, destination, since, until } = options;
  const filters = { cpaId: options.cpa, conversationId: options.conversation, q: options.search };
  const query = { state, direction, service, action, destination, since, until, ...filters };
  await showPages(await openApiClient(options), options, { path: '/messages', query, things: 'messages', table });
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

/** Shortened on a terminal only: the end of an OIN tells more than its begin. */
function partner(message: JsonObject): string {
  const party = textOf(message, message['direction'] === 'in' ? 'fromPartyId' : 'toPartyId').replace(
    /^urn:osb:oin:/,
    '',
  );
  return party.length <= PARTNER_MAX || tableWidth(process.stdout) === Infinity
    ? party
    : `…${party.slice(1 - PARTNER_MAX)}`;
}
