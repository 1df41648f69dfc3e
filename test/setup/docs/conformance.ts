import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { page, table } from './page.ts';

interface Clause {
  readonly code: Set<string>;
  readonly tests: Set<string>;
}

/**
 * Clause → code → tests, from `@spec` tags in src/ and adapters/, `spec:` in the tables, and clauses named in test titles.
 * A title or tag that names no specification means ebMS2, or what the room of the test is about.
 */
export function conformancePage(root: string): string {
  const clauses = new Map<string, Clause>();
  for (const file of globSync('{src,adapters}/**/*.ts', { cwd: root }).sort())
    note(clauses, 'code', file, tagged(root, file));
  for (const file of globSync('test/**/*.test.ts', { cwd: root }).sort())
    note(clauses, 'tests', file, titled(root, file));
  const rows = [...clauses]
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([name, clause]) => [name, list(clause.code), clause.tests.size === 0 ? 'none names it' : list(clause.tests)]);
  return page(
    'Conformance',
    'the @spec tags and test titles',
    'Where a clause is implemented and which test files name it. A clause without a test that names it may still be tested.',
    table(['Clause', 'Code', 'Tests'], rows),
  );
}

function note(clauses: Map<string, Clause>, kind: keyof Clause, file: string, names: readonly string[]): void {
  for (const name of names) {
    const clause = clauses.get(name) ?? { code: new Set(), tests: new Set() };
    clause[kind].add(file.replaceAll('\\', '/'));
    clauses.set(name, clause);
  }
}

function list(files: ReadonlySet<string>): string {
  return [...files].map((file) => `\`${file}\``).join(', ');
}

const TAG = /@spec ([^\n*]+)|\bspec: '([^']+)'/g;

function tagged(root: string, file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(TAG)].flatMap((match) => clausesIn(match[1] ?? match[2] ?? ''));
}

/** What a bare § means in the titles of some rooms' tests. */
const UNNAMED: readonly (readonly [RegExp, string])[] = [
  [/c14n|canonical/, 'XML-C14N'],
  [/\/xml\//, 'XML 1.0'],
  [/\/xmlsec\//, 'ebMS2'],
  [/\/cpa\//, 'CPPA 2.0'],
];

const TITLE = /\b(?:describe|it)\(\s*(['"`])((?:(?!\1).)+)\1/gs;

function titled(root: string, file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const unnamed = UNNAMED.find(([place]) => place.test(file.replaceAll('\\', '/')))?.[1];
  return [...text.matchAll(TITLE)].flatMap((match) => clausesIn(match[2] ?? '', unnamed));
}

const CLAUSE =
  /(?:\b(ebMS2|CPPA 2\.0|SOAP 1\.1|XMLDSIG|XML-?C14N|RFC \d+|XML 1\.0)\s+)?§\s?([A-Z0-9]+(?:\.[0-9]+)*)|\b(Digikoppeling [A-Z]{2,}\d+)/g;

/** `ebMS2 §6.5.6`, `RFC 2387 §3.2`, `Digikoppeling TLS002`; a bare § belongs to the specification named before it, or to `unnamed`. */
function clausesIn(text: string, unnamed = 'ebMS2'): readonly string[] {
  let specification = unnamed;
  return [...text.matchAll(CLAUSE)].map(([, named, number, rule]) => {
    specification = named ?? specification;
    return rule ?? `${specification} §${number}`;
  });
}
