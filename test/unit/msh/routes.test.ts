import assert from 'node:assert/strict';
import { destinationOf, explainRoute, unreachableRules } from '../../../src/msh/handover/routes.ts';
import type { RouteRule } from '../../../src/msh/handover/routes.ts';

const PARTNER = 'urn:osb:oin:00000099000000002000';
const MESSAGE = {
  cpaId: 'cpa-1',
  fromPartyId: PARTNER,
  fromRole: 'Leverancier',
  toPartyId: 'urn:osb:oin:00000099000000001000',
  toRole: 'Afnemer',
  service: 'urn:osb:services:levering:1.0',
  action: 'melden',
};

const to = (fields: Omit<RouteRule, 'destination'>, destination = 'amqp'): RouteRule => ({ ...fields, destination });

describe('the routing table', () => {
  const rows: readonly [what: string, rules: readonly RouteRule[], destination: string, rule: number | undefined][] = [
    ['no rule: the inbox', [], 'inbox', undefined],
    ['no rule that matches: the inbox', [to({ action: 'anders' })], 'inbox', undefined],
    ['a rule without fields matches all', [to({})], 'amqp', 1],
    ['every field', [to({ cpaId: 'cpa-1', from: PARTNER, role: 'Afnemer', action: 'melden' })], 'amqp', 1],
    ['one field that differs is enough', [to({ cpaId: 'cpa-1', from: 'urn:osb:oin:1' })], 'inbox', undefined],
    ['the sender is not the receiver', [to({ to: PARTNER })], 'inbox', undefined],
    ['the role is that of the receiver', [to({ role: 'Leverancier' })], 'inbox', undefined],
    ['a service as type:value', [to({ service: 'urn:osb:services:levering:1.0' })], 'amqp', 1],
    ['a service by its value alone', [to({ service: 'levering:1.0' })], 'amqp', 1],
    ['the end of a value is no value', [to({ service: 'ing:1.0' })], 'inbox', undefined],
    [
      'the first that matches decides',
      [to({ action: 'x' }), to({ action: 'melden' }, 'files:a'), to({})],
      'files:a',
      2,
    ],
    ['a rule may say inbox', [to({ action: 'melden' }, 'inbox'), to({})], 'inbox', 1],
  ];
  for (const [what, rules, destination, rule] of rows) {
    it(what, () => {
      assert.equal(destinationOf(rules, MESSAGE), destination);
      const explained = explainRoute(rules, MESSAGE);
      assert.deepEqual([explained.destination, explained.rule], [destination, rule]);
      assert.equal(explained.steps.length, rule ?? rules.length);
    });
  }

  it('explains each rule up to the one that decides, by the first field that differs', () => {
    const rules = [to({ from: PARTNER, action: 'anders' }), to({ role: 'x' }), to({ from: PARTNER }), to({})];
    const { steps } = explainRoute(rules, { fromPartyId: '00000099000000002000', action: 'melden' });
    const no = { destination: 'amqp', matches: false };
    assert.deepEqual(steps, [
      { rule: 1, ...no, mismatch: { field: 'action', wanted: 'anders', found: 'melden' } },
      { rule: 2, ...no, mismatch: { field: 'role', wanted: 'x', found: undefined } },
      { rule: 3, destination: 'amqp', matches: true, mismatch: undefined },
    ]);
  });

  it('rules that lead to partner are about messages that are sent, and all others about received ones', () => {
    const json = { schema: 'melding.xsd', element: undefined };
    const rules = [{ ...to({}, 'partner'), json }, to({ action: 'melden' }), to({ action: 'anders' }, 'partner')];
    assert.equal(destinationOf(rules, MESSAGE), 'amqp');
    const received = explainRoute(rules, MESSAGE);
    assert.deepEqual([received.destination, received.json, received.rule], ['amqp', undefined, 2]);
    assert.deepEqual(received.steps[0]?.mismatch, { field: 'direction', wanted: 'out', found: 'in' });
    const sent = explainRoute(rules, { ...MESSAGE, direction: 'out' });
    assert.deepEqual([sent.destination, sent.json, sent.rule], ['partner', json, 1]);
    assert.equal(explainRoute([to({})], { ...MESSAGE, direction: 'out' }).destination, 'partner');
    assert.deepEqual(unreachableRules(rules), [{ rule: 3, behind: 1 }]);
  });

  it('finds rules that can never decide, and what stands before them', () => {
    const rules = [to({ action: 'a' }), to({ action: 'a', cpaId: 'c' }), to({ cpaId: 'c' }), to({}), to({ from: 'x' })];
    assert.deepEqual(unreachableRules(rules), [
      { rule: 2, behind: 1 },
      { rule: 5, behind: 4 },
    ]);
  });
});
