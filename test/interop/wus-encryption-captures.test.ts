import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createDecrypter } from '../../src/trust/decrypter.ts';
import { readCertificates } from '../../src/trust/certificate.ts';
import { childElements } from '../../src/xml/tree.ts';
import { readCapture } from '../setup/captures.ts';
import { fixture, fixturesPresent } from '../setup/fixtures.ts';
import { skipUnless } from '../setup/skip.ts';
import { openWith, outcomeOf } from '../setup/wus-encryption.ts';

/** Requests of CXF with WSS4J whose Body is encrypted for the provider, none of them with attachments. */
const OPENED = [
  'se-small',
  'se-large-request',
  'se-base64-inline',
  'se-aes128-gcm',
  'se-oaep-sha256-mgf1sha256',
  'se-oaep11-defaults',
  'se-oaep-mgf1p-sha256',
  'se-recipient-ski',
  'se-recipient-thumbprint',
  'se-recipient-token',
  'se-no-inclusive-prefixes',
  'se-prefixed-namespaces',
  'se-stax-request',
  'se-policy',
];
const REFUSED = ['se-rsa15', 'se-aes256-cbc', 'err-se-tampered-cipher', 'err-se-wrong-recipient'];

describe('encrypted requests of CXF with WSS4J', () => {
  for (const name of OPENED) {
    it(`WB005 WB008 ${name} is opened`, async function () {
      skipUnless(this, fixturesPresent(), 'the folder of captures is not there');
      const opened = await openWith({ decrypter: provider() }, readCapture(`wus/${name}/1-request`).body);
      assert.equal(opened.decrypted, true);
      assert.equal(childElements(opened.soap.body).length, 1);
    });
  }

  for (const name of REFUSED) {
    it(`ENC003 ENC004 ${name} is refused like every other`, async function () {
      skipUnless(this, fixturesPresent(), 'the folder of captures is not there');
      const opening = openWith({ decrypter: provider() }, readCapture(`wus/${name}/1-request`).body);
      assert.equal(await outcomeOf(opening), 'DECRYPTION_FAILED');
    });
  }
});

function provider(): ReturnType<typeof createDecrypter> {
  const [certificate = assert.fail('no certificate')] = readCertificates(
    fixture('wus/keys/provider.crt.pem'),
    'provider',
  );
  return createDecrypter([{ key: fixture('wus/keys/provider.key.pem'), certificate }]);
}
