import { Command, Option } from 'commander';
import { CONSULTATION_RESULTS } from '../../index.ts';
import { openApiClient, textOf } from '../api-client.ts';
import type { JsonObject } from '../api-client.ts';
import { createOutput } from '../output.ts';
import { PAGE, showPages } from '../pages.ts';
import type { PageOptions } from '../pages.ts';
import { formatFields, formatTable } from '../table.ts';
import { example, readLimit, readTime, withApi } from './options.ts';
import type { ApiOptions } from './options.ts';

interface Options extends ApiOptions, PageOptions {
  readonly service?: string;
  readonly operation?: string;
  readonly partner?: string;
  readonly result?: string;
  readonly role?: string;
  readonly messageId?: string;
  readonly since?: string;
  readonly until?: string;
}

const RESULTS = Object.keys(CONSULTATION_RESULTS);
const HEAD = ['AT (UTC)', 'RESULT', 'CODE', 'MS', 'SERVICE', 'OPERATION', 'PARTNER', 'CONSULTATION'];

export function wusConsultationsCommand(): Command {
  return withApi(new Command('consultations'))
    .description('Who consulted which service, when, and how it went; newest first.')
    .option('--service <name>', 'name of the service')
    .option('--operation <name>', 'name of the operation')
    .option('--partner <oin>', 'OIN of the partner')
    .addOption(new Option('--result <result>', 'only those that ended so').choices(RESULTS))
    .addOption(
      new Option('--role <role>', 'partners asked (provider), or we did (consumer)').choices(['provider', 'consumer']),
    )
    .option('--message-id <id>', 'wsa:MessageID of the request')
    .option('--since <time>', 'at or after: RFC 3339, or how long ago (2h, 7d)', readTime)
    .option('--until <time>', 'before', readTime)
    .option('--limit <count>', `consultations of a page (default: ${PAGE})`, readLimit)
    .addOption(new Option('--cursor <cursor>', 'the following page, as the page before names it').conflicts('all'))
    .option('--all', 'every page')
    .addHelpText(
      'after',
      example(
        'postiljon wus consultations --result refused --since 1d -c gemeente/postiljon.yaml',
        'postiljon wus consultations --partner 00000099000000002000 --all --json -c gemeente/postiljon.yaml',
      ),
    )
    .action(async (options: Options) => {
      const { service, operation, partner, result, role, messageId, since, until } = options;
      const query = { service, operation, partner, result, role, messageId, since, until };
      const things = 'consultations';
      await showPages(await openApiClient(options), options, { path: '/wus/consultations', query, things, table });
    });
}

export function wusConsultationCommand(): Command {
  return withApi(new Command('consultation'))
    .description('One consultation, with the bodies where the service keeps them (logContent).')
    .argument('<id>', 'id of the record')
    .addHelpText('after', example('postiljon wus consultation ID -c gemeente/postiljon.yaml'))
    .action(async (id: string, options: ApiOptions) => {
      const client = await openApiClient(options);
      const one = await client.json(`/wus/consultations/${encodeURIComponent(id)}`);
      createOutput(options.json === true).answer(one, describe(one));
    });
}

function table(items: readonly JsonObject[]): string {
  const rows = items.map((one) => [
    textOf(one, 'at').slice(5, 19).replace('T', ' '),
    textOf(one, 'result'),
    textOf(one, 'code'),
    textOf(one, 'durationMs'),
    textOf(one, 'service'),
    textOf(one, 'operation'),
    // The end of an OIN tells more than its begin.
    textOf(one, 'partner').replace(/^.*(?=.{11}$)/, '…'),
    textOf(one, 'id'),
  ]);
  return formatTable(HEAD, rows);
}

const FIELDS = [
  'id',
  'role',
  'service',
  'operation',
  'party',
  'partner',
  'tlsOin',
  'at',
  'durationMs',
  'messageId',
  'answerId',
  'result',
  'code',
  'detail',
  'remote',
];

function describe(one: JsonObject): string {
  const bodies = (['request', 'answer'] as const)
    .filter((name) => textOf(one, name) !== '')
    .map((name) => `\n${name}:\n${textOf(one, name)}\n`);
  return formatFields(FIELDS.map((name) => [name, textOf(one, name)] as const)) + bodies.join('');
}
