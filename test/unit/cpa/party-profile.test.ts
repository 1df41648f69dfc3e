import assert from 'node:assert/strict';
import { parsePartyProfile, toPartyProfile } from '../../../src/cpa/party-profile.ts';
import { sampleParty } from '../../setup/sample-cpas.ts';

const party = sampleParty('gemeente-voorbeeld');

describe('a party file', () => {
  it('gives back what toPartyProfile wrote', () => {
    const { name, endpoint, certificates } = party;
    const made = toPartyProfile({ name, oin: party.partyId.value, role: 'Gemeente', endpoint, certificates });
    assert.deepEqual(made, party);
    assert.deepEqual(parsePartyProfile(JSON.parse(JSON.stringify(made))), party);
  });

  it('takes a PartyId as text', () => {
    for (const partyId of ['00000099000000001000', 'urn:osb:oin:00000099000000001000']) {
      assert.deepEqual(parsePartyProfile({ ...party, partyId }).partyId, party.partyId);
    }
  });

  it('keeps the own certificate of a bundle only', () => {
    const bundle = `${party.certificates.sign}${sampleParty('dienst-voorbeeld').certificates.sign}`;
    assert.deepEqual(parsePartyProfile({ ...party, certificates: { sign: bundle } }), party);
  });

  const faults: readonly (readonly [string, unknown, string])[] = [
    ['nothing', undefined, 'a.yaml'],
    ['a list', [party], 'a.yaml'],
    ['an unknown key', { ...party, endpiont: 'x' }, 'a.yaml: endpiont'],
    ['no name', { ...party, name: undefined }, 'a.yaml: name'],
    [
      'an OIN that YAML read as a number',
      { ...party, partyId: { type: 'urn:osb:oin', value: 99000000001000 } },
      'a.yaml: partyId.value',
    ],
    ['an OIN of 19 positions', { ...party, partyId: '0000009900000000100' }, 'a.yaml: partyId'],
    ['an endpoint that is no URL', { ...party, endpoint: 'gemeente.example' }, 'a.yaml: endpoint'],
    ['an endpoint of another scheme', { ...party, endpoint: 'file:///etc/passwd' }, 'a.yaml: endpoint'],
    ['no signing certificate', { ...party, certificates: {} }, 'a.yaml: certificates.sign'],
    [
      'a certificate that is none',
      { ...party, certificates: { ...party.certificates, tlsClient: 'x' } },
      'a.yaml: certificates.tlsClient',
    ],
  ];
  for (const [name, input, location] of faults) {
    it(`refuses ${name} and names the key`, () => {
      assert.throws(() => parsePartyProfile(input, 'a.yaml'), { code: 'PARTY_FILE_INVALID', location });
    });
  }
});
