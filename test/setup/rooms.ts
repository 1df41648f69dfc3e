/**
 * The table of rooms: a file imports from its own folder and from the rows its row names, never from another room of the
 * same row. Type-only imports count. docs/architecture.md shows the same table to people.
 */
export interface Row {
  readonly row: number;
  /** A folder ends in `/`; a file stands for the folder of its name too; `adapters/*` for each folder of adapters/. */
  readonly rooms: readonly string[];
  readonly mayImport: readonly number[];
}

export const ROWS: readonly Row[] = [
  { row: 0, rooms: ['src/errors.ts', 'src/clock.ts', 'src/ids.ts'], mayImport: [] },
  { row: 1, rooms: ['src/xml/', 'src/mime/'], mayImport: [0] },
  { row: 2, rooms: ['src/soap/', 'src/xmlsec/'], mayImport: [0, 1] },
  { row: 3, rooms: ['src/cpa/'], mayImport: [0, 1, 2] },
  { row: 4, rooms: ['src/ebms/'], mayImport: [0, 1, 2, 3] },
  { row: 5, rooms: ['src/ports/'], mayImport: [0, 1, 2, 3, 4] },
  { row: 6, rooms: ['src/msh/', 'src/wus/'], mayImport: [0, 1, 2, 3, 4, 5] },
  { row: 7, rooms: ['src/store/', 'src/transport/', 'src/trust/'], mayImport: [0, 1, 2, 3, 4, 5] },
  { row: 8, rooms: ['src/index.ts'], mayImport: [0, 1, 2, 3, 4, 5, 6] },
  { row: 9, rooms: ['adapters/*'], mayImport: [8] },
  { row: 10, rooms: ['src/app/'], mayImport: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
  { row: 11, rooms: ['src/cli/', 'src/console/'], mayImport: [8, 10] },
];

export const FORBIDDEN_NAMES: readonly string[] = [
  'common',
  'util',
  'utils',
  'helper',
  'helpers',
  'shared',
  'core',
  'base',
  'types',
  'models',
  'services',
];

/** Where code may lie, and what else the root may hold: only what tools and readers expect there. */
export const CODE_FOLDERS: readonly string[] = ['src', 'adapters', 'test'];
export const ROOT_ENTRIES: readonly string[] = [
  ...CODE_FOLDERS,
  'docs',
  'cpa',
  'wsdl',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'biome.json',
  'docker-compose.yml',
  'Dockerfile',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'publiccode.yml',
];
export const GENERATED_FOLDERS: readonly string[] = ['try', 'node_modules', 'dist', 'coverage'];

export const MAX_LINES = 400;
/** Tables and migrations may be longer, each by name. */
export const LONG_FILES: readonly string[] = [];
