import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { page, table } from './page.ts';

export interface Decision {
  readonly file: string;
  readonly number: number;
  readonly title: string;
  readonly status: string;
  readonly date: string;
}

const HEAD =
  /^# (\d{4})\. (\S.*)\n\n- Status: (Proposed|Accepted|Superseded by \d{4})\n- Date: (\d{4}-\d\d-\d\d)\n\n## Context\n/;

/** Reads the heads of docs/adr; one that has not the agreed form, or not the number of its file, is an Error that says so. */
export function readDecisions(folder: string): readonly Decision[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .sort()
    .map((file) => readHead(file, readFileSync(join(folder, file), 'utf8')));
}

function readHead(file: string, text: string): Decision {
  const match = HEAD.exec(text);
  if (match === null) throw new Error(`docs/adr/${file}: the head has not the form of docs/adr/0001`);
  const [, number = '', title = '', status = '', date = ''] = match;
  if (!file.startsWith(`${number}-`)) throw new Error(`docs/adr/${file}: the head says ${number}`);
  return { file, number: Number(number), title, status, date };
}

export function decisionsPage(root: string): string {
  const rows = readDecisions(join(root, 'docs', 'adr')).map((decision) => [
    `[${String(decision.number).padStart(4, '0')}](${decision.file})`,
    decision.title,
    decision.status,
    decision.date,
  ]);
  return page(
    'Architecture decisions',
    'the heads of the files here',
    'Why things are not done the obvious way. [0001](0001-record-architecture-decisions.md) says how a decision is written.',
    table(['Number', 'Decision', 'Status', 'Date'], rows),
  );
}
