import { Command } from 'commander';
import { GatewayError } from '../../index.ts';
import { listOf, openApiClient, textOf } from '../api-client.ts';
import { EXIT } from '../exit-codes.ts';
import type { End } from '../exit-codes.ts';
import { followJob } from '../follow-job.ts';
import { createOutput } from '../output.ts';
import { example, readTime, senderOption, withApi } from './options.ts';
import type { ApiOptions } from './options.ts';

interface ResendOptions extends ApiOptions {
  readonly idempotencyKey?: string;
  readonly from?: string;
  readonly allFailed?: true;
  readonly since?: string;
  readonly cpa?: string;
}

export function messageResendCommand(end: End): Command {
  return withApi(new Command('resend'))
    .description('Send a sent message once more, as a new message with the same content. The partner sees another one.')
    .argument('[id]', 'MessageId of the message that was sent')
    .addOption(senderOption())
    .option('--all-failed', 'every message that is FAILED, instead of one')
    .option('--since <time>', 'with --all-failed: stored at or after, RFC 3339 or how long ago (2h, 7d)', readTime)
    .option('--cpa <id>', 'with --all-failed: under this contract')
    .option('--idempotency-key <key>', 'makes a repeat of this command harmless')
    .addHelpText(
      'after',
      example(
        'postiljon message resend ID -c gemeente/postiljon.yaml',
        'postiljon message resend --all-failed --since 2h --idempotency-key herstel-1 -c gemeente/postiljon.yaml',
      ),
    )
    .action(async (id: string | undefined, options: ResendOptions) => {
      if ((id === undefined) !== (options.allFailed === true)) {
        throw new GatewayError('OPTION_INVALID', { location: 'ID', detail: 'name one message, or --all-failed' });
      }
      await (id === undefined ? resendFailed(options, end) : resendOne(id, options));
    });
}

async function resendOne(id: string, options: ResendOptions): Promise<void> {
  const answer = await (await openApiClient(options)).json(`/messages/${encodeURIComponent(id)}/resend`, {
    method: 'POST',
    headers: keyHeader(options),
    query: { from: options.from },
  });
  const text = `${textOf(answer, 'messageId')} ${textOf(answer, 'state')}, sends ${id} once more\n`;
  createOutput(options.json === true).answer(answer, text);
}

/** Ends with 1 when one of them could not be sent again. */
async function resendFailed(options: ResendOptions, end: End): Promise<void> {
  const query = {
    state: 'FAILED',
    ...(options.since === undefined ? {} : { since: options.since }),
    ...(options.cpa === undefined ? {} : { cpaId: options.cpa }),
  };
  const client = await openApiClient(options);
  const job = await followJob(
    client,
    { operation: 'resend', query },
    { headers: keyHeader(options), json: options.json === true },
  );
  const failures = listOf(job, 'failures').map(
    (one) => `  ${textOf(one, 'messageId')}: ${textOf(one, 'code')} ${textOf(one, 'detail')}\n`,
  );
  const counts = `${textOf(job, 'done')} of ${textOf(job, 'total')} sent once more, ${textOf(job, 'failed')} not\n`;
  createOutput(options.json === true).answer(job, counts + failures.join(''));
  if (textOf(job, 'state') !== 'done' || textOf(job, 'failed') !== '0') end(EXIT.failed);
}

function keyHeader({ idempotencyKey: key }: ResendOptions): Readonly<Record<string, string>> {
  return key === undefined ? {} : { 'Idempotency-Key': key };
}

export function messageCancelCommand(): Command {
  return withApi(new Command('cancel'))
    .description('Send a message no more. What the partner has it keeps; a receipt that comes later changes nothing.')
    .argument('<id>', 'MessageId')
    .addOption(senderOption())
    .addHelpText('after', example('postiljon message cancel ID -c gemeente/postiljon.yaml'))
    .action(async (id: string, options: ApiOptions & { readonly from?: string }) => {
      const client = await openApiClient(options);
      const answer = await client.json(`/messages/${encodeURIComponent(id)}/cancel`, {
        method: 'POST',
        query: { from: options.from },
      });
      createOutput(options.json === true).answer(answer, `${id} ${textOf(answer, 'state')}\n`);
    });
}

export function messageHandOverCommand(): Command {
  return withApi(new Command('hand-over'))
    .description('Hand a received message that waits for its destination over now, also when it was stopped.')
    .argument('<id>', 'MessageId')
    .addOption(senderOption())
    .addHelpText('after', example('postiljon message hand-over ID -c gemeente/postiljon.yaml'))
    .action(async (id: string, options: ApiOptions & { readonly from?: string }) => {
      const client = await openApiClient(options);
      const answer = await client.json(`/messages/${encodeURIComponent(id)}/handover`, {
        method: 'POST',
        query: { from: options.from },
      });
      createOutput(options.json === true).answer(answer, `${id} goes to ${textOf(answer, 'destination')} now\n`);
    });
}
