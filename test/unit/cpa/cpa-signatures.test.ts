import assert from 'node:assert/strict';
import { parseCpa } from '../../../src/cpa/parse-cpa.ts';
import { type FindingCode, validateCpa } from '../../../src/cpa/validate-cpa.ts';
import { verifiedByXmlsec1, xmlsec1 } from '../../conformance/xmlsec/xmlsec1.ts';
import { contract } from '../../setup/msh-contracts.ts';
import { signCpa } from '../../setup/signed-cpas.ts';
import { skipUnless } from '../../setup/skip.ts';
import { partyA, partyB, type TestParty } from '../../setup/test-keys.ts';
import { NOW } from './sample-contract.ts';

const CPA = Buffer.from(contract({ profile: 'osb-rm-s' })).toString();

function signatureFindings(text: string): readonly (readonly [FindingCode, string])[] {
  return validateCpa(parseCpa(Buffer.from(text)), NOW)
    .filter(({ code }) => code.startsWith('CPA_SIGNATURE'))
    .map(({ code, place }) => [code, place.slice(place.lastIndexOf('/') + 1)] as const);
}

describe('CPPA 2.0 §9.9 a signed CPA', () => {
  it('§9.9 is valid when either party signed it', async () => {
    for (const keys of [partyA, partyB])
      assert.deepEqual(signatureFindings(await signCpa(CPA, keys)), [['CPA_SIGNATURE_VALID', 'Signature[1]']]);
  });

  it('§9.9 the second party signs over the first, and both hold', async () => {
    const both = await signCpa(await signCpa(CPA, partyA), partyB);
    assert.deepEqual(signatureFindings(both), [
      ['CPA_SIGNATURE_VALID', 'Signature[1]'],
      ['CPA_SIGNATURE_VALID', 'Signature[2]'],
    ]);
  });

  it('A74 is refused when an octet changed after it was signed', async () => {
    const both = await signCpa(await signCpa(CPA, partyA), partyB);
    const changed = both.replace('https://dienst.test/ebms', 'https://dienst.tist/ebms');
    assert.deepEqual(
      signatureFindings(changed).map(([code]) => code),
      ['CPA_SIGNATURE_INVALID', 'CPA_SIGNATURE_INVALID'],
    );
    const [first = ''] = /<ds:Signature .*?<\/ds:Signature>/s.exec(both) ?? [];
    assert.deepEqual(
      signatureFindings(both.replace(first, '')).map(([code]) => code),
      ['CPA_SIGNATURE_INVALID'],
      'the second covers the first',
    );
  });

  it('A74 is refused when somebody else signed it, or signed with the name of a party', async () => {
    const stranger: TestParty = { ...partyA, certificate: Buffer.from('no certificate of the contract') };
    assert.deepEqual(signatureFindings(await signCpa(CPA, stranger)), [['CPA_SIGNATURE_STRANGER', 'Signature[1]']]);
    const forged: TestParty = { ...partyB, certificate: partyA.certificate };
    assert.deepEqual(signatureFindings(await signCpa(CPA, forged)), [['CPA_SIGNATURE_INVALID', 'Signature[1]']]);
  });

  it('A74 is refused when the Signature covers less, is SHA-1, or is none at all', async () => {
    const signed = await signCpa(CPA, partyA);
    for (const [from, to] of [
      ['URI=""', 'URI="#some"'],
      ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'http://www.w3.org/2000/09/xmldsig#rsa-sha1'],
      [/<ds:KeyInfo>.*?<\/ds:KeyInfo>/s, ''],
      [/<ds:Signature .*?<\/ds:Signature>/s, ''],
    ] as const)
      assert.deepEqual(
        signatureFindings(signed.replace(from, to)).map(([code]) => code),
        ['CPA_SIGNATURE_INVALID'],
        String(from),
      );
  });

  it('CPPA 2.0 §9.2 the status signed without a Signature is worth a warning', () => {
    const text = CPA.replace('"agreed"', '"signed"');
    assert.deepEqual(signatureFindings(text), [['CPA_SIGNATURE_MISSING', 'Signature']]);
  });

  it('xmlsec1 agrees', async function () {
    skipUnless(this, xmlsec1 !== undefined, 'xmlsec1 is not on PATH');
    const signed = await signCpa(CPA, partyA);
    const { ok, said } = verifiedByXmlsec1({ document: signed, parts: [], key: partyA.certificatePem });
    assert.ok(ok, said);
  });
});
