import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { GatewayError, parseDateTime } from '../../index.ts';
import { createOutput } from '../output.ts';
import { collect, example, readWhole, withCommon } from './options.ts';

interface Options {
  readonly party: readonly string[];
  readonly service: string;
  readonly action: readonly string[];
  readonly replyAction?: readonly string[];
  readonly profile: string;
  readonly sync?: true;
  readonly cpaId?: string;
  readonly start?: string;
  readonly end?: string;
  readonly retries?: number;
  readonly retryInterval?: number;
  readonly output?: string;
  readonly json?: true;
}

export function cpaCreateCommand(): Command {
  return withCommon(new Command('create'))
    .description('Make a contract from the party.yaml of both sides; the first sends the actions to the second.')
    .requiredOption('--party <file>', 'party.yaml; give it twice', collect)
    .requiredOption('--service <service>', 'the service')
    .requiredOption('--action <action>', 'an action of the first party; may be repeated', collect)
    .option('--reply-action <action>', 'an action of the second party; may be repeated', collect)
    .option(
      '--profile <profile>',
      'Digikoppeling profile: osb-be, osb-rm, and each with -s (signed) or -e (signed and encrypted)',
      'osb-rm-s',
    )
    .option('--sync', 'acknowledgments come in the HTTP answer')
    .option('--cpa-id <id>', 'CPAId (default: made from service and parties)')
    .option('--start <time>', 'first moment of validity, RFC 3339 (default: now)')
    .option('--end <time>', 'last moment of validity (default: when the first signing certificate ends)')
    .option('--retries <count>', 'repeats of an unacknowledged message', readWhole)
    .option('--retry-interval <seconds>', 'time between them', readWhole)
    .option('-o, --output <file>', 'file (default: stdout)')
    .addHelpText(
      'after',
      example(
        'postiljon cpa create --party gemeente/party.yaml --party dienst/party.yaml \\\n' +
          '      --service urn:osb:services:osb:melding:1.0 --action melden --profile osb-rm-s -o cpa.xml',
      ),
    )
    .action(create);
}

async function create(options: Options): Promise<void> {
  const { createContract } = await import('../../app/contracts.ts');
  const { output, retries, replyAction, retryInterval } = options;
  const bytes = await createContract({
    partyFiles: options.party,
    service: options.service,
    actions: options.action,
    profile: options.profile,
    ...(replyAction === undefined ? {} : { replyActions: replyAction }),
    ...(options.sync === undefined ? {} : { sync: true }),
    ...(options.cpaId === undefined ? {} : { cpaId: options.cpaId }),
    ...(options.start === undefined ? {} : { start: readTime('--start', options.start) }),
    ...(options.end === undefined ? {} : { end: readTime('--end', options.end) }),
    ...(retries === undefined ? {} : { retries }),
    ...(retryInterval === undefined ? {} : { retryInterval: retryInterval * 1000 }),
  });
  if (output === undefined) {
    process.stdout.write(bytes);
    return;
  }
  const { writing } = await import('../../app/writing.ts');
  await writing(output, () => writeFile(output, bytes));
  createOutput(options.json === true).answer({ file: output, size: bytes.length }, `Wrote ${output}\n`);
}

function readTime(option: string, text: string): number {
  const time = parseDateTime(text);
  if (time !== undefined) return time;
  throw new GatewayError('OPTION_INVALID', {
    location: option,
    detail: `${text} is no time; write 2027-01-01T00:00:00Z`,
  });
}
