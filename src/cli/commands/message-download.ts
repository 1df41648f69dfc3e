import { Command } from 'commander';
import { openApiClient } from '../api-client.ts';
import { download } from '../download.ts';
import { directionOption, example, readWhole, senderOption, withApi } from './options.ts';
import type { ApiOptions } from './options.ts';

interface Options extends ApiOptions {
  readonly direction?: string;
  readonly from?: string;
  readonly output?: string;
}

export function messagePayloadCommand(): Command {
  return withApi(new Command('payload'))
    .description('The octets of a payload, checked against their digest.')
    .argument('<id>', 'MessageId')
    .argument('<n>', 'number of the payload; 1 is the first', readWhole)
    .addOption(directionOption())
    .addOption(senderOption())
    .option('--original', 'as it was received, also where a route translates it into JSON')
    .option('-o, --output <file>', 'file (default: stdout)')
    .addHelpText('after', example('postiljon message payload ID 1 -o melding.xml -c gemeente/postiljon.yaml'))
    .action(async (id: string, n: number, options: Options & { readonly original?: true }) => {
      const client = await openApiClient(options);
      const path = `/messages/${encodeURIComponent(id)}/payloads/${n}`;
      const form = options.original === true ? 'original' : undefined;
      const answer = await client.stream(path, { query: { direction: options.direction, from: options.from, form } });
      await download(answer, options, { messageId: id, number: n });
    });
}

export function messageRawCommand(): Command {
  return withApi(new Command('raw'))
    .description('The message as it travels: the envelope, or envelope and payloads as one MIME package.')
    .argument('<id>', 'MessageId')
    .addOption(directionOption())
    .addOption(senderOption())
    .option('-o, --output <file>', 'file (default: stdout)')
    .option('-i, --include', 'write the Content-Type as a header before it, which makes it a whole MIME file')
    .addHelpText('after', example('postiljon message raw ID -i -o bericht.mime -c gemeente/postiljon.yaml'))
    .action(async (id: string, options: Options & { readonly include?: true }) => {
      const client = await openApiClient(options);
      const path = `/messages/${encodeURIComponent(id)}/raw`;
      const answer = await client.stream(path, { query: { direction: options.direction, from: options.from } });
      const contentType = answer.headers['content-type'] ?? '';
      const head = options.include === true ? `MIME-Version: 1.0\r\nContent-Type: ${contentType}\r\n\r\n` : '';
      await download(answer, options, { messageId: id, contentType }, head);
    });
}
