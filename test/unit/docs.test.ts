import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MIGRATIONS } from '../../src/store/sqlite/migrations/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = globSync(['*.md', '{docs,adapters,cpa,wsdl}/**/*.md'], { cwd: root }).sort();

describe('the documentation', () => {
  it('has links that lead to a file, and to a heading in it', () => {
    assert.ok(pages.length > 20);
    assert.deepEqual(pages.flatMap(deadLinks), []);
  });

  it('has no page that its index leaves out', () => {
    const index = text('docs/README.md');
    const own = globSync('docs/*.md', { cwd: root }).map((page) => page.slice('docs/'.length));
    assert.deepEqual(
      own.filter((page) => page !== 'README.md' && !index.includes(`](${page})`)),
      [],
    );
  });

  it('holds no marks of a merge', () => {
    assert.deepEqual(
      pages.filter((page) => /^(?:<{7}|={7}|>{7})/m.test(text(page))),
      [],
    );
  });

  it('tells each step of the schema once, in the changelog', () => {
    const steps = [...text('CHANGELOG.md').matchAll(/^- Step (\d+):/gm)].map((match) => Number(match[1]));
    assert.deepEqual(
      steps.sort((one, other) => one - other),
      MIGRATIONS.map(({ version }) => version),
    );
  });
});

function text(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

function deadLinks(page: string): readonly string[] {
  const links = [...text(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
  return links.flatMap(([link, path = '', anchor]) => {
    const target = path === '' ? page : join(page, '..', path);
    const found = existsSync(join(root, target)) && (anchor === undefined || anchors(target).includes(anchor));
    return found ? [] : [`${page}: ${link.slice(1)}`];
  });
}

/** The names that GitHub gives to headings. */
function anchors(page: string): readonly string[] {
  return [...text(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
