import { Command } from 'commander';
import { textOf } from '../api-client.ts';
import type { JsonObject } from '../api-client.ts';
import { EXIT } from '../exit-codes.ts';
import { createOutput } from '../output.ts';
import type { End } from '../exit-codes.ts';
import { example, withCommon } from './options.ts';
import type { CommonOptions } from './options.ts';

const MARKS: Readonly<Record<string, string>> = { error: 'ERROR', warning: 'WARNING', note: 'note' };

export function cpaValidateCommand(end: End): Command {
  return withCommon(new Command('validate'))
    .description('Check contracts without a gateway. Ends with 4 when one of them cannot be used.')
    .argument('<files...>', 'the CPAs')
    .addHelpText('after', example('postiljon cpa validate cpa.xml'))
    .action(async (files: readonly string[], { json }: CommonOptions) => {
      const { checkContract } = await import('../../app/contracts.ts');
      const checks = await Promise.all(files.map((file) => checkContract(file, Date.now())));
      const text = checks.map(({ file, cpaId, valid, findings }) => {
        const verdict = `${file}: ${valid ? 'valid' : 'NOT VALID'}${cpaId === undefined ? '' : `, ${cpaId}`}\n`;
        return verdict + findingLines(findings.map((finding) => ({ ...finding })));
      });
      createOutput(json === true).answer(checks, text.join(''));
      end(checks.every(({ valid }) => valid) ? EXIT.done : EXIT.refused);
    });
}

/** Findings of the API or of our own check, for people. */
export function findingLines(findings: readonly JsonObject[]): string {
  return findings
    .map((finding) => {
      const mark = MARKS[textOf(finding, 'severity')] ?? '';
      const what = `  ${mark} ${textOf(finding, 'code')}: ${textOf(finding, 'text')}\n`;
      const clause = textOf(finding, 'spec');
      const by = clause === '' ? '' : `      by ${clause}\n`;
      return `${what}      at ${textOf(finding, 'place')}\n${by}      do ${textOf(finding, 'remedy')}\n`;
    })
    .join('');
}
