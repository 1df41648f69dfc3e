import assert from 'node:assert/strict';
import { createCpa } from '../../../src/cpa/create-cpa.ts';
import type { CpaOptions } from '../../../src/cpa/create-cpa.ts';
import type { Cpa } from '../../../src/cpa/model.ts';
import { parseCpa } from '../../../src/cpa/parse-cpa.ts';
import { resolveSend } from '../../../src/cpa/resolve.ts';
import { validateCpa } from '../../../src/cpa/validate-cpa.ts';
import { toDuration } from '../../../src/cpa/write-doc-exchange.ts';
import { parseDuration } from '../../../src/clock.ts';
import { sampleParty } from '../../setup/sample-cpas.ts';
import { NOW } from './sample-contract.ts';

const gemeente = sampleParty('gemeente-voorbeeld');
const dienst = sampleParty('dienst-voorbeeld');
const OPTIONS: CpaOptions = {
  parties: [gemeente, dienst],
  service: 'dienst:zaken:2.0',
  actions: ['zaakMelden'],
  profile: 'osb-rm-s',
  start: NOW,
};

const create = (more: Partial<CpaOptions> = {}): Cpa => parseCpa(createCpa({ ...OPTIONS, ...more }));

const serviceOf = (cpa: Cpa): unknown => cpa.parties[0]?.roles[0]?.service;

const modeOf = (cpa: Cpa): unknown => cpa.parties[0]?.channels.get('PartyA_BusinessChannel')?.syncReplyMode;

const bindingOf = (cpa: Cpa) => cpa.parties[0]?.docExchanges.get('PartyA_DocExchange')?.sender;

describe('createCpa', () => {
  it('makes a contract that validates and resolves, and that ends with the first certificate [Digikoppeling EB010]', () => {
    const cpa = create();
    assert.deepEqual(
      validateCpa(cpa, NOW).filter(({ severity }) => severity !== 'note'),
      [],
    );
    assert.equal(new Date(cpa.end).toISOString().slice(0, 10), '2036-01-04');
    const service = { type: 'urn:osb:services', value: 'dienst:zaken:2.0' };
    const agreement = resolveSend(cpa, { from: gemeente.partyId, service, action: 'zaakMelden' });
    assert.equal(agreement.from.role, 'Gemeente');
    assert.equal(agreement.ackSignatureRequested, 'always');
  });

  it('the CPAId is service, parties and a UUID, fit for a file name [Digikoppeling EB009]', () => {
    assert.match(create().cpaId, /^dienst-zaken-2-0_00000099000000001000_00000099000000002000_[0-9a-f-]{36}$/);
    assert.equal(create({ cpaId: 'mine' }).cpaId, 'mine');
    assert.notEqual(create().cpaId, create().cpaId);
  });

  it('takes a service with its type, or of another type', () => {
    assert.deepEqual(serviceOf(create({ service: 'urn:osb:services:a:b:1' })), {
      type: 'urn:osb:services',
      value: 'a:b:1',
    });
    assert.deepEqual(serviceOf(create({ service: { value: 'urn:other' } })), { value: 'urn:other' });
  });

  it('sync gives receipts in the HTTP answer where the profile has receipts [Digikoppeling EB015, KVS §4.3-1]', () => {
    assert.equal(modeOf(create({ sync: true })), 'mshSignalsOnly');
    assert.equal(modeOf(create({ sync: true, profile: 'osb-be-s' })), 'none');
  });

  it('keeps PersistDuration above the time of all retries [KVS §6.4.1-2]', () => {
    assert.equal(bindingOf(create())?.persistDuration, 2 * 86_400_000);
    const five = create({ retries: 39, retryInterval: 3 * 3_600_000 });
    assert.equal(bindingOf(five)?.persistDuration, 5 * 86_400_000);
    assert.deepEqual(bindingOf(five)?.reliable, {
      retries: 39,
      retryInterval: 10_800_000,
      messageOrder: 'NotGuaranteed',
    });
  });

  it('escapes what names and roles hold', () => {
    const cpa = create({ parties: [{ ...gemeente, name: 'A & "B" <C>', role: 'é' }, dienst] });
    assert.equal(cpa.parties[0]?.partyName, 'A & "B" <C>');
    assert.equal(cpa.parties[0]?.roles[0]?.role, 'é');
  });

  const refusals: readonly (readonly [string, Partial<CpaOptions>, string])[] = [
    ['no action', { actions: [] }, 'actions'],
    ['an action with white space', { actions: ['zaak melden'] }, 'actions'],
    ['an action that stands twice', { actions: ['a', 'a'] }, 'actions'],
    ['one party twice', { parties: [gemeente, gemeente] }, 'parties'],
    ['no service', { service: 'urn:osb:services:' }, 'service'],
    ['an end before the start', { end: NOW - 1 }, 'end'],
  ];
  for (const [name, more, location] of refusals) {
    it(`refuses ${name}`, () => {
      assert.throws(() => create(more), { code: 'OPTION_INVALID', location });
    });
  }
});

describe('toDuration', () => {
  it('writes what parseDuration reads', () => {
    for (const ms of [0, 1_000, 60_000, 3_600_000, 10_800_000, 86_400_000, 97_200_000, 90_061_000]) {
      assert.equal(parseDuration(toDuration(ms)), ms);
    }
    assert.equal(toDuration(97_200_000), 'P1DT3H');
  });
});
