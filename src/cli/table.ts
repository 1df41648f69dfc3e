import { inOneLine } from './printable.ts';

const GAP = '  ';
const LEAST = 8;

/** How wide a table may be: as the terminal is; without limit where something else reads it. */
export function tableWidth({ isTTY, columns }: { readonly isTTY?: boolean; readonly columns?: number }): number {
  return isTTY === true && columns !== undefined && columns > 0 ? columns : Infinity;
}

/** Columns for people: at most `width` wide, the widest ones shortened first; never the last, which may be copied. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width = tableWidth(process.stdout),
): string {
  const lines = [head, ...rows].map((line) => line.map(inOneLine));
  const natural = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const last = natural.at(-1) ?? 0;
  const widths = [...fit(natural.slice(0, -1), width - last - GAP.length * (head.length - 1)), last];
  return lines
    .map((line) =>
      widths
        .map((size, column) => shorten(line[column] ?? '', size).padEnd(size))
        .join(GAP)
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

function fit(natural: readonly number[], room: number): readonly number[] {
  const widths = [...natural];
  let over = widths.reduce((sum, size) => sum + size, 0) - room;
  while (over > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    const size = widths[widest] ?? 0;
    if (size <= LEAST) break;
    widths[widest] = size - 1;
    over -= 1;
  }
  return widths;
}

function shorten(text: string, size: number): string {
  return text.length <= size ? text : `${text.slice(0, Math.max(0, size - 1))}…`;
}

/** `name: value` lines with the values under each other. */
export function formatFields(fields: readonly (readonly [string, string | undefined])[]): string {
  const shown = fields.filter((field): field is readonly [string, string] => field[1] !== undefined && field[1] !== '');
  const size = Math.max(...shown.map(([name]) => name.length)) + 1;
  return shown.map(([name, value]) => `${`${name}:`.padEnd(size)} ${inOneLine(value)}\n`).join('');
}

const UNITS = ['octets', 'kB', 'MB', 'GB', 'TB'] as const;

/** For people: `12.3 MB`. */
export function formatOctets(octets: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, octets)) / 3)));
  const size = octets / 1000 ** power;
  return `${power === 0 ? size : size.toFixed(1)} ${UNITS[power] ?? ''}`;
}
