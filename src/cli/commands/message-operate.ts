import { Command } from 'commander';
import { openApiClient, textOf } from '../api-client.ts';
import { createOutput } from '../output.ts';
import { example, senderOption, withApi } from './options.ts';
import type { ApiOptions } from './options.ts';

export function messageResendCommand(): Command {
  return withApi(new Command('resend'))
    .description('Send a sent message once more, as a new message with the same content. The partner sees another one.')
    .argument('<id>', 'MessageId of the message that was sent')
    .addOption(senderOption())
    .option('--idempotency-key <key>', 'makes a repeat of this command harmless')
    .addHelpText('after', example('postiljon message resend ID -c gemeente/postiljon.yaml'))
    .action(async (id: string, options: ApiOptions & { readonly idempotencyKey?: string; readonly from?: string }) => {
      const client = await openApiClient(options);
      const key = options.idempotencyKey;
      const headers = key === undefined ? {} : { 'Idempotency-Key': key };
      const answer = await client.json(`/messages/${encodeURIComponent(id)}/resend`, {
        method: 'POST',
        headers,
        query: { from: options.from },
      });
      const text = `${textOf(answer, 'messageId')} ${textOf(answer, 'state')}, sends ${id} once more\n`;
      createOutput(options.json === true).answer(answer, text);
    });
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
