import { relative } from 'node:path';
import { Command } from 'commander';
import { createOutput } from '../output.ts';
import { example, readKeyBits, readPort, withCommon } from './options.ts';

interface Options {
  readonly oin: string;
  readonly name: string;
  readonly port: number;
  readonly apiPort: number;
  readonly testPki?: true;
  readonly ca?: string;
  readonly endpoint?: string;
  readonly keyBits?: number;
  readonly json?: true;
}

export function initCommand(): Command {
  return withCommon(new Command('init'))
    .description('Make the folder of a new gateway: configuration, data and keys. Nothing is overwritten.')
    .argument('[dir]', 'the folder', '.')
    .requiredOption('--oin <oin>', 'OIN of your organisation; for tests one that begins with 00000099')
    .requiredOption('--name <name>', 'name of your organisation')
    .option('--port <port>', 'port of the endpoint for partners', readPort, 8443)
    .option('--api-port <port>', 'port of the API for your applications', readPort, 8080)
    .option('--test-pki', 'make keys and certificates of a test CA, and party.yaml for partners')
    .option('--ca <dir>', 'folder of the test CA, to share one (default: DIR/ca)')
    .option('--endpoint <url>', 'URL that partners send to (default: https://localhost:PORT/ebms)')
    .option('--key-bits <bits>', 'size of the test keys', readKeyBits)
    .addHelpText(
      'after',
      example('postiljon init gemeente --oin 00000099000000001000 --name gemeente --test-pki --ca ca'),
    )
    .action(async (dir: string, options: Options) => {
      const { initialise } = await import('../../app/init.ts');
      const { testPki = false, ...given } = options;
      const made = await initialise({ ...given, folder: dir, testPki });
      createOutput(options.json === true).answer(
        made,
        `Made ${made.folder}:\n${made.files.map((file) => `  ${relative(made.folder, file)}\n`).join('')}${next(made.config, testPki)}`,
      );
    });
}

function next(config: string, testPki: boolean): string {
  const keys = testPki ? '' : 'Put your keys and certificates where the configuration names them. ';
  return `${keys}Next: postiljon doctor -c ${config}, then postiljon start -c ${config}\n`;
}
