import { Command } from 'commander';
import { EXIT } from '../exit-codes.ts';
import type { End } from '../exit-codes.ts';
import { createOutput } from '../output.ts';
import { findingLines } from './cpa-validate.ts';
import { example, withCommon } from './options.ts';
import type { CommonOptions } from './options.ts';

export function wusValidateCommand(end: End): Command {
  return withCommon(new Command('validate'))
    .description(
      'Check WSDLs without a gateway: what Digikoppeling asks (WW001 to WW004, WS001 to WS008), and what a service here needs. ' +
        'Imports are read from the folder of the WSDL; nothing is fetched. Ends with 4 when one of them cannot be used.',
    )
    .argument('<files...>', 'the WSDLs')
    .addHelpText(
      'after',
      example('postiljon wus validate wsdl/echo_v1.wsdl', 'postiljon wus validate wsdl/*.wsdl --json'),
    )
    .action(async (files: readonly string[], { json }: CommonOptions) => {
      const { checkWsdl } = await import('../../app/wsdl-files.ts');
      const checks = await Promise.all(files.map((file) => checkWsdl(file)));
      const text = checks.map(({ file, operations, valid, findings }) => {
        const verdict = `${file}: ${valid ? `valid, ${operations.join(', ')}` : 'NOT VALID'}\n`;
        return verdict + findingLines(findings.map((finding) => ({ ...finding })));
      });
      createOutput(json === true).answer(checks, text.join(''));
      end(checks.every(({ valid }) => valid) ? EXIT.done : EXIT.refused);
    });
}
