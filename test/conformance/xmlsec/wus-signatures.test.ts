import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { SignedXml } from 'xml-crypto';
import { skipUnless } from '../../setup/skip.ts';
import { partyA } from '../../setup/test-keys.ts';
import { attachmentsOf } from '../../setup/wus-encryption.ts';
import { BODY, type Honest, honestMessage, verdict } from '../../setup/wus-signatures.ts';
import { askXmlCrypto, askXmlsec1, runXmlsec1 } from './wus-verifiers.ts';
import { xmlsec1 } from './xmlsec1.ts';

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const INCLUDE = '<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:a"></xop:Include>';

const MESSAGES: Readonly<Record<string, Honest>> = {
  'a request': {},
  'an answer': { confirms: [Buffer.alloc(256, 3).toString('base64')] },
  'a Body that is written otherwise': {
    body: `<a xmlns='urn:a'  z = "1"  b='é' ><b/>&#65;<![CDATA[<c>]]>\r\n<!-- c --></a >`,
  },
  'a Body without namespace': { body: '<a><b xmlns="urn:b"><c xmlns=""/></b></a>' },
  'a fault': { body: `<soap:Fault xmlns:soap="${SOAP}"><faultcode>soap:Client</faultcode></soap:Fault>` },
};

describe('signatures of WUS in second opinions', () => {
  for (const [what, more] of Object.entries(MESSAGES)) {
    it(`WB004 WB007 xmlsec1 verifies ${what} [Digikoppeling WB007]`, async function () {
      skipUnless(this, xmlsec1 !== undefined, 'xmlsec1 is not there');
      const text = await honestMessage(more);
      const { ok, said } = askXmlsec1(text, partyA.certificatePem);
      assert.ok(ok, said);
      assert.equal(askXmlsec1(text.replace('gemeente.example', 'gemeente.exampel'), partyA.certificatePem).ok, false);
    });

    it(`WB004 WB007 xml-crypto verifies ${what} [Digikoppeling WB007]`, async () => {
      const text = await honestMessage(more);
      assert.equal(askXmlCrypto(text, partyA.certificatePem), true);
      assert.equal(askXmlCrypto(text.replace('gemeente.example', 'gemeente.exampel'), partyA.certificatePem), false);
    });
  }

  it('WB004 WB007 what xml-crypto signs is verified here [Digikoppeling WB007]', async () => {
    const text = signedByXmlCrypto(await honestMessage());
    assert.ok(!text.includes('<ds:Signature'));
    assert.equal(await verdict(text), 'verified');
    assert.equal(await verdict(text.replace('123456789', '987654321')), 'SIGNATURE_INVALID');
  });

  it('WB004 WB007 what xmlsec1 signs is verified here [Digikoppeling WB007]', async function () {
    skipUnless(this, xmlsec1 !== undefined, 'xmlsec1 is not there');
    const blank = (await honestMessage()).replaceAll(/(<ds:(?:DigestValue|SignatureValue)>)[^<]*/g, '$1');
    const { ok, said, written } = runXmlsec1(blank, {
      command: '--sign',
      keyOption: '--privkey-pem',
      key: partyA.keyPem,
    });
    assert.ok(ok, said);
    assert.equal(await verdict(written), 'verified');
    assert.equal(await verdict(written.replace('123456789', '987654321')), 'SIGNATURE_INVALID');
  });

  it('WM001 xml-crypto verifies a Body whose attachment was put back as base64', async () => {
    const octets = Buffer.from('binary content');
    const text = await honestMessage({ body: `<a>${INCLUDE}</a>`, attachments: attachmentsOf({ a: octets }) });
    assert.equal(askXmlCrypto(text, partyA.certificatePem), false);
    assert.equal(askXmlCrypto(text.replace(INCLUDE, octets.toString('base64')), partyA.certificatePem), true);
  });

  it('WB004 a digest covers the Body', async () => {
    const text = await honestMessage({ body: BODY });
    assert.equal(askXmlCrypto(text.replace('123456789', '987654321'), partyA.certificatePem), false);
  });
});

/** As clients on Node do that build on it: one Reference an element, the token named in KeyInfo. */
function signedByXmlCrypto(honest: string): string {
  const [keyInfo = ''] = /<wsse:SecurityTokenReference>.*<\/wsse:SecurityTokenReference>/.exec(honest) ?? [];
  const signer = new SignedXml({
    privateKey: partyA.keyPem,
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: EXCLUSIVE,
    idMode: 'wssecurity',
    getKeyInfoContent: () => keyInfo,
  });
  for (const name of ['Timestamp', 'Body', 'To', 'Action', 'MessageID', 'From']) {
    signer.addReference({
      xpath: `//*[local-name()='${name}']`,
      transforms: [EXCLUSIVE],
      digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
    });
  }
  signer.computeSignature(honest.replace(/<ds:Signature .*<\/ds:Signature>/, ''), {
    existingPrefixes: { wsse: WSSE },
    location: { reference: "//*[local-name()='Security']", action: 'append' },
  });
  return signer.getSignedXml();
}
