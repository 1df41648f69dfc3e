import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import * as rules from './rooms.ts';

/** One sentence for each place where the tree under `root` breaks a rule of `rooms.ts`; empty when all is well. */
export function checkRooms(root: string): readonly string[] {
  const files = codeFiles(root);
  const imports = new Map(files.map((file) => [file, importsOf(file, readFileSync(join(root, file), 'utf8'))]));
  return [
    ...strayEntries(root),
    ...files.flatMap((file) => badNames(file)),
    ...files.flatMap((file) => tooLong(root, file)),
    ...[...imports].flatMap(([file, targets]) => targets.flatMap((target) => badImport(file, target))),
    ...cycles(imports),
  ];
}

const CODE = /\.(?:[cm]?[jt]s|[jt]sx)$/;

function codeFiles(root: string): readonly string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.') && !rules.GENERATED_FOLDERS.includes(entry.name))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(root, entry.name) : [entry.name]))
    .filter((file) => CODE.test(file))
    .sort();
}

function filesBelow(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/').replace(/^\/+/, ''));
}

function strayEntries(root: string): readonly string[] {
  const known = [...rules.ROOT_ENTRIES, ...rules.GENERATED_FOLDERS];
  return readdirSync(root)
    .filter((name) => !name.startsWith('.') && !name.endsWith('.tgz') && !known.includes(name))
    .map((name) => `${name}: the root holds only what tools and readers expect there`);
}

function badNames(file: string): readonly string[] {
  const [top = '', ...below] = file.split('/');
  if (below.length === 0 || !rules.CODE_FOLDERS.includes(top))
    return [`${file}: code lies in ${rules.CODE_FOLDERS.join(', ')} only`];
  const names = below.map((part) => part.split('.')[0] ?? '');
  const nameless = names
    .filter((name) => rules.FORBIDDEN_NAMES.includes(name))
    .map((name) => `${file}: "${name}" says nothing`);
  return top === 'test' || roomOf(file) !== undefined
    ? nameless
    : [...nameless, `${file}: belongs to no room of the table`];
}

function tooLong(root: string, file: string): readonly string[] {
  const lines = readFileSync(join(root, file), 'utf8').trimEnd().split('\n').length;
  if (lines <= rules.MAX_LINES || rules.LONG_FILES.includes(file)) return [];
  return [`${file}: ${lines} lines, more than ${rules.MAX_LINES}`];
}

const COMMENTS = /^\s*(?:\/\/.*|\/\*[\s\S]*?\*\/)/gm;
const IMPORTS = [
  /^\s*(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\bimport\(\s*['"`]([^'"`$]+)/g,
  /\bnew URL\(\s*['"`](\.[^'"`$]+\.[jt]s)['"`]/g,
];

/** What the code imports, as it is written there. */
export function importedNames(text: string): readonly string[] {
  const code = text.replace(COMMENTS, '');
  return IMPORTS.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? ''));
}

/** Files of ours that `file` imports, as paths from the root. */
function importsOf(file: string, text: string): readonly string[] {
  return importedNames(text)
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.join(posix.dirname(file), name));
}

interface Room {
  readonly name: string;
  readonly row: rules.Row;
}

function roomOf(file: string): Room | undefined {
  for (const row of rules.ROWS) {
    const name = row.rooms.map((room) => roomName(room, file)).find((found) => found !== undefined);
    if (name !== undefined) return { name, row };
  }
  return undefined;
}

function roomName(room: string, file: string): string | undefined {
  if (room.endsWith('/')) return file.startsWith(room) ? room : undefined;
  if (!room.endsWith('/*')) return file === room || file.startsWith(room.replace(/\.ts$/, '/')) ? room : undefined;
  const [top, folder, ...rest] = file.split('/');
  return `${top}/*` === room && rest.length > 0 ? `${top}/${folder}/` : undefined;
}

/** The product never imports tests; tests may import whatever they test. */
function badImport(file: string, target: string): readonly string[] {
  const from = roomOf(file);
  if (from === undefined) return [];
  const to = roomOf(target);
  if (to === undefined) return [`${file} imports ${target}, which is in no room`];
  if (to.name === from.name || from.row.mayImport.includes(to.row.row)) return [];
  return [`${file} (row ${from.row.row}) imports ${target} (row ${to.row.row})`];
}

function cycles(imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const seen = path.indexOf(file);
    if (seen >= 0) found.push(`import cycle: ${[...path.slice(seen), file].map(short).join(' → ')}`);
    if (seen >= 0 || done.has(file)) return;
    for (const target of imports.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return found;
}

function short(file: string): string {
  return join(basename(dirname(file)), basename(file)).replaceAll('\\', '/');
}
