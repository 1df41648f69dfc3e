import { Command } from 'commander';
import { isObject, listOf, openApiClient, textOf } from '../api-client.ts';
import type { JsonObject } from '../api-client.ts';
import { createOutput } from '../output.ts';
import type { End } from '../exit-codes.ts';
import { formatFields, formatTable, tableWidth } from '../table.ts';
import { messagePayloadCommand, messageRawCommand } from './message-download.ts';
import { messageListCommand } from './message-list.ts';
import { messageCancelCommand, messageHandOverCommand, messageResendCommand } from './message-operate.ts';
import { messageSendCommand } from './message-send.ts';
import { directionOption, example, senderOption, withApi } from './options.ts';
import type { ApiOptions } from './options.ts';

interface OneOptions extends ApiOptions {
  readonly direction?: string;
  readonly from?: string;
}

const DETAIL_MAX = 45;

export function messageCommand(end: End): Command {
  const command = new Command('message').description('Messages of the running gateway.');
  const children = [
    messageSendCommand(end),
    messageListCommand(),
    showCommand(),
    messagePayloadCommand(),
    messageRawCommand(),
    attemptsCommand(),
    messageResendCommand(end),
    messageCancelCommand(),
    messageHandOverCommand(),
  ];
  for (const child of children) command.addCommand(child);
  return command;
}

function showCommand(): Command {
  return withApi(new Command('show'))
    .description('One message with its payloads and attempts.')
    .argument('<id>', 'MessageId')
    .addOption(directionOption())
    .addOption(senderOption())
    .addHelpText('after', example('postiljon message show ID -c gemeente/postiljon.yaml'))
    .action(async (id: string, options: OneOptions) => {
      const client = await openApiClient(options);
      const path = `/messages/${encodeURIComponent(id)}`;
      const query = { direction: options.direction, from: options.from };
      const message = await client.json(path, { query });
      const attempts = listOf(await client.json(`${path}/attempts`, { query }), 'items');
      createOutput(options.json === true).answer({ ...message, attemptLog: attempts }, describe(message, attempts));
    });
}

function attemptsCommand(): Command {
  return withApi(new Command('attempts'))
    .description('Each attempt to send a message: when, what the partner answered, what went wrong.')
    .argument('<id>', 'MessageId')
    .addOption(directionOption())
    .addOption(senderOption())
    .addHelpText('after', example('postiljon message attempts ID -c gemeente/postiljon.yaml'))
    .action(async (id: string, options: OneOptions) => {
      const client = await openApiClient(options);
      const query = { direction: options.direction, from: options.from };
      const answer = await client.json(`/messages/${encodeURIComponent(id)}/attempts`, { query });
      const rows = listOf(answer, 'items');
      createOutput(options.json === true).answer(answer, rows.length === 0 ? 'No attempts.\n' : attemptTable(rows));
    });
}

function describe(message: JsonObject, attempts: readonly JsonObject[]): string {
  const names = [
    'messageId',
    'direction',
    'state',
    'stateAt',
    'destination',
    'cpaId',
    'fromPartyId',
    'fromRole',
    'toPartyId',
    'toRole',
  ];
  const more = [
    'service',
    'action',
    'conversationId',
    'refToMessageId',
    'resendOf',
    'timestamp',
    'timeToLive',
    'storedAt',
    'nextAttemptAt',
    'sequenceNumber',
  ];
  const stands = handoverOf(message);
  const held = message['held'] === true ? [['held', 'waits for earlier messages of its conversation'] as const] : [];
  const fields = [...names, ...more].map((name) => [name, textOf(message, name)] as const);
  const head = formatFields([
    ...fields,
    ['replyTo', replyOf(message)],
    ['handover', stands],
    ['partnerError', saidOf(message)],
    ...held,
  ]);
  const payloads = listOf(message, 'payloads').map((payload) => [
    textOf(payload, 'number'),
    textOf(payload, 'size'),
    textOf(payload, 'contentType'),
    textOf(payload, 'name'),
  ]);
  return [
    head,
    payloads.length === 0 ? '' : `\n${formatTable(['PAYLOAD', 'OCTETS', 'TYPE', 'NAME'], payloads)}`,
    attempts.length === 0 ? '' : `\n${attemptTable(attempts)}`,
  ].join('');
}

/** What the partner said against it, in one line. */
function saidOf({ partnerError }: JsonObject): string {
  if (!isObject(partnerError)) return '';
  const said = ['at', 'severity', 'errorCode', 'location', 'description'].map((name) => textOf(partnerError, name));
  return inOneLine(said.join(' '));
}

/** Where the response to it goes, in one line. */
function replyOf({ replyTo }: JsonObject): string {
  if (!isObject(replyTo)) return '';
  const [destination, address, correlation] = ['destination', 'address', 'correlationId'].map((name) =>
    textOf(replyTo, name),
  );
  return inOneLine(`${destination} ${address}, as ${correlation}`);
}

/** How handing over stands, in one line. */
function handoverOf({ handover }: JsonObject): string {
  if (!isObject(handover)) return '';
  const tried = `${textOf(handover, 'attempts')} attempts`;
  const stopped = handover['stopped'] === true ? 'stopped: `postiljon message hand-over` tries again' : '';
  const failure = ['failedAt', 'code', 'detail']
    .map((name) => textOf(handover, name))
    .join(' ')
    .trim();
  return inOneLine([tried, failure, stopped].filter((text) => text !== '').join('; '));
}

function inOneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
}

function attemptTable(attempts: readonly JsonObject[]): string {
  const width = tableWidth(process.stdout);
  const rows = attempts.map((attempt) => [
    textOf(attempt, 'number'),
    textOf(attempt, 'startedAt'),
    textOf(attempt, 'status'),
    textOf(attempt, 'code'),
    textOf(attempt, 'detail').slice(0, width === Infinity ? undefined : DETAIL_MAX),
  ]);
  return formatTable(['ATTEMPT', 'AT', 'HTTP', 'CODE', 'DETAIL'], rows);
}
