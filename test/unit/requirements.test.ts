import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { testsByHostileInput, testsByRequirement } from '../setup/docs/named-tests.ts';
import { HOSTILE_INPUT } from '../setup/requirements/hostile-input.ts';
import { REQUIREMENTS } from '../setup/requirements/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the tables of requirements', () => {
  const named = testsByRequirement(root);
  const attacked = testsByHostileInput(root);

  it('give each requirement and each hostile input one id', () => {
    for (const rows of [REQUIREMENTS, HOSTILE_INPUT])
      assert.equal(new Set(rows.map((row) => row.id)).size, rows.length);
  });

  it('are whole sentences', () => {
    for (const row of [...REQUIREMENTS, ...HOSTILE_INPUT]) assert.match(row.text, /^\S.*\.$/, row.id);
  });

  it('hold every requirement that a test names', () => {
    const ids = new Set(REQUIREMENTS.map((row) => row.id));
    assert.deepEqual(
      [...named].filter(([id]) => !ids.has(id)),
      [],
    );
  });

  it('hold every hostile input that a test names', () => {
    const ids = new Set(HOSTILE_INPUT.map((row) => row.id));
    assert.deepEqual(
      [...attacked].filter(([id]) => !ids.has(id)),
      [],
    );
  });

  it('call left out only what no test proves', () => {
    const left = [...REQUIREMENTS, ...HOSTILE_INPUT].filter((row) => row.left !== undefined);
    assert.deepEqual(
      left.filter((row) => named.has(row.id) || attacked.has(row.id)),
      [],
    );
  });
});
