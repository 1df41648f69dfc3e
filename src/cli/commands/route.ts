import { Command } from 'commander';
import type { RouteExplanation, RouteStep } from '../../index.ts';
import { createOutput } from '../output.ts';
import { example, withCommon } from './options.ts';
import type { CommonOptions } from './options.ts';

interface ExplainOptions extends CommonOptions {
  readonly cpa?: string;
  readonly from?: string;
  readonly to?: string;
  readonly role?: string;
  readonly service?: string;
  readonly action?: string;
}

export function routeCommand(): Command {
  return new Command('route').description('Where received messages go.').addCommand(explainCommand());
}

function explainCommand(): Command {
  return withCommon(new Command('explain'))
    .description(
      'Say where a received message would go and which rule of `routes` decides, from the configuration alone. What is ' +
        'not given matches no rule that asks for it. A message that was accepted keeps the destination it has.',
    )
    .option('--cpa <id>', 'CPAId')
    .option('--from <party>', 'its sender: type:value or a bare OIN')
    .option('--to <party>', 'its receiver: type:value or a bare OIN')
    .option('--role <role>', 'role of the receiver')
    .option('--service <service>', 'as type:value')
    .option('--action <action>', 'action')
    .addHelpText(
      'after',
      example('postiljon route explain --from 00000099000000002000 --action melden -c gemeente/postiljon.yaml'),
    )
    .action(async ({ config, json, cpa, from, to, role, service, action }: ExplainOptions) => {
      const { explainRoutes } = await import('../../app/explain-routes.ts');
      const message = { cpaId: cpa, fromPartyId: from, toPartyId: to, toRole: role, service, action };
      const explanation = explainRoutes(config, message);
      createOutput(json === true).answer(explanation, describe(explanation));
    });
}

function describe({ destination, rule, steps }: RouteExplanation): string {
  const why = rule === undefined ? 'no rule matches' : `rule ${rule} decides`;
  return `${steps.map(line).join('')}${destination}: ${why}\n`;
}

function line({ rule, destination, matches, mismatch }: RouteStep): string {
  if (matches || mismatch === undefined) return `rule ${rule} → ${destination}: matches\n`;
  const { field, wanted, found } = mismatch;
  const is = found === undefined ? 'is not known' : `is ${found}`;
  return `rule ${rule} → ${destination}: no, ${field} ${is} and not ${wanted}\n`;
}
