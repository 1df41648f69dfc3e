import { ERRORS, type ErrorRow } from '../../../src/errors.ts';
import { page, table } from './page.ts';

export function errorsPage(): string {
  const rows = Object.entries(ERRORS).map(([code, row]: [string, ErrorRow]) => [
    `\`${code}\``,
    `${row.title} ${row.remedy}`,
    row.ebms ?? 'none',
    row.wus ?? 'none',
    row.soap,
    String(row.http),
    row.retriable ? 'yes' : 'no',
    row.spec ?? '',
  ]);
  return page(
    'Errors',
    '`src/errors.ts` and `src/errors/`',
    'A code is public and never reused; the sentences may be reworded. A partner sees the ebMS errorCode, or the code of WUS, and ' +
      'the first sentence; the second one is for us. Everything that fails in signature, certificate or decryption looks the same ' +
      'from outside. "Again" says whether the same request may succeed later without being changed.',
    table(
      ['Code', 'Meaning and remedy', 'ebMS errorCode', 'WUS', 'SOAP faultcode', 'API status', 'Again', 'Clause'],
      rows,
    ),
  );
}
