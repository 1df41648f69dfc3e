import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkRooms } from '../setup/check-rooms.ts';
import { LONG_FILES, MAX_LINES } from '../setup/rooms.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the table of rooms', () => {
  it('is kept by every file of this project', () => {
    assert.deepEqual(checkRooms(root), []);
  });

  it('lets imports go downwards and within a room', () => {
    assert.deepEqual(
      complaints({
        'src/errors.ts': "import { x } from './errors/xml.ts';",
        'src/errors/xml.ts': '',
        'src/xml/tree.ts': "import { E } from '../errors.ts';\nimport { t } from './tokenizer.ts';",
        'src/xml/tokenizer.ts': "import { E } from '../errors.ts';",
        'src/index.ts': "export { t } from './xml/tree.ts';",
        'adapters/rest/server.ts': "import type { T } from '../../src/index.ts';\nimport fastify from 'fastify';",
        'src/app/compose.ts': "const rest = await import('../../adapters/rest/server.ts');",
        'test/unit/xml/tree.test.ts': "import { t } from '../../../src/xml/tree.ts';",
      }),
      [],
    );
  });

  const bad: readonly [why: string, tree: Readonly<Record<string, string>>, complaint: RegExp][] = [
    [
      'an import upwards',
      { 'src/xml/a.ts': "import { b } from '../ebms/b.ts';", 'src/ebms/b.ts': '' },
      /src\/xml\/a\.ts \(row 1\) imports src\/ebms\/b\.ts \(row 4\)/,
    ],
    [
      'a type-only import upwards',
      { 'src/xml/a.ts': "import type {\n  B,\n} from '../ebms/b.ts';", 'src/ebms/b.ts': '' },
      /imports src\/ebms\/b\.ts/,
    ],
    [
      'a re-export upwards',
      { 'src/xml/a.ts': "export type * from '../ebms/b.ts';", 'src/ebms/b.ts': '' },
      /imports src\/ebms\/b\.ts/,
    ],
    [
      'a dynamic import upwards',
      { 'src/xml/a.ts': "await import('../ebms/b.ts');", 'src/ebms/b.ts': '' },
      /imports src\/ebms\/b\.ts/,
    ],
    [
      'a worker of another room',
      { 'src/xml/a.ts': "new URL('../store/b.ts', import.meta.url);", 'src/store/b.ts': '' },
      /imports src\/store\/b\.ts/,
    ],
    [
      'an import of a room in the same row',
      { 'src/xml/a.ts': "import '../mime/b.ts';", 'src/mime/b.ts': '' },
      /\(row 1\) imports src\/mime\/b\.ts \(row 1\)/,
    ],
    [
      'a store that knows the use cases',
      { 'src/store/a.ts': "import '../msh/b.ts';", 'src/msh/b.ts': '' },
      /\(row 7\) imports .* \(row 6\)/,
    ],
    [
      'a room of the same row that reaches into the folder of a file',
      { 'src/clock.ts': "import { x } from './errors/xml.ts';", 'src/errors/xml.ts': '' },
      /\(row 0\) imports src\/errors\/xml\.ts \(row 0\)/,
    ],
    [
      'an adapter that goes past the door',
      { 'adapters/rest/a.ts': "import '../../src/errors.ts';", 'src/errors.ts': '' },
      /\(row 9\) imports src\/errors\.ts/,
    ],
    [
      'an adapter that uses another adapter',
      { 'adapters/rest/a.ts': "import '../amqp/b.ts';", 'adapters/amqp/b.ts': '' },
      /\(row 9\) imports adapters\/amqp\/b\.ts/,
    ],
    [
      'a product that imports tests',
      { 'src/xml/a.ts': "import '../../test/setup/b.ts';", 'test/setup/b.ts': '' },
      /in no room/,
    ],
    [
      'an import cycle',
      { 'src/xml/a.ts': "import './b.ts';", 'src/xml/b.ts': "import type { A } from './a.ts';" },
      /import cycle: xml\/a\.ts → xml\/b\.ts → xml\/a\.ts/,
    ],
    ['a folder without meaning', { 'src/xml/utils/a.ts': '' }, /"utils" says nothing/],
    ['a file without meaning', { 'src/xml/types.ts': '' }, /"types" says nothing/],
    ['code outside the folders', { 'scripts/a.mjs': '' }, /code lies in/],
    ['code in the root', { 'gulpfile.js': '' }, /code lies in/],
    ['a folder that is no room', { 'src/stuff/a.ts': '' }, /belongs to no room/],
    ['a stray file in the root', { 'notes.txt': '' }, /the root holds only/],
    ['a file too long', { 'src/xml/a.ts': '//\n'.repeat(MAX_LINES + 1) }, /401 lines/],
  ];
  for (const [why, tree, complaint] of bad) {
    it(`is broken by ${why}`, () => {
      const found = complaints(tree);
      assert.ok(
        found.some((line) => complaint.test(line)),
        `expected ${complaint}, found ${JSON.stringify(found)}`,
      );
    });
  }

  it('does not take an import in a comment for one', () => {
    assert.deepEqual(
      complaints({ 'src/xml/a.ts': "/**\n * import x from '../ebms/b.ts';\n */\n// import '../ebms/b.ts';" }),
      [],
    );
  });

  it('exempts from the limit of lines only files that are longer', () => {
    const idle = LONG_FILES.filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length <= MAX_LINES);
    assert.deepEqual(idle, []);
  });
});

function complaints(tree: Readonly<Record<string, string>>): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'postiljon-rooms-'));
  try {
    for (const [path, text] of Object.entries(tree)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return checkRooms(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
