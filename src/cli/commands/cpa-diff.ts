import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { openApiClient } from '../api-client.ts';
import { EXIT } from '../exit-codes.ts';
import type { End } from '../exit-codes.ts';
import { createOutput } from '../output.ts';
import { example, withApi } from './options.ts';
import type { ApiOptions } from './options.ts';

export function cpaDiffCommand(end: End): Command {
  return withApi(new Command('diff'))
    .description(
      'What differs between two contracts: dates, parties, certificates, endpoints, channels, algorithms, actions. Ends ' +
        'with 1 when something does.',
    )
    .argument('<a>', 'file, or CPAId of the running gateway')
    .argument('<b>', 'file, or CPAId of the running gateway')
    .addHelpText('after', example('postiljon cpa diff ID nieuw.xml -c gemeente/postiljon.yaml'))
    .action(async (a: string, b: string, options: ApiOptions) => {
      const { compareContracts } = await import('../../app/contracts.ts');
      const differences = compareContracts(await documentOf(a, options), await documentOf(b, options));
      const lines = differences.map(({ place, before, after }) => {
        const removed = before === undefined ? '' : `  - ${before}\n`;
        return `${place}\n${removed}${after === undefined ? '' : `  + ${after}\n`}`;
      });
      const equal = differences.length === 0;
      const text = equal ? 'No difference that a gateway acts on.\n' : lines.join('');
      createOutput(options.json === true).answer({ equal, differences }, text);
      end(equal ? EXIT.done : EXIT.failed);
    });
}

async function documentOf(name: string, options: ApiOptions): Promise<Uint8Array> {
  const { readGiven } = await import('../../app/contracts.ts');
  if (existsSync(name)) return readGiven(name);
  const client = await openApiClient(options);
  return client.octets(`/cpas/${encodeURIComponent(name)}`, { headers: { Accept: 'text/xml' } });
}
