import { Command } from 'commander';
import { version } from '../app/version.ts';
import { exitCodesHelp } from './exit-codes.ts';
import type { End } from './exit-codes.ts';

const EXAMPLE = `
Example: a gateway with a test PKI, running on this machine
  $ postiljon init gemeente --oin 00000099000000001000 --name gemeente --test-pki
  $ postiljon doctor -c gemeente/postiljon.yaml
  $ postiljon start -c gemeente/postiljon.yaml
`;

/** Each is loaded when it is called, for a gateway needs one of them; in the order of `--help`. */
const COMMANDS: Readonly<Record<string, (end: End, program: Command) => Promise<Command>>> = {
  init: async () => (await import('./commands/init.ts')).initCommand(),
  start: async () => (await import('./commands/start.ts')).startCommand(),
  doctor: async (end) => (await import('./commands/doctor.ts')).doctorCommand(end),
  cpa: async (end) => (await import('./commands/cpa.ts')).cpaCommand(end),
  wus: async (end) => (await import('./commands/wus.ts')).wusCommand(end),
  message: async (end) => (await import('./commands/message.ts')).messageCommand(end),
  refusal: async () => (await import('./commands/refusal.ts')).refusalCommand(),
  evidence: async (end) => (await import('./commands/evidence.ts')).evidenceCommand(end),
  ping: async () => (await import('./commands/partner.ts')).pingCommand(),
  status: async () => (await import('./commands/partner.ts')).statusCommand(),
  events: async () => (await import('./commands/events.ts')).eventsCommand(),
  'dead-letter': async () => (await import('./commands/dead-letter.ts')).deadLetterCommand(),
  audit: async (end) => (await import('./commands/audit.ts')).auditCommand(end),
  route: async () => (await import('./commands/route.ts')).routeCommand(),
  'api-key': async () => (await import('./commands/api-key.ts')).apiKeyCommand(),
  pki: async () => (await import('./commands/pki.ts')).pkiCommand(),
  completion: async (_end, program) => (await import('./commands/completion.ts')).completionCommand(() => program),
};
/** They tell of all others. */
const NEEDS_ALL: ReadonlySet<string> = new Set(['completion']);

/** With the command that is `called`; with all of them where that is none, as for `--help`. */
export async function createProgram(end: End, called?: string): Promise<Command> {
  const program = new Command('postiljon')
    .description(
      'Digikoppeling gateway: ebMS2 under CPA contracts and WUS outside, REST, queues, webhooks and folders inside.',
    )
    .version(version(), '-V, --version', 'show the version')
    .addHelpText('after', `${EXAMPLE}${exitCodesHelp()}`)
    .showHelpAfterError('(--help shows an example)');
  for (const load of loadersOf(called)) program.addCommand(await load(end, program));
  prepare(program);
  return program;
}

function loadersOf(called = ''): readonly (typeof COMMANDS)[string][] {
  const one = NEEDS_ALL.has(called) || !Object.hasOwn(COMMANDS, called) ? undefined : COMMANDS[called];
  return one === undefined ? Object.values(COMMANDS) : [one];
}

/** Errors of usage come back as exceptions, for every command below. */
function prepare(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) prepare(child);
}
