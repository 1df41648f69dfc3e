import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHAPTERS, REQUIREMENTS } from '../requirements/index.ts';
import type { Requirement } from '../requirements/requirement.ts';
import { type NamedTest, testsByRequirement } from './named-tests.ts';
import { page, table } from './page.ts';
import { testList } from './test-list.ts';

interface Clause {
  readonly code: Set<string>;
  readonly tests: Set<string>;
}

type Tests = ReadonlyMap<string, readonly NamedTest[]>;

/**
 * Requirement → code → tests: the tables of test/setup/requirements, `@spec` tags of src/ and adapters/, tags in test titles.
 * Behind it the clauses of other specifications, from `@spec` tags and clauses named in titles.
 */
export function conformancePage(root: string): string {
  const clauses = readClauses(root);
  const tests = testsByRequirement(root);
  return page(
    'Conformance',
    '`test/setup/requirements/`, the @spec tags and the test titles',
    'Each requirement of ebMS 2.0 and Digikoppeling that binds a gateway, in our words: where it is implemented, and the ' +
      'tests that prove it, by the title that names it. KVS is the Koppelvlakstandaard ebMS2, numbered by the clause of ' +
      'ebMS 2.0 that it profiles; the rows of WUS have the numbers of the Koppelvlakstandaard WUS.',
    '## Holes',
    holes(tests),
    ...CHAPTERS.flatMap((chapter) => [`## ${chapter.title}`, requirementTable(chapter.requirements, clauses, tests)]),
    '## Other clauses that code or tests name',
    clauseTable(clauses),
  );
}

function holes(tests: Tests): string {
  const open = REQUIREMENTS.filter((one) => one.left === undefined && !tests.has(one.id));
  const left = REQUIREMENTS.filter((one) => one.left !== undefined);
  const proven = REQUIREMENTS.length - open.length - left.length;
  return [
    `${REQUIREMENTS.length} requirements: ${proven} proven by tests that name them, ${left.length} left out on purpose, ${open.length} without a test.`,
    ...open.map((one) => `- ${one.id} (${one.level}): ${one.text}`),
  ].join('\n');
}

function requirementTable(rows: readonly Requirement[], clauses: Clauses, tests: Tests): string {
  return table(
    ['Requirement', 'Level', 'Binds', 'What it asks', 'Code', 'Tests'],
    rows.map((one) => [
      one.id,
      one.level,
      one.side,
      one.text,
      list(codeOf(one.clause, clauses)),
      testList(tests.get(one.id), one.left),
    ]),
  );
}

/** Of the clause, of the clause of ebMS 2.0 that an item of KVS profiles, or of the nearest clause around it. */
function codeOf(clause: string, clauses: Clauses): ReadonlySet<string> {
  for (const name of [clause, clause.replace('KVS', 'ebMS2')]) {
    for (let at = name; at.includes('§'); at = at.includes('.') ? at.slice(0, at.lastIndexOf('.')) : '') {
      const code = clauses.get(at)?.code;
      if (code !== undefined && code.size > 0) return code;
    }
    const code = clauses.get(name)?.code;
    if (code !== undefined && code.size > 0) return code;
  }
  return new Set();
}

type Clauses = ReadonlyMap<string, Clause>;

function readClauses(root: string): Clauses {
  const clauses = new Map<string, Clause>();
  for (const file of globSync('{src,adapters}/**/*.ts', { cwd: root }).sort())
    note(clauses, 'code', file, tagged(root, file));
  for (const file of globSync('test/**/*.test.ts', { cwd: root }).sort())
    note(clauses, 'tests', file, titled(root, file));
  return clauses;
}

function clauseTable(clauses: Clauses): string {
  const shown = new Set(REQUIREMENTS.map((one) => one.clause));
  const rows = [...clauses]
    .filter(([name]) => !shown.has(name))
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([name, clause]) => [name, list(clause.code), clause.tests.size === 0 ? 'none names it' : list(clause.tests)]);
  return table(['Clause', 'Code', 'Tests'], rows);
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
  [/\/wus\//, 'Digikoppeling WUS'],
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
  /(?:\b(Digikoppeling ebMS2|Digikoppeling WUS|WS-Addressing Metadata|WS-Addressing|WS-Security|WSDL|XOP|XML Encryption|ebMS2|KVS|CPPA 2\.0|CPPA|SOAP 1\.1|XMLDSIG|XML-?C14N|C14N|RFC \d+|XML 1\.0)(?: 1\.[01])?\s+)?§\s?([A-Z0-9]+(?:\.[0-9]+)*)|\b((?:PKI|TLS|TLSCIPH|SIGN|ENC|EB|WW|WS|WA|WM|WT|WB)\d{3})(?:[-–][A-Z]+(\d{3}))?/g;

/** One specification under one name: the Koppelvlakstandaard ebMS2 is KVS. */
const NAMES: Readonly<Record<string, string>> = { 'Digikoppeling ebMS2': 'KVS', CPPA: 'CPPA 2.0', C14N: 'XML-C14N' };

/** `ebMS2 §6.5.6`, `RFC 2387 §3.2`, `Digikoppeling TLS002`; a bare § belongs to the specification named before it, or to `unnamed`. */
function clausesIn(text: string, unnamed = 'ebMS2'): readonly string[] {
  let specification = unnamed;
  return [...text.matchAll(CLAUSE)].flatMap(([, named, number, rule, last]) => {
    if (rule !== undefined) return rules(rule, last);
    if (named !== undefined) specification = NAMES[named] ?? named;
    return [`${specification} §${number}`];
  });
}

/** `SIGN001` or `SIGN001-SIGN004`. */
function rules(first: string, last: string | undefined): readonly string[] {
  const family = first.slice(0, -3);
  const from = Number(first.slice(-3));
  const to = last === undefined ? from : Number(last);
  return Array.from(
    { length: to - from + 1 },
    (_, step) => `Digikoppeling ${family}${String(from + step).padStart(3, '0')}`,
  );
}
