/** `npm run docs`: writes the generated pages of docs/. With --check it writes nothing and exits 1 when one is out of date. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configurationDoc } from '../../src/app/config/configuration-doc.ts';
import { answersPage } from './docs/answers.ts';
import { conformancePage } from './docs/conformance.ts';
import { decisionsPage } from './docs/decisions.ts';
import { errorsPage } from './docs/errors.ts';
import { cpaFindingsPage, wsdlFindingsPage } from './docs/findings.ts';
import { hostileInputPage } from './docs/hostile-input.ts';
import { performancePage } from './docs/performance.ts';
import { statesPage } from './docs/states.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const PAGES: Readonly<Record<string, () => string>> = {
  'docs/errors.md': errorsPage,
  'docs/states.md': statesPage,
  'docs/answers.md': answersPage,
  'docs/cpa-findings.md': cpaFindingsPage,
  'docs/wsdl-findings.md': wsdlFindingsPage,
  'docs/configuration.md': configurationDoc,
  'docs/conformance.md': () => conformancePage(root),
  'docs/hostile-input.md': () => hostileInputPage(root),
  'docs/performance.md': () => performancePage(root),
  'docs/adr/README.md': () => decisionsPage(root),
};

const check = process.argv.includes('--check');
for (const [path, write] of Object.entries(PAGES)) {
  const text = write();
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (check) process.exitCode = 1;
  else writeFileSync(file, text);
  process.stdout.write(check ? `${path} is out of date: run "npm run docs"\n` : `wrote ${path}\n`);
}
