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
  readonly sent?: true;
}

export function routeCommand(): Command {
  return new Command('route').description('Where messages go.').addCommand(explainCommand());
}

function explainCommand(): Command {
  return withCommon(new Command('explain'))
    .description(
      'Say where a message would go, which rule of `routes` decides, and whether it is translated, from the configuration ' +
        'alone. What is not given matches no rule that asks for it. A message that was accepted keeps its destination.',
    )
    .option('--cpa <id>', 'CPAId')
    .option('--from <party>', 'its sender: type:value or a bare OIN')
    .option('--to <party>', 'its receiver: type:value or a bare OIN')
    .option('--role <role>', 'role of the receiver')
    .option('--service <service>', 'as type:value')
    .option('--action <action>', 'action')
    .option('--sent', 'a message that an application sends, and not a received one')
    .addHelpText(
      'after',
      example('postiljon route explain --from 00000099000000002000 --action melden -c gemeente/postiljon.yaml'),
    )
    .action(async ({ config, json, cpa, from, to, role, service, action, sent }: ExplainOptions) => {
      const { explainRoutes } = await import('../../app/explain-routes.ts');
      const direction = sent === true ? ('out' as const) : undefined;
      const message = { cpaId: cpa, fromPartyId: from, toPartyId: to, toRole: role, service, action, direction };
      const explanation = explainRoutes(config, message);
      createOutput(json === true).answer(explanation, describe(explanation));
    });
}

function describe({ destination, json, rule, steps }: RouteExplanation): string {
  const form = json === undefined ? '' : `, with JSON for the application by ${json.schema}`;
  const why = rule === undefined ? 'no rule matches' : `rule ${rule} decides`;
  return `${steps.map(line).join('')}${destination}${form}: ${why}\n`;
}

function line({ rule, destination, matches, mismatch }: RouteStep): string {
  if (matches || mismatch === undefined) return `rule ${rule} → ${destination}: matches\n`;
  const { field, wanted, found } = mismatch;
  const is = found === undefined ? 'is not known' : `is ${found}`;
  return `rule ${rule} → ${destination}: no, ${field} ${is} and not ${wanted}\n`;
}
