import assert from 'node:assert/strict';
import { resolveSend } from '../../../src/cpa/resolve.ts';
import type { SendQuery } from '../../../src/cpa/resolve.ts';
import { validateCpa } from '../../../src/cpa/validate-cpa.ts';
import { NOW, sampleCpa } from '../../unit/cpa/sample-contract.ts';

const GEMEENTE = { type: 'urn:osb:oin', value: '00000099000000001000' };
const DIENST = { type: 'urn:osb:oin', value: '00000099000000002000' };
const HONEST: SendQuery = {
  from: GEMEENTE,
  fromRole: 'Gemeente',
  to: DIENST,
  toRole: 'Dienst',
  service: { type: 'urn:osb:services', value: 'dienst-voorbeeld:meldingen:1.0' },
  action: 'meldingIndienen',
};

const errorsAt = (now: number): readonly string[] =>
  validateCpa(sampleCpa('osb-rm-s'), now)
    .filter(({ severity, code }) => severity === 'error' || code === 'DATES_LATER')
    .map(({ code }) => code);

describe('A58 a CPA outside its time', () => {
  it('A58 an ended or proposed CPA cannot be activated, one that has not begun is announced [ebMS2 §3.1.2-3]', () => {
    assert.deepEqual(errorsAt(NOW), []);
    assert.ok(errorsAt(Date.parse('2036-01-01T00:00:00Z')).includes('DATES_ENDED'));
    assert.ok(errorsAt(Date.parse('2025-12-31T23:59:59Z')).includes('DATES_LATER'));
    const proposed = validateCpa(sampleCpa('osb-rm-s', ['"agreed"', '"proposed"']), NOW);
    assert.equal(proposed[0]?.code, 'STATUS_PROPOSED');
  });
});

describe('A59 what is not in the CPA', () => {
  const cpa = sampleCpa('osb-rm-s');

  it('A59 the honest message resolves', () => {
    assert.equal(resolveSend(cpa, HONEST).action, 'meldingIndienen');
  });

  const unknown = { type: 'urn:osb:oin', value: '00000099000000003000' };
  const attacks: readonly (readonly [string, Partial<SendQuery>, string, string])[] = [
    ['an unknown From party', { from: unknown }, 'PARTY_UNKNOWN', 'From/PartyId'],
    ['an unknown To party', { to: unknown }, 'PARTY_UNKNOWN', 'To/PartyId'],
    ['a From party with a foreign second PartyId', { from: [GEMEENTE, unknown] }, 'PARTY_UNKNOWN', 'From/PartyId'],
    ['PartyIds of both parties in one From', { from: [GEMEENTE, DIENST] }, 'PARTY_UNKNOWN', 'From/PartyId'],
    ['no PartyId at all', { from: [] }, 'PARTY_UNKNOWN', 'From/PartyId'],
    [
      'the right OIN with another type',
      { from: { type: 'urn:gln', value: GEMEENTE.value } },
      'PARTY_UNKNOWN',
      'From/PartyId',
    ],
    ['the right OIN without type', { from: { value: GEMEENTE.value } }, 'PARTY_UNKNOWN', 'From/PartyId'],
    [
      'type and value that join to the same text',
      { from: { type: 'urn:osb', value: `oin:${GEMEENTE.value}` } },
      'PARTY_UNKNOWN',
      'From/PartyId',
    ],
    ['a message to oneself', { to: GEMEENTE }, 'PARTY_UNKNOWN', 'To/PartyId'],
    [
      'From and To swapped',
      { from: DIENST, fromRole: 'Dienst', to: GEMEENTE, toRole: 'Gemeente' },
      'ACTION_NOT_AGREED',
      'Action',
    ],
    ['the role of the other party', { fromRole: 'Dienst' }, 'ACTION_NOT_AGREED', 'From/Role'],
    ['a wrong To role', { toRole: 'Gemeente' }, 'ACTION_NOT_AGREED', 'To/Role'],
    ['an unknown service', { service: { type: 'urn:osb:services', value: 'other' } }, 'ACTION_NOT_AGREED', 'Service'],
    [
      'a service of another type',
      { service: { value: 'dienst-voorbeeld:meldingen:1.0' } },
      'ACTION_NOT_AGREED',
      'Service',
    ],
    ['an unknown action', { action: 'wissen' }, 'ACTION_NOT_AGREED', 'Action'],
    ['an action in another case', { action: 'MeldingIndienen' }, 'ACTION_NOT_AGREED', 'Action'],
    ['an action named as an inherited property', { action: '__proto__' }, 'ACTION_NOT_AGREED', 'Action'],
  ];
  for (const [name, change, code, place] of attacks) {
    it(`A59 ${name} is refused [ebMS2 §3.1.1-2]`, () => {
      assert.throws(() => resolveSend(cpa, { ...HONEST, ...change }), {
        code,
        location: `//Header/MessageHeader/${place}`,
      });
    });
  }
});
