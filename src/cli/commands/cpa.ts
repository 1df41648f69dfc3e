import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { listOf, openApiClient, textOf, textsOf } from '../api-client.ts';
import type { JsonObject } from '../api-client.ts';
import { createOutput } from '../output.ts';
import type { End } from '../exit-codes.ts';
import { createProgress } from '../progress.ts';
import { formatFields } from '../table.ts';
import { cpaCreateCommand } from './cpa-create.ts';
import { cpaDiffCommand } from './cpa-diff.ts';
import { cpaValidateCommand, findingLines } from './cpa-validate.ts';
import { example, withApi } from './options.ts';
import type { ApiOptions } from './options.ts';

export function cpaCommand(end: End): Command {
  const command = new Command('cpa').description('Contracts with partners.');
  const children = [
    cpaCreateCommand(),
    cpaValidateCommand(end),
    importCommand(),
    listCommand(),
    showCommand(),
    exportCommand(),
    cpaDiffCommand(end),
    activationCommand('activate', 'Allow messages under a contract.'),
    activationCommand('deactivate', 'Allow no new messages under a contract.'),
  ];
  for (const child of children) command.addCommand(child);
  return command;
}

function importCommand(): Command {
  return withApi(new Command('import'))
    .description('Give contracts to the running gateway. It ends at the first that is refused.')
    .argument('<files...>', 'the CPAs')
    .option('--activate', 'allow messages under them at once')
    .addHelpText(
      'after',
      example(
        'postiljon cpa import cpa.xml --activate -c gemeente/postiljon.yaml',
        'postiljon cpa import cpas/*.xml -c gemeente/postiljon.yaml',
      ),
    )
    .action(importAll);
}

async function importAll(files: readonly string[], options: ApiOptions & { readonly activate?: true }): Promise<void> {
  const { readGiven } = await import('../../app/contracts.ts');
  const client = await openApiClient(options);
  const json = options.json === true;
  const output = createOutput(json);
  const progress = createProgress(json || files.length === 1);
  const answers: JsonObject[] = [];
  try {
    for (const file of files) {
      progress.show(`Importing ${answers.length + 1} of ${files.length}: ${file}`);
      const imported = await client.json('/cpas', {
        method: 'POST',
        query: { activate: options.activate === true ? 'true' : undefined },
        headers: { 'Content-Type': 'application/octet-stream' },
        body: await readGiven(file),
      });
      answers.push(imported);
      const state = imported['active'] === true ? 'active' : 'not active';
      progress.end();
      output.say(`${troubleLines(listOf(imported, 'findings'))}Imported ${textOf(imported, 'cpaId')}: ${state}\n`);
    }
  } finally {
    progress.end();
  }
  output.answer(answers.length === 1 ? answers[0] : answers, '');
}

/** Notes ask for nothing: `cpa validate` shows them. */
function troubleLines(findings: readonly JsonObject[]): string {
  return findingLines(findings.filter((one) => textOf(one, 'severity') !== 'note'));
}

function listCommand(): Command {
  return withApi(new Command('list'))
    .description('All contracts of the running gateway.')
    .addHelpText('after', example('postiljon cpa list -c gemeente/postiljon.yaml'))
    .action(async (options: ApiOptions) => {
      const answer = await (await openApiClient(options)).json('/cpas');
      const text = listOf(answer, 'items').map(summaryLines).join('') || 'No contracts.\n';
      createOutput(options.json === true).answer(answer, text);
    });
}

function showCommand(): Command {
  return withApi(new Command('show'))
    .description('One contract: parties, roles, actions, endpoints and certificates.')
    .argument('<id>', 'CPAId')
    .addHelpText('after', example('postiljon cpa show ID -c gemeente/postiljon.yaml'))
    .action(async (id: string, options: ApiOptions) => {
      const cpa = await (await openApiClient(options)).json(`/cpas/${encodeURIComponent(id)}`);
      createOutput(options.json === true).answer(cpa, describeCpa(cpa));
    });
}

function exportCommand(): Command {
  return withApi(new Command('export'))
    .description('The document of a contract, byte for byte.')
    .argument('<id>', 'CPAId')
    .option('-o, --output <file>', 'file (default: stdout)')
    .addHelpText('after', example('postiljon cpa export ID -o cpa.xml -c gemeente/postiljon.yaml'))
    .action(async (id: string, options: ApiOptions & { readonly output?: string }) => {
      const client = await openApiClient(options);
      const octets = await client.octets(`/cpas/${encodeURIComponent(id)}`, { headers: { Accept: 'text/xml' } });
      if (options.output === undefined) {
        process.stdout.write(octets);
        return;
      }
      const { output } = options;
      const { writing } = await import('../../app/writing.ts');
      await writing(output, () => writeFile(output, octets));
      createOutput(options.json === true).answer({ cpaId: id, file: output, size: octets.length }, `Wrote ${output}\n`);
    });
}

function activationCommand(verb: 'activate' | 'deactivate', description: string): Command {
  return withApi(new Command(verb))
    .description(description)
    .argument('<id>', 'CPAId')
    .addHelpText('after', example(`postiljon cpa ${verb} ID -c gemeente/postiljon.yaml`))
    .action(async (id: string, options: ApiOptions) => {
      const client = await openApiClient(options);
      const answer = await client.json(`/cpas/${encodeURIComponent(id)}/${verb}`, { method: 'POST' });
      const state = answer['active'] === true ? 'active' : 'not active';
      createOutput(options.json === true).answer(answer, `${id} is ${state}\n`);
    });
}

/** The id has a line of its own: it is long, and it is what one copies. */
function summaryLines(cpa: JsonObject): string {
  const parties = listOf(cpa, 'parties').map((party) => textOf(party, 'partyName'));
  const state = cpa['active'] === true ? 'active' : 'not active';
  return `${textOf(cpa, 'cpaId')}\n  ${state}, until ${textOf(cpa, 'end').slice(0, 10)}, ${parties.join(' and ')}\n`;
}

function describeCpa(cpa: JsonObject): string {
  const head = formatFields([
    ['CPA', textOf(cpa, 'cpaId')],
    ['State', cpa['active'] === true ? 'active' : 'not active'],
    ['Status', textOf(cpa, 'status')],
    ['Valid', `${textOf(cpa, 'start')} to ${textOf(cpa, 'end')}`],
    ['Imported', textOf(cpa, 'importedAt')],
  ]);
  return head + listOf(cpa, 'parties').map(describeParty).join('');
}

function describeParty(party: JsonObject): string {
  const roles = listOf(party, 'roles').flatMap((role) => [
    `  ${textOf(role, 'role')}: ${textOf(role, 'service')}\n`,
    ...textsOf(role, 'canSend').map((action) => `    sends    ${action}\n`),
    ...textsOf(role, 'canReceive').map((action) => `    receives ${action}\n`),
  ]);
  const certificates = listOf(party, 'certificates').map(
    (one) =>
      `  certificate ${textOf(one, 'certId')}, until ${textOf(one, 'validTo').slice(0, 10)}\n    ${textOf(one, 'subject')}\n`,
  );
  const endpoints = textsOf(party, 'endpoints').map((url) => `  endpoint ${url}\n`);
  const ids = textsOf(party, 'partyIds').join(', ');
  return [`\n${textOf(party, 'partyName')} (${ids})\n`, ...endpoints, ...roles, ...certificates].join('');
}
