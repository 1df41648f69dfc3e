import { Command } from 'commander';
import { version } from '../app/version.ts';
import { apiKeyCommand } from './commands/api-key.ts';
import { auditCommand } from './commands/audit.ts';
import { completionCommand } from './commands/completion.ts';
import { cpaCommand } from './commands/cpa.ts';
import { deadLetterCommand } from './commands/dead-letter.ts';
import { doctorCommand } from './commands/doctor.ts';
import { evidenceCommand } from './commands/evidence.ts';
import { eventsCommand } from './commands/events.ts';
import { initCommand } from './commands/init.ts';
import { messageCommand } from './commands/message.ts';
import { pingCommand, statusCommand } from './commands/partner.ts';
import { pkiCommand } from './commands/pki.ts';
import { refusalCommand } from './commands/refusal.ts';
import { routeCommand } from './commands/route.ts';
import { startCommand } from './commands/start.ts';
import { wusCommand } from './commands/wus.ts';
import { exitCodesHelp } from './exit-codes.ts';
import type { End } from './exit-codes.ts';

const EXAMPLE = `
Example: a gateway with a test PKI, running on this machine
  $ postiljon init gemeente --oin 00000099000000001000 --name gemeente --test-pki
  $ postiljon doctor -c gemeente/postiljon.yaml
  $ postiljon start -c gemeente/postiljon.yaml
`;

export function createProgram(end: End): Command {
  const program = new Command('postiljon')
    .description('Digikoppeling gateway: ebMS2 under CPA contracts and WUS outside, plain REST inside.')
    .version(version(), '-V, --version', 'show the version')
    .addHelpText('after', `${EXAMPLE}${exitCodesHelp()}`)
    .showHelpAfterError('(--help shows an example)');
  const commands = [
    initCommand(),
    startCommand(),
    doctorCommand(end),
    cpaCommand(end),
    wusCommand(end),
    messageCommand(end),
    refusalCommand(),
    evidenceCommand(end),
    pingCommand(),
    statusCommand(),
    eventsCommand(),
    deadLetterCommand(),
    auditCommand(end),
    routeCommand(),
    apiKeyCommand(),
    pkiCommand(),
    completionCommand(() => program),
  ];
  for (const command of commands) program.addCommand(command);
  prepare(program);
  return program;
}

/** Errors of usage come back as exceptions, for every command below. */
function prepare(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) prepare(child);
}
