import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { GatewayError } from '../../errors.ts';
import type { Problem } from './problems.ts';
import { isMap } from './read-value.ts';

/** A value of the file before it is checked, and where it stands. */
export interface RawValue {
  readonly value: unknown;
  readonly place: string;
  /** Of an entry, where the value is a list. */
  readonly placeOfEntry?: (index: number) => string;
}

/** The leaves of the file by their key (`api.port`): what `isLeaf` names, and every value that is no map. */
export function readYamlFile(
  file: string,
  isLeaf: (key: string) => boolean,
): { readonly values: ReadonlyMap<string, RawValue>; readonly problems: readonly Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines, prettyErrors: false });
  const problems = [...document.errors, ...document.warnings].map((error) => ({
    key: undefined,
    place: `${file}:${lines.linePos(error.pos[0]).line}`,
    reason: error.message,
  }));
  if (problems.length > 0) return { values: new Map(), problems };
  const content = contentOf(document, file);
  if (content !== null && !isMap(content)) {
    return {
      values: new Map(),
      problems: [{ key: undefined, place: `${file}:1`, reason: 'must be a map of settings' }],
    };
  }
  const values = new Map<string, RawValue>();
  const placeOf = (at: readonly (string | number)[]): string => `${file}:${lineOf(document, lines, at)}`;
  collect(content ?? {}, [], (path, value) => {
    const key = path.join('.');
    const entered = isMap(value) && Object.keys(value).length > 0 && !isLeaf(key);
    if (!entered) values.set(key, { value, place: placeOf(path), placeOfEntry: (index) => placeOf([...path, index]) });
    return entered;
  });
  return { values, problems: [] };
}

/** Aliases that multiply are refused before they fill the memory. */
function contentOf(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 20 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError('CONFIG_INVALID', { location: file, detail: `${file}: ${reason}`, cause });
  }
}

/** Visits every value, and goes into the maps for which the visitor says so. */
function collect(
  map: Readonly<Record<string, unknown>>,
  path: readonly string[],
  visit: (path: readonly string[], value: unknown) => boolean,
): void {
  for (const [name, value] of Object.entries(map)) {
    const here = [...path, name];
    if (visit(here, value) && isMap(value)) collect(value, here, visit);
  }
}

function lineOf(document: Document, lines: LineCounter, path: readonly (string | number)[]): number {
  const node: unknown = document.getIn(path, true);
  const range = isMap(node) ? node['range'] : undefined;
  const start: unknown = Array.isArray(range) ? range[0] : undefined;
  return typeof start === 'number' ? lines.linePos(start).line : 1;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new GatewayError('CONFIG_MISSING', { location: file, detail: `${file} cannot be read`, cause });
  }
}
