import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { bothParties } from '../../setup/encrypted-parts.ts';
import { partyA } from '../../setup/test-keys.ts';
import { openWith, outcomeOf, sealedEnvelope } from '../../setup/wus-encryption.ts';

const CONTENT = '<m:vraag xmlns:m="urn:m">12 euro</m:vraag>';
const honest = sealedEnvelope(CONTENT, { certificate: partyA.certificate });
const KEY = /<xenc:EncryptedKey .*<\/xenc:EncryptedKey>/s.exec(honest)?.[0] ?? '';
const DATA = /<xenc:EncryptedData .*<\/xenc:EncryptedData>/s.exec(honest)?.[0] ?? '';

const HOSTILE: readonly (readonly [title: string, envelope: string])[] = [
  ['A40 a flipped bit of the cipher text', flipLast(honest, /<\/xenc:EncryptedData>/)],
  [
    'A40 a flipped bit of the wrapped key',
    flipLast(honest, /<\/xenc:CipherValue><\/xenc:CipherData><xenc:ReferenceList>/),
  ],
  ['A40 a cipher text shorter than iv and tag', withValue(honest, 'AAAA')],
  ['A40 an empty cipher text', withValue(honest, '')],
  ['A40 what is not base64', withValue(honest, '*!*')],
  ['A41 AES-CBC, which nobody allowed', honest.replace('2009/xmlenc11#aes256-gcm', '2001/04/xmlenc#aes256-cbc')],
  ['A41 3DES', honest.replace('2009/xmlenc11#aes256-gcm', '2001/04/xmlenc#tripledes-cbc')],
  [
    'A41 RSA 1.5, which nobody allowed',
    honest.replace(/xmlenc#rsa-oaep-mgf1p"><ds:DigestMethod[^>]*><\/ds:DigestMethod>/, 'xmlenc#rsa-1_5">'),
  ],
  ['A41 another digest of OAEP', honest.replace('2000/09/xmldsig#sha1', '2001/04/xmlenc#sha256')],
  ['A42 a hundred keys', honest.replace(KEY, KEY.repeat(100))],
  ['A42 a second key beside', honest.replace(KEY, KEY + KEY.replace(/Id="EK-/, 'Id="EK-x'))],
  ['A42 no key', honest.replace(KEY, '')],
  ['A42 a recipient that is nobody', honest.replace(/(<wsse:KeyIdentifier [^>]*>)[^<]*/, '$1AAAA')],
  [
    'A42 a recipient by a token that is not there',
    honest.replace(/<wsse:KeyIdentifier .*?<\/wsse:KeyIdentifier>/s, '<wsse:Reference URI="#none"></wsse:Reference>'),
  ],
  ['A43 something beside the cipher text', honest.replace(DATA, `${DATA}<m:meer xmlns:m="urn:m"></m:meer>`)],
  ['A43 two cipher texts', honest.replace(DATA, DATA + DATA)],
  ['A43 the cipher text below another element', honest.replace(DATA, `<m:vraag xmlns:m="urn:m">${DATA}</m:vraag>`)],
  ['WB005 an encrypted header', honest.replace('</wsse:Security>', `</wsse:Security>${DATA}`)],
  ['WB005 a Type that is not Content', honest.replace('xmlenc#Content', 'xmlenc#Element')],
  ['a ReferenceList of something else', honest.replace(/DataReference URI="#ED-/, 'DataReference URI="#ED-x')],
  ['a KeyInfo of another key', honest.replace(/wsse:Reference URI="#EK-/, 'wsse:Reference URI="#EK-x')],
  [
    'A28 a CipherReference, which would have to be fetched',
    honest.replace(
      /<xenc:CipherValue>[^<]+<\/xenc:CipherValue>(?=<\/xenc:CipherData><\/xenc:EncryptedData>)/,
      '<xenc:CipherReference URI="http://169.254.169.254/"></xenc:CipherReference>',
    ),
  ],
  [
    'A04 an entity inside',
    sealedEnvelope('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', { certificate: partyA.certificate }),
  ],
  [
    'A14 what is not well-formed inside',
    sealedEnvelope('<m:vraag xmlns:m="urn:m">', { certificate: partyA.certificate }),
  ],
  [
    'A19 an end of the Body inside, and another Body',
    sealedEnvelope('<a xmlns="urn:a"></a></soap:Body><soap:Body><b xmlns="urn:b"></b>', {
      certificate: partyA.certificate,
    }),
  ],
];

describe('hostile encryption of a WUS Body', () => {
  it('the honest message is opened', async () => {
    assert.equal(await outcomeOf(openWith({ decrypter: bothParties }, honest)), 'opened');
  });

  for (const [title, envelope] of HOSTILE) {
    it(`${title}: one refusal, without a place`, async () => {
      assert.notEqual(envelope, honest);
      assert.equal(await outcomeOf(openWith({ decrypter: bothParties }, envelope)), 'DECRYPTION_FAILED');
    });
  }
});

function withValue(envelope: string, value: string): string {
  return envelope.replace(
    /(<xenc:CipherValue>)[^<]+(?=<\/xenc:CipherValue><\/xenc:CipherData><\/xenc:EncryptedData>)/,
    `$1${value}`,
  );
}

/** Changes the base64 character ten places before what `behind` finds. */
function flipLast(envelope: string, behind: RegExp): string {
  const at =
    (behind.exec(envelope)?.index ?? 0) -
    '</xenc:CipherValue></xenc:CipherData>'.length * (behind.source.includes('EncryptedData') ? 1 : 0) -
    10;
  return envelope.slice(0, at) + (envelope[at] === 'A' ? 'B' : 'A') + envelope.slice(at + 1);
}
