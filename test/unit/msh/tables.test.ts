import assert from 'node:assert/strict';
import { type AnswerKey, ANSWERS, answer } from '../../../src/msh/answers.ts';
import { STATES, TRANSITIONS } from '../../../src/msh/states.ts';
import type { MessageState } from '../../../src/ports/store.ts';

const isState = (name: string): name is MessageState => name in STATES;

describe('the tables of states', () => {
  it('every transition is between states that exist, in one direction', () => {
    for (const { from, to } of TRANSITIONS) {
      assert.ok(isState(to), to);
      if (from === 'new') continue;
      assert.ok(isState(from), from);
      assert.equal(STATES[from].direction, STATES[to].direction, `${from} → ${to}`);
    }
  });

  it('no transition leaves a final state, and every other state has one', () => {
    for (const [name, { final }] of Object.entries(STATES))
      assert.equal(
        TRANSITIONS.some(({ from }) => from === name),
        !final,
        name,
      );
  });

  it('every state can be reached; no transition stands twice', () => {
    const reached = new Set<string>(TRANSITIONS.map(({ to }) => to));
    assert.deepEqual(
      Object.keys(STATES).filter((name) => !reached.has(name)),
      [],
    );
    const pairs = TRANSITIONS.map(({ from, to }) => `${from} ${to}`);
    assert.equal(new Set(pairs).size, pairs.length);
  });
});

describe('the table of answers', () => {
  const keys = Object.keys(ANSWERS).filter((key): key is AnswerKey => key in ANSWERS);

  for (const key of keys) {
    it(`${key}: status, and a body exactly where the row has one`, () => {
      const { status, body } = ANSWERS[key];
      const made = body === 'none' ? answer(key) : answer(key, Buffer.from('<x/>'));
      assert.equal(made.status, status);
      assert.equal(made.headers['content-type'], body === 'none' ? undefined : 'text/xml; charset=UTF-8');
      const signal = body !== 'none' && !body.startsWith('SOAP Fault');
      assert.equal(made.headers['soapaction'], signal ? '"ebXML"' : undefined);
    });
  }

  it('SOAP 1.1 §6.2 a Fault has status 500 or 503, a signal 200, an empty answer 204 or a status of HTTP', () => {
    for (const { status, body } of Object.values(ANSWERS)) {
      if (body.startsWith('SOAP Fault')) assert.ok(status === 500 || status === 503);
      else if (body === 'none') assert.ok(status === 204 || (status >= 400 && status < 500));
      else assert.equal(status, 200);
    }
  });

  it('nothing that may pass later is a 4xx: peers give up on those', () => {
    assert.deepEqual([ANSWERS.busy.status, ANSWERS.internal.status], [503, 500]);
  });
});
