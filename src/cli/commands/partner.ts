import { Command } from 'commander';
import { type JsonObject, openApiClient, textOf } from '../api-client.ts';
import { createOutput } from '../output.ts';
import { formatFields } from '../table.ts';
import { type ApiOptions, example, senderOption, withApi } from './options.ts';

interface PingOptions extends ApiOptions {
  readonly cpa: string;
  readonly from: string;
  readonly to?: string;
}

/** Ends with 5 when no Pong comes. */
export function pingCommand(): Command {
  return withApi(new Command('ping'))
    .description('Ask a partner whether it is there (ebMS Ping).')
    .requiredOption('--cpa <id>', 'CPAId')
    .requiredOption('--from <party>', 'who pings: an OIN, or type:value')
    .option('--to <party>', 'who is pinged (the other party of the CPA)')
    .addHelpText('after', example('postiljon ping --cpa afleveren-1 --from 00000099000000001000 -c a/postiljon.yaml'))
    .action(async (options: PingOptions) => {
      const { cpa: cpaId, from, to } = options;
      const answer = await (await openApiClient(options)).json('/partners/ping', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify({ cpaId, from, to })),
      });
      createOutput(options.json === true).answer(answer, `Pong of ${describe(answer)}`);
    });
}

const MEANINGS: Readonly<Record<string, string>> = {
  Received: 'The partner has received it.',
  Processed: 'The partner has received it and handed it over.',
  Forwarded: 'The partner has passed it on to another gateway.',
  NotRecognized: 'The partner does not know it, or tells nobody.',
  UnAuthorized: 'The partner refuses to tell.',
};

/** Ends with 0 whatever the partner says of the message, with 5 when it says nothing. */
export function statusCommand(): Command {
  return withApi(new Command('status'))
    .description('Ask the partner what it knows of a sent message (ebMS StatusRequest).')
    .argument('<id>', 'MessageId')
    .addOption(senderOption())
    .addHelpText('after', example('postiljon status ID -c a/postiljon.yaml'))
    .action(async (id: string, options: ApiOptions & { readonly from?: string }) => {
      const path = `/messages/${encodeURIComponent(id)}/partner-status`;
      const answer = await (await openApiClient(options)).json(path, { method: 'POST', query: { from: options.from } });
      const status = textOf(answer, 'status');
      const fields = formatFields([
        ['status', status],
        ['receivedAt', textOf(answer, 'receivedAt')],
      ]);
      const meaning = MEANINGS[status] ?? '';
      createOutput(options.json === true).answer(answer, `${fields}${meaning}\nAsked ${describe(answer)}`);
    });
}

function describe(answer: JsonObject): string {
  const way = answer['way'] === 'synchronous' ? 'in the HTTP answer' : 'by a request of its own';
  return `${textOf(answer, 'to')} after ${textOf(answer, 'roundTripMs')} ms, ${way} (${textOf(answer, 'endpoint')}).\n`;
}
