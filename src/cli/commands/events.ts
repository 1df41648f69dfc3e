import { Command } from 'commander';
import { isObject, listOf, openApiClient, textOf } from '../api-client.ts';
import type { JsonObject } from '../api-client.ts';
import { followEvents } from '../event-stream.ts';
import { createOutput } from '../output.ts';
import { inOneLine } from '../printable.ts';
import { example, readLimit, readWhole, withApi } from './options.ts';
import type { ApiOptions } from './options.ts';

interface Options extends ApiOptions {
  readonly after: number;
  readonly limit: number;
  readonly follow?: true;
}

const TYPE_PREFIX = /^nl\.postiljon\./;
/** What the line says already. */
const SHOWN = new Set(['messageId', 'cpaId']);

export function eventsCommand(): Command {
  return withApi(new Command('events'))
    .description('What happened, in the order it happened; with --follow also what happens, until you stop it.')
    .option('--after <sequence>', 'only what came after this one', readWhole, 0)
    .option('--limit <count>', 'events of a page', readLimit, 100)
    .option('--follow', 'go on as it happens; a gateway that restarts is waited for, and nothing is left out')
    .addHelpText(
      'after',
      example(
        'postiljon events --after 1200 -c gemeente/postiljon.yaml',
        'postiljon events --follow --json -c gemeente/postiljon.yaml | jq .type',
      ),
    )
    .action(events);
}

async function events(options: Options): Promise<void> {
  const { after, limit } = options;
  const client = await openApiClient(options);
  const json = options.json === true;
  if (options.follow === true) {
    await followEvents(client, {
      after,
      each: (event) => void process.stdout.write(json ? `${JSON.stringify(event)}\n` : eventLine(event)),
      lost: () => void process.stderr.write('postiljon: the gateway went away; trying again\n'),
    });
  }
  const answer = await client.json('/events', { query: { after, limit } });
  const next = textOf(answer, 'next');
  const lines = listOf(answer, 'items').map(eventLine).join('');
  const more = next === '' ? '' : `More: --after ${next}\n`;
  createOutput(json).answer(answer, lines === '' ? 'No events.\n' : lines + more);
}

/** `17 2026-11-22 12:00:00 message.delivered ID (direction out)`. */
export function eventLine(event: JsonObject): string {
  const data = event['data'];
  const facts = isObject(data)
    ? Object.entries(data).flatMap(([name]) => (SHOWN.has(name) ? [] : [`${name} ${textOf(data, name)}`]))
    : [];
  const subject = textOf(event, 'subject') || (isObject(data) ? textOf(data, 'cpaId') : '');
  const time = textOf(event, 'time').slice(0, 19).replace('T', ' ');
  const type = textOf(event, 'type').replace(TYPE_PREFIX, '');
  const more = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  const line = `${textOf(event, 'sequence')} ${time} ${type}${subject === '' ? '' : ` ${subject}`}${more}`;
  return `${inOneLine(line)}\n`;
}
