import { ENTRY_FIELDS } from './entry-fields.ts';
import { KINDS } from './key-kinds.ts';
import { KEYS, environmentName } from './key-table.ts';
import type { KeyRow } from './key-table.ts';

const HEAD = `# Configuration

<!-- Made from src/app/config/key-table.ts and entry-fields.ts by \`npm run docs\`: change that. -->

\`postiljon.yaml\` holds the settings; every one can be given as an environment variable too, which then counts instead
(lists and maps as JSON). Relative paths count from the folder of the file. An unknown key is refused.
What a CPA says is never repeated as a setting. A change needs a restart.

`;

/** docs/configuration.md. */
export function configurationDoc(): string {
  const rows = Object.entries(KEYS).map(([key, row]) => line(key, row));
  const entries = Object.entries(ENTRY_FIELDS).map(([key, fields]) => section(key, fields));
  const table = `| key | type | default | environment variable | meaning |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
  return `${HEAD}${table}\n${entries.join('\n')}`;
}

/** The fields of one entry, under a heading of its own. */
function section(key: string, fields: Readonly<Record<string, string>>): string {
  const rows = Object.entries(fields).map(([field, meaning]) => `| \`${field}\` | ${meaning} |`);
  return `## An entry of \`${key}\`\n\n| field | meaning |\n|---|---|\n${rows.join('\n')}\n`;
}

function entryLink(key: string): string {
  const anchor = `an-entry-of-${key.replaceAll('.', '').toLowerCase()}`;
  return Object.hasOwn(ENTRY_FIELDS, key) ? ` [What stands in an entry](#${anchor}).` : '';
}

function line(key: string, row: KeyRow): string {
  const type = row.choices === undefined ? KINDS[row.kind].shown : row.choices.map((one) => `\`${one}\``).join(', ');
  const name = `\`${environmentName(key)}\``;
  const meaning = `${row.meaning}${entryLink(key)}${row.secret === true ? ' Secret: never logged.' : ''}`;
  return `| \`${key}\` | ${type} | ${shownDefault(row)} | ${name} | ${meaning} |`;
}

function shownDefault(row: KeyRow): string {
  if (row.shownDefault !== undefined) return row.shownDefault;
  if (row.required === true) return 'required';
  if (row.default === undefined) return '—';
  if (row.kind === 'size' && typeof row.default === 'number') return `\`${shownSize(row.default)}\``;
  return `\`${typeof row.default === 'object' ? JSON.stringify(row.default) : row.default}\``;
}

function shownSize(octets: number): string {
  return octets < 2 ** 20 ? `${octets / 2 ** 10} KiB` : `${octets / 2 ** 20} MiB`;
}
