import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Real contracts, keys and captures lie beside the checkout on some machines; where they do not, those tests are skipped by name. */
const folder = process.env['POSTILJON_FIXTURES'] ?? join(project, '..', 'shared', 'fixtures');

export function fixturesPresent(): boolean {
  return existsSync(folder);
}

export function fixturePath(path: string): string {
  return join(folder, path);
}

export function fixture(path: string): Buffer {
  return readFileSync(fixturePath(path));
}
