import { HOSTILE_INPUT } from '../requirements/hostile-input.ts';
import { testsByHostileInput } from './named-tests.ts';
import { page, table } from './page.ts';
import { testList } from './test-list.ts';

export function hostileInputPage(root: string): string {
  const tests = testsByHostileInput(root);
  const rows = HOSTILE_INPUT.map(({ id, text, left }) => [id, text, testList(tests.get(id), left)]);
  const open = HOSTILE_INPUT.filter(({ id, left }) => left === undefined && !tests.has(id));
  return page(
    'Hostile input',
    '`test/setup/requirements/hostile-input.ts` and the test titles',
    'What a partner or a stranger may send, and the tests that send it. Unless a row is about input that must be accepted, ' +
      'the gateway stays up, delivers nothing, gives no receipt, notes the refusal with a code, and every failed security ' +
      'check looks the same from outside.',
    `Without a test: ${open.length === 0 ? 'none' : open.map((row) => row.id).join(', ')}.`,
    table(['Input', 'What it is', 'Tests'], rows),
  );
}
