import { WSDL_FINDINGS, type WsdlFindingRow } from '../../../src/wus/wsdl/rules/finding-table.ts';
import { page, table } from './page.ts';

export function wsdlFindingsPage(): string {
  const rows = Object.entries(WSDL_FINDINGS).map(([code, row]: [string, WsdlFindingRow]) => [
    `\`${code}\``,
    row.severity,
    row.text,
    row.remedy,
    row.spec,
  ]);
  return page(
    'Findings about a WSDL',
    '`src/wus/wsdl/rules/finding-table.ts`',
    '`postiljon wus validate FILE.wsdl` prints these with file and line; with an error a service cannot have the WSDL. ' +
      'A code is public and never reused; the sentences may be reworded.',
    table(['Code', 'Severity', 'What is wrong', 'What to do', 'Clause'], rows),
  );
}
