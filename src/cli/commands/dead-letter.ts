import { Command, Option } from 'commander';
import { isObject, openApiClient, textOf } from '../api-client.ts';
import type { JsonObject } from '../api-client.ts';
import { createOutput } from '../output.ts';
import { PAGE, showPages } from '../pages.ts';
import type { PageOptions } from '../pages.ts';
import { formatTable } from '../table.ts';
import { example, readLimit, withApi } from './options.ts';
import type { ApiOptions } from './options.ts';

interface ListOptions extends ApiOptions, PageOptions {
  readonly subscriber?: string;
}

const HEAD = ['LAST TRY (UTC)', 'SUBSCRIBER', 'EVENT', 'CODE', 'DETAIL', 'DEAD LETTER'];

export function deadLetterCommand(): Command {
  return new Command('dead-letter')
    .description('Events that a subscriber, such as a webhook, did not take.')
    .addCommand(listCommand())
    .addCommand(replayCommand());
}

function listCommand(): Command {
  return withApi(new Command('list'))
    .description('Dead letters, newest first.')
    .option('--subscriber <name>', 'only of this one, such as webhook:NAME')
    .option('--limit <count>', `dead letters of a page (default: ${PAGE})`, readLimit)
    .addOption(new Option('--cursor <cursor>', 'the following page, as the page before names it').conflicts('all'))
    .option('--all', 'every page')
    .addHelpText('after', example('postiljon dead-letter list --subscriber webhook:zaak -c gemeente/postiljon.yaml'))
    .action(async (options: ListOptions) => {
      const query = { subscriber: options.subscriber };
      const client = await openApiClient(options);
      await showPages(client, options, { path: '/dead-letters', query, things: 'dead letters', table });
    });
}

function replayCommand(): Command {
  return withApi(new Command('replay'))
    .description('Send the event to its subscriber once more, under the same id.')
    .argument('<id>', 'id of the dead letter')
    .addHelpText('after', example('postiljon dead-letter replay ID -c gemeente/postiljon.yaml'))
    .action(async (id: string, options: ApiOptions) => {
      const client = await openApiClient(options);
      const answer = await client.json(`/dead-letters/${encodeURIComponent(id)}/replay`, { method: 'POST' });
      createOutput(options.json === true).answer(answer, `${id} is sent once more\n`);
    });
}

function table(items: readonly JsonObject[]): string {
  const rows = items.map((letter) => [
    textOf(letter, 'at').slice(5, 19).replace('T', ' '),
    textOf(letter, 'subscriber'),
    isObject(letter['event']) ? textOf(letter['event'], 'type').replace(/^nl\.postiljon\./, '') : '',
    textOf(letter, 'code'),
    textOf(letter, 'detail'),
    textOf(letter, 'id'),
  ]);
  return formatTable(HEAD, rows);
}
