import { KINDS } from './key-kinds.ts';
import { KEYS, environmentName } from './key-table.ts';
import type { KeyRow } from './key-table.ts';

const HEAD = `# Configuration

<!-- Made from src/app/config/key-table.ts by \`npm run docs\`: change that. -->

\`postiljon.yaml\` holds the settings; every one can be given as an environment variable too, which then counts instead
(lists and maps as JSON). Relative paths count from the folder of the file. An unknown key is refused.
What a CPA says is never repeated as a setting. A change needs a restart.

`;

/** docs/configuration.md. */
export function configurationDoc(): string {
  const rows = Object.entries(KEYS).map(([key, row]) => line(key, row));
  return `${HEAD}| key | type | default | environment variable | meaning |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

function line(key: string, row: KeyRow): string {
  const type = row.choices === undefined ? KINDS[row.kind].shown : row.choices.map((one) => `\`${one}\``).join(', ');
  const name = `\`${environmentName(key)}\``;
  const meaning = row.secret === true ? `${row.meaning} Secret: never logged.` : row.meaning;
  return `| \`${key}\` | ${type} | ${shownDefault(row)} | ${name} | ${meaning} |`;
}

function shownDefault(row: KeyRow): string {
  if (row.shownDefault !== undefined) return row.shownDefault;
  if (row.required === true) return 'required';
  if (row.default === undefined) return '—';
  if (row.kind === 'size' && typeof row.default === 'number') return `\`${row.default / 2 ** 20} MiB\``;
  return `\`${typeof row.default === 'object' ? JSON.stringify(row.default) : row.default}\``;
}
