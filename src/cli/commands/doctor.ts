import { Command } from 'commander';
import { EXIT } from '../exit-codes.ts';
import { createOutput } from '../output.ts';
import type { End } from '../exit-codes.ts';
import { example, withCommon } from './options.ts';
import type { CommonOptions } from './options.ts';

const MARKS = { ok: 'ok     ', warning: 'WARNING', error: 'ERROR  ' } as const;

export function doctorCommand(end: End): Command {
  return withCommon(new Command('doctor'))
    .description('Check configuration, keys, certificates, store, clock, ports and partners, and say what to do.')
    .addHelpText('after', example('postiljon doctor -c gemeente/postiljon.yaml'))
    .action(async ({ config, json }: CommonOptions) => {
      const { examine } = await import('../../app/doctor/doctor.ts');
      const findings = await examine(config);
      const errors = findings.filter(({ level }) => level === 'error').length;
      const lines = findings.map(({ level, check, text, remedy }) => {
        const advice = remedy === undefined ? '' : `\n         do: ${remedy}`;
        return `${MARKS[level]} ${check}: ${text.replaceAll('\n', '\n         ')}${advice}\n`;
      });
      const verdict = errors === 0 ? 'Nothing stands in the way.\n' : `${errors} to mend.\n`;
      createOutput(json === true).answer({ ok: errors === 0, findings }, lines.join('') + verdict);
      end(errors === 0 ? EXIT.done : EXIT.failed);
    });
}
