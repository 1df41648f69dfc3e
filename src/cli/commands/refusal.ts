import { Command, InvalidArgumentError } from 'commander';
import { ERRORS } from '../../index.ts';
import { listOf, openApiClient, textOf } from '../api-client.ts';
import type { JsonObject } from '../api-client.ts';
import { createOutput } from '../output.ts';
import { formatFields, formatTable } from '../table.ts';
import { example, readLimit, readTime, withApi } from './options.ts';
import type { ApiOptions } from './options.ts';

interface ListOptions extends ApiOptions {
  readonly code?: string;
  readonly since?: string;
  readonly limit: number;
  readonly cursor?: string;
}

const HEAD = ['AT (UTC)', 'CODE', 'REMOTE', 'MESSAGE', 'REFUSAL'];
const FIELDS = ['id', 'at', 'code', 'location', 'detail', 'remote', 'messageId', 'cpaId', 'fromPartyId'];

export function refusalCommand(): Command {
  return new Command('refusal')
    .description('What partners sent and was refused: it is no message, and kept as evidence.')
    .addCommand(listCommand())
    .addCommand(showCommand());
}

function listCommand(): Command {
  return withApi(new Command('list'))
    .description('Refusals, newest first.')
    .option('--code <code>', 'only with this code of docs/errors.md', readCode)
    .option('--since <time>', 'at or after: RFC 3339, or how long ago (2h, 7d)', readTime)
    .option('--limit <count>', 'refusals of a page', readLimit, 20)
    .option('--cursor <cursor>', 'the following page, as the page before names it')
    .addHelpText(
      'after',
      example('postiljon refusal list --code TLS_CLIENT_CERTIFICATE --since 7d -c gemeente/postiljon.yaml'),
    )
    .action(async (options: ListOptions) => {
      const { code, since, limit, cursor } = options;
      const client = await openApiClient(options);
      const answer = await client.json('/refusals', { query: { code, since, limit, cursor } });
      const items = listOf(answer, 'items');
      const next = textOf(answer, 'next');
      const more = next === '' ? '' : `More: --cursor ${next}\n`;
      const text = items.length === 0 ? 'No refusals.\n' : formatTable(HEAD, items.map(cells)) + more;
      createOutput(options.json === true).answer(answer, text);
    });
}

function showCommand(): Command {
  return withApi(new Command('show'))
    .description('One refusal: why, where, from whom, and the begin of the envelope.')
    .argument('<id>', 'its id, as `refusal list` and alerts name it')
    .addHelpText('after', example('postiljon refusal show ID -c gemeente/postiljon.yaml'))
    .action(async (id: string, options: ApiOptions) => {
      const refusal = await (await openApiClient(options)).json(`/refusals/${encodeURIComponent(id)}`);
      createOutput(options.json === true).answer(refusal, describe(refusal));
    });
}

function cells(refusal: JsonObject): readonly string[] {
  const at = textOf(refusal, 'at').slice(0, 19).replace('T', ' ');
  return [at, ...['code', 'remote', 'messageId', 'id'].map((name) => harmless(textOf(refusal, name)))];
}

function describe(refusal: JsonObject): string {
  const fields = FIELDS.map((name) => [name, harmless(textOf(refusal, name))] as const);
  const code = textOf(refusal, 'code');
  const remedy = isCode(code) ? ERRORS[code].remedy : undefined;
  const sample = Buffer.from(textOf(refusal, 'sample'), 'base64').toString('utf8');
  const envelope = sample === '' ? '' : `\n${sample.split(/\r?\n/).map(harmless).join('\n')}\n`;
  return formatFields([...fields, ['do', remedy]]) + envelope;
}

/** What a stranger wrote must not steer the terminal of who looks at it. */
function harmless(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ');
}

function readCode(text: string): string {
  const code = text.toUpperCase().replaceAll('-', '_');
  if (isCode(code)) return code;
  throw new InvalidArgumentError('It must be a code of docs/errors.md, such as SIGNATURE_INVALID.');
}

function isCode(code: string): code is keyof typeof ERRORS {
  return Object.hasOwn(ERRORS, code);
}
