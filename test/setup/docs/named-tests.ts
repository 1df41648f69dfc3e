import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A title as it stands in the source; what a table fills in is `…`. */
export interface NamedTest {
  readonly file: string;
  readonly title: string;
}

const LITERAL = /(['"`])((?:\\.|(?!\1)[^\\])*)\1/gs;
const TAGS = /\s*\[((?:ebMS2|KVS|Digikoppeling) [^\]]+)\]/g;
const HOSTILE = /^((?:A\d\d\s+)+)(\S.*)$/s;

/** Requirement → tests, from `[ebMS2 §6.5.6-1]` or `[ebMS2 §6.5.6-1, KVS §6.4.1-1]` in titles and in rows that become titles. */
export function testsByRequirement(root: string): ReadonlyMap<string, readonly NamedTest[]> {
  return collect(root, (text) => {
    const ids = [...text.matchAll(TAGS)].flatMap((match) => (match[1] ?? '').split(/,\s*/));
    return ids.map((id) => [id, text.replaceAll(TAGS, '')]);
  });
}

/** Number of a hostile input → tests, from titles that begin with one or several. */
export function testsByHostileInput(root: string): ReadonlyMap<string, readonly NamedTest[]> {
  return collect(root, (text, next) => {
    if (/^A\d\d$/.test(text)) return [[text, next]];
    const [, ids = '', title = ''] = HOSTILE.exec(text) ?? [];
    return ids.split(/\s+/).flatMap((id) => (id === '' ? [] : [[id, title] as const]));
  });
}

type Names = (text: string, next: string) => readonly (readonly [id: string, title: string])[];

function collect(root: string, names: Names): ReadonlyMap<string, readonly NamedTest[]> {
  const found = new Map<string, NamedTest[]>();
  for (const file of testSources(root)) {
    const texts = literals(readFileSync(join(root, file), 'utf8'));
    texts.forEach((text, place) => {
      for (const [id, title] of names(text, texts[place + 1] ?? '')) {
        const tests = found.get(id) ?? [];
        if (!tests.some((test) => test.file === file && test.title === title)) tests.push({ file, title });
        found.set(id, tests);
      }
    });
  }
  return found;
}

function testSources(root: string): readonly string[] {
  return globSync('test/{unit,conformance,attack,interop,fault,e2e}/**/*.ts', { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .sort();
}

function literals(source: string): readonly string[] {
  return source.split('\n').flatMap((line) => [...line.matchAll(LITERAL)].map((match) => readable(match[2] ?? '')));
}

function readable(text: string): string {
  return text.replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…').replaceAll(/\\(.)/g, '$1');
}
