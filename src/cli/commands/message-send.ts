import { setTimeout as pause } from 'node:timers/promises';
import { Command } from 'commander';
import { ERRORS, GatewayError } from '../../index.ts';
import type { ErrorCode } from '../../index.ts';
import { listOf, openApiClient, textOf } from '../api-client.ts';
import type { ApiClient, JsonObject } from '../api-client.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { createOutput } from '../output.ts';
import type { Output } from '../output.ts';
import type { End } from '../exit-codes.ts';
import { countOctets, createProgress } from '../progress.ts';
import { formData, parsePayloadArgument } from '../upload.ts';
import { collect, example, readWhole, withApi } from './options.ts';
import type { ApiOptions } from './options.ts';

interface Options extends ApiOptions {
  readonly cpa: string;
  readonly from: string;
  readonly fromRole?: string;
  readonly to?: string;
  readonly toRole?: string;
  readonly service: string;
  readonly action: string;
  readonly payload?: readonly string[];
  readonly conversation?: string;
  readonly refTo?: string;
  readonly messageId?: string;
  readonly idempotencyKey?: string;
  readonly wait?: true;
  readonly timeout: number;
}

const FINAL: ReadonlySet<string> = new Set(['DELIVERED', 'FAILED', 'EXPIRED', 'CANCELLED']);
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
const PAUSE_GROWTH = 1.5;

export function messageSendCommand(end: End): Command {
  return withApi(new Command('send'))
    .description('Send a message. It is stored, signed, when this answers; --wait shows how it ends.')
    .requiredOption('--cpa <id>', 'CPAId')
    .requiredOption('--from <party>', 'your party: urn:osb:oin:OIN or a bare OIN')
    .requiredOption('--service <service>', 'type:value, or the bare value where it is unique')
    .requiredOption('--action <action>', 'action')
    .option('--payload <file[=type]>', 'a payload with its media type; may be repeated', collect)
    .option('--to <party>', 'the receiver, where the CPA leaves a choice')
    .option('--from-role <role>', 'where the CPA leaves a choice')
    .option('--to-role <role>', 'where the CPA leaves a choice')
    .option('--conversation <id>', 'ConversationId (default: a new one)')
    .option('--ref-to <id>', 'MessageId that this one answers')
    .option('--message-id <id>', 'MessageId (default: a new one)')
    .option('--idempotency-key <key>', 'makes a repeat of this command harmless')
    .option('--wait', 'wait until the message has ended')
    .option('--timeout <seconds>', 'how long to wait at most', readWhole, 300)
    .addHelpText(
      'after',
      example(
        'postiljon message send --cpa ID --from 00000099000000001000 --service urn:osb:services:osb:melding:1.0 \\\n' +
          '      --action melden --payload melding.xml=text/xml --wait -c gemeente/postiljon.yaml',
      ),
    )
    .action((options: Options) => send(options, end));
}

async function send(options: Options, end: End): Promise<void> {
  const output = createOutput(options.json === true);
  const client = await openApiClient(options);
  const form = await formData(termsOf(options), (options.payload ?? []).map(parsePayloadArgument));
  const { headers } = form;
  const total = Number(headers['Content-Length']);
  const body = form.body.pipe(countOctets(createProgress(options.json === true), 'Sending', total));
  form.body.on('error', (error) => body.destroy(error));
  const key = options.idempotencyKey;
  const submitted = await client.json('/messages', {
    method: 'POST',
    headers: { ...headers, ...(key === undefined ? {} : { 'Idempotency-Key': key }) },
    body,
  });
  const id = textOf(submitted, 'messageId');
  if (options.wait !== true) {
    output.answer(submitted, `${id} ${textOf(submitted, 'state')}\n`);
    return;
  }
  const message = await waitForEnd(client, { id, timeoutMs: options.timeout * 1000, output });
  output.answer({ messageId: id, state: message['state'] }, '');
  end(await exitCodeFor(client, message));
}

function termsOf(options: Options): object {
  const { cpa, from, fromRole, to, toRole, service, action, conversation, refTo, messageId } = options;
  const terms = { cpaId: cpa, from, fromRole, to, toRole, service, action, messageId };
  return { ...terms, conversationId: conversation, refToMessageId: refTo };
}

/** Shows each state as it comes. Throws GATEWAY_UNREACHABLE. */
async function waitForEnd(
  client: ApiClient,
  { id, timeoutMs, output }: { readonly id: string; readonly timeoutMs: number; readonly output: Output },
): Promise<JsonObject> {
  const began = performance.now();
  let shown = '';
  let wait = FIRST_PAUSE_MS;
  for (;;) {
    const message = await client.json(`/messages/${encodeURIComponent(id)}`, { query: { direction: 'out' } });
    const state = textOf(message, 'state');
    const elapsed = performance.now() - began;
    if (state !== shown) output.say(`${id} ${state} after ${Math.round(elapsed)} ms\n`);
    shown = state;
    if (FINAL.has(state) || elapsed > timeoutMs) return message;
    await pause(wait);
    wait = Math.min(LONGEST_PAUSE_MS, wait * PAUSE_GROWTH);
  }
}

/** A message that failed ends the command as its last attempt did. */
async function exitCodeFor(client: ApiClient, message: JsonObject): Promise<number> {
  if (message['state'] === 'DELIVERED') return EXIT.done;
  const path = `/messages/${encodeURIComponent(textOf(message, 'messageId'))}/attempts`;
  const attempts = listOf(await client.json(path, { query: { direction: 'out' } }), 'items');
  const code = textOf(attempts.at(-1) ?? {}, 'code');
  if (!FINAL.has(textOf(message, 'state')))
    process.stderr.write('postiljon: not ended yet; the gateway goes on with it\n');
  return isCode(code) ? exitCodeOf(new GatewayError(code)) : EXIT.failed;
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}
