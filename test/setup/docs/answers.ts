import { ANSWERS, type AnswerRow } from '../../../src/msh/answers.ts';
import { page, table } from './page.ts';

export function answersPage(): string {
  const rows = Object.values(ANSWERS).map((row: AnswerRow) => [
    row.situation,
    row.mode,
    String(row.status),
    row.body,
    row.note,
    row.spec ?? '',
  ]);
  return page(
    'Answers to a partner',
    '`src/msh/answers.ts`',
    'What a partner gets over HTTP for what it sent. The mode is that of the CPA (SyncReplyMode). Nothing that will pass ' +
      'later is answered with a 4xx.',
    table(['Situation', 'Mode', 'Status', 'Body', 'Note', 'Clause'], rows),
  );
}
