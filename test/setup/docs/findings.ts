import { FINDINGS } from '../../../src/cpa/validate-cpa.ts';
import type { FindingRow } from '../../../src/errors/finding.ts';
import { WSDL_FINDINGS } from '../../../src/wus/wsdl/rules/finding-table.ts';
import { page, table } from './page.ts';

export function cpaFindingsPage(): string {
  return findingsPage(
    'Findings about a CPA',
    '`src/cpa/rules/finding-table.ts`',
    '`postiljon cpa validate FILE` prints these with their place; with an error a CPA cannot be imported.',
    FINDINGS,
  );
}

export function wsdlFindingsPage(): string {
  return findingsPage(
    'Findings about a WSDL',
    '`src/wus/wsdl/rules/finding-table.ts`',
    '`postiljon wus validate FILE.wsdl` prints these with file and line; with an error a service cannot have the WSDL.',
    WSDL_FINDINGS,
  );
}

function findingsPage(
  title: string,
  source: string,
  about: string,
  rows: Readonly<Record<string, FindingRow>>,
): string {
  return page(
    title,
    source,
    `${about} A code is public and never reused; the sentences may be reworded.`,
    table(
      ['Code', 'Severity', 'What is wrong', 'What to do', 'Clause'],
      Object.entries(rows).map(([code, { severity, text, remedy, spec = '' }]) => [
        `\`${code}\``,
        severity,
        text,
        remedy,
        spec,
      ]),
    ),
  );
}
