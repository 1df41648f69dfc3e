import { Command } from 'commander';
import { createOutput } from '../output.ts';
import { example, withCommon } from './options.ts';

interface CreateOptions {
  readonly application: string;
  readonly json?: true;
}

export function apiKeyCommand(): Command {
  return new Command('api-key').description('Keys by which applications use the API.').addCommand(createCommand());
}

function createCommand(): Command {
  return withCommon(new Command('create'))
    .description('Make a key: it is shown this once, and its hash goes into the configuration.')
    .requiredOption('--application <name>', 'name of the application in api.applications')
    .addHelpText('after', example('postiljon api-key create --application zaaksysteem'))
    .action(async ({ application, json }: CreateOptions) => {
      const { hashOfKey, newApiKey } = await import('../../app/access/api-keys.ts');
      const key = newApiKey();
      const hash = hashOfKey(key);
      createOutput(json === true).answer({ application, key, hash }, describe(application, key, hash));
    });
}

function describe(application: string, key: string, hash: string): string {
  return `Key of ${application}, shown this once. Give it to the application alone:
  ${key}

Its hash, for postiljon.yaml (a second one beside it lets the application change keys without a pause):
  api:
    applications:
      - name: ${application}
        roles: [send, receive]
        keys: [{ hash: '${hash}' }]
`;
}
