import { Command } from 'commander';
import { listOf, openApiClient, textOf, textsOf } from '../api-client.ts';
import type { JsonObject } from '../api-client.ts';
import { createOutput } from '../output.ts';
import { formatTable } from '../table.ts';
import { example, withApi } from './options.ts';
import type { ApiOptions } from './options.ts';

const HEAD = ['SERVICE', 'ROLE', 'PROFILE', 'PARTNERS', 'OPERATIONS', 'WHERE'];

export function wusListCommand(): Command {
  return withApi(new Command('list'))
    .description(
      'Services of the running gateway: those that partners call here, and those of partners that can be called.',
    )
    .addHelpText('after', example('postiljon wus list -c gemeente/postiljon.yaml'))
    .action(async (options: ApiOptions) => {
      const answer = await (await openApiClient(options)).json('/wus/services');
      const items = listOf(answer, 'items');
      const none = 'No services: add them to wus.services in the configuration.\n';
      createOutput(options.json === true).answer(answer, items.length === 0 ? none : table(items));
    });
}

function table(items: readonly JsonObject[]): string {
  const rows = items.map((service) => [
    textOf(service, 'name'),
    textOf(service, 'role'),
    textOf(service, 'profile'),
    textsOf(service, 'partners').join(' '),
    listOf(service, 'operations')
      .map((operation) => textOf(operation, 'name'))
      .join(' '),
    textOf(service, 'endpoint') || textOf(service, 'backend'),
  ]);
  return formatTable(HEAD, rows);
}
