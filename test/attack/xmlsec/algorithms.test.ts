import assert from 'node:assert/strict';
import { constants, createHmac, createPublicKey, hash, publicDecrypt, X509Certificate } from 'node:crypto';
import { describe, it } from 'mocha';
import { canonicalize } from '../../../src/xml/c14n.ts';
import { parseXml } from '../../../src/xml/tree.ts';
import { partyA, partyB } from '../../setup/test-keys.ts';
import {
  algorithm,
  ALLOW,
  DS,
  envelope,
  EXCLUSIVE,
  findDeep,
  INCLUSIVE,
  partReference,
  PARTS,
  reference,
  RSA_SHA256,
  SHA256,
  signAsMarked,
  signMessage,
  TRANSFORMS,
  verifyMessage,
  xpath,
} from '../../unit/xmlsec/signed-message.ts';
import { markupRefused, refused } from './honest.ts';
import { ELLIPTIC_DER, EXPONENT_3, EXPONENT_3_DER, SHORT_DER } from './unfit-certificates.ts';

const method = (uri: string, content = ''): string => algorithm('SignatureMethod', uri, content);
const canonicalization = (uri: string, content = ''): string => algorithm('CanonicalizationMethod', uri, content);
const transform = (uri: string, content = ''): string => algorithm('Transform', uri, content);
const filter = (content: string): string => transform('http://www.w3.org/TR/1999/REC-xpath-19991116', content);
const [ENVELOPED = '', FILTER = '', LAST = ''] = TRANSFORMS;

describe('algorithms and keys', () => {
  it('A25 an XSLT transform is refused and never run', async () => {
    const sheet = '<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform" version="1.0"/>';
    const xslt = transform('http://www.w3.org/TR/1999/REC-xslt-19991116', sheet);
    await markupRefused({ transforms: ENVELOPED + FILTER + xslt }, 'SIGNATURE_ALGORITHM');
    await markupRefused({ transforms: ENVELOPED + FILTER + xslt + LAST }, 'SIGNATURE_ALGORITHM');
  });

  it('A26 only the prescribed filter is taken, with any prefix and white space', async () => {
    const blanks = xpath()
      .replace('|', ' \n|\t')
      .replace('not(', ' not( ')
      .replace('ancestor-or-self::', 'ancestor-or-self :: ');
    for (const own of [blanks, `<![CDATA[${xpath()}]]>`]) {
      await verifyMessage(signAsMarked({ transforms: ENVELOPED + filter(`<ds:XPath>${own}</ds:XPath>`) + LAST }));
    }
    const bound = `<ds:XPath xmlns:S="http://schemas.xmlsoap.org/soap/envelope/">${xpath('S')}</ds:XPath>`;
    await verifyMessage(signAsMarked({ transforms: ENVELOPED + filter(bound) + LAST }));
    const other = [
      `<ds:XPath>${xpath().replace('not(', 'not(self::eb:Manifest|')}</ds:XPath>`,
      `<ds:XPath>${xpath('eb')}</ds:XPath>`,
      `<ds:XPath>${xpath('unbound')}</ds:XPath>`,
      `<ds:XPath>${xpath('')}</ds:XPath>`,
      `<ds:XPath>${xpath().replace('nextMSH"', 'nextMSH "')}</ds:XPath>`,
      `<ds:XPath>${xpath()} and true()</ds:XPath>`,
      `<ds:XPath>${xpath().slice(0, 40)}<!--x-->${xpath().slice(40)}</ds:XPath>`,
      `<ds:XPath>self::node()</ds:XPath>`,
      `<ds:XPath/>`,
      `<ds:XPath>${xpath()}</ds:XPath><ds:XPath>${xpath()}</ds:XPath>`,
      xpath(),
      '',
    ];
    for (const content of other)
      await markupRefused({ transforms: ENVELOPED + filter(content) + LAST }, 'SIGNATURE_INVALID');
    const unprefixed = envelope().replace(
      '<soap:Envelope',
      '<soap:Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"',
    );
    const nameless = ENVELOPED + filter(`<ds:XPath>${xpath('')}</ds:XPath>`) + LAST;
    await refused(signAsMarked({ transforms: nameless }, unprefixed), 'SIGNATURE_INVALID');
    const filter2 = transform(
      'http://www.w3.org/2002/06/xmldsig-filter2',
      '<x:XPath xmlns:x="http://www.w3.org/2002/06/xmldsig-filter2" Filter="subtract">//eb:Manifest</x:XPath>',
    );
    await markupRefused({ transforms: ENVELOPED + filter2 + LAST }, 'SIGNATURE_ALGORITHM');
  });

  it('A26 the transforms are the three prescribed ones in their order [ebMS2 §4.1.3-2]', async () => {
    for (const transforms of [
      ENVELOPED,
      FILTER,
      LAST,
      ENVELOPED + LAST,
      FILTER + LAST,
      FILTER + ENVELOPED + LAST,
      LAST + ENVELOPED + FILTER,
      ENVELOPED + ENVELOPED + FILTER + LAST,
      ENVELOPED + FILTER + LAST + LAST,
    ]) {
      await markupRefused({ transforms }, 'SIGNATURE_COVERAGE');
    }
    const [part] = PARTS;
    assert.ok(part !== undefined);
    const onPart = reference(`cid:${part.contentId}`, hash('sha256', part.body, 'base64'), LAST);
    await markupRefused({ references: onPart }, 'SIGNATURE_COVERAGE');
  });

  it('A27 more transforms or References than a message can need are refused', async () => {
    await markupRefused({ transforms: ENVELOPED + FILTER + LAST.repeat(4) }, 'SIGNATURE_INVALID');
    const [part] = PARTS;
    assert.ok(part !== undefined);
    const references = (count: number): string => partReference(part).repeat(count);
    await markupRefused({ references: references(10_000) }, 'SIGNATURE_INVALID');
    await markupRefused({ references: references(257) }, 'SIGNATURE_INVALID');
  });

  it('A28 nothing is fetched: a Reference names the envelope or a part', async () => {
    const [part] = PARTS;
    assert.ok(part !== undefined);
    for (const uri of [
      'http://127.0.0.1/',
      'file:///etc/passwd',
      '../part',
      '#xpointer(/)',
      '#xpointer(id(&quot;m&quot;))',
      'cid:',
      'part-1@a.test',
      'cid:%zz',
      'cid:part-1%2540a.test',
    ]) {
      await markupRefused({ references: partReference(part) + partReference(part, uri) }, 'SIGNATURE_COVERAGE');
    }
    const without = partReference(part).replace(/ URI="[^"]*"/, '');
    await markupRefused({ references: partReference(part) + without }, 'SIGNATURE_INVALID');
    await markupRefused(
      { envelopeReference: reference('', '@ENVELOPE@', TRANSFORMS.join('')).repeat(2) },
      'SIGNATURE_COVERAGE',
    );
  });

  it('A29 KeyInfo is never read: retrieval methods, foreign certificates and keys in it change nothing', async () => {
    const inside = [
      `<ds:RetrievalMethod URI="http://127.0.0.1/key" Type="${DS}X509Data"/>`,
      '<x:KeyInfoReference xmlns:x="http://www.w3.org/2009/xmldsig11#" URI="http://127.0.0.1/"/>',
      `<ds:X509Data><ds:X509Certificate>${partyB.certificate.toString('base64')}</ds:X509Certificate></ds:X509Data>`,
      '<!-- x --><?y?>no key',
    ];
    for (const one of inside) await verifyMessage(signAsMarked({ keyInfo: `<ds:KeyInfo>${one}</ds:KeyInfo>` }));
    await markupRefused({ keyInfo: '<ds:KeyInfo/><ds:KeyInfo/>' }, 'SIGNATURE_INVALID');
    await markupRefused({ keyInfo: '<ds:Object/>' }, 'SIGNATURE_INVALID');
  });

  it('A30 an HMAC with the public key of the certificate as secret is refused, also where the name is allowed', async () => {
    const uri = `${DS}hmac-sha1`;
    const marked = signAsMarked({ method: method(uri) });
    const info = findDeep(parseXml(Buffer.from(marked)).root, 'SignedInfo');
    assert.ok(info !== undefined);
    const secret = partyA.certificatePem;
    const value = createHmac('sha1', secret)
      .update(canonicalize(info, { exclusive: false, comments: false }))
      .digest('base64');
    const forged = marked.replace(
      /<ds:SignatureValue>.*<\/ds:SignatureValue>/s,
      `<ds:SignatureValue>${value}</ds:SignatureValue>`,
    );
    await refused(forged, 'SIGNATURE_ALGORITHM');
    await refused(forged, 'SIGNATURE_ALGORITHM', { allow: { ...ALLOW, signatures: [RSA_SHA256, uri] } });
  });

  it('A31 an algorithm has to be known and to be allowed [Digikoppeling SIGN003, Digikoppeling SIGN004]', async () => {
    for (const uri of [
      `${DS}rsa-sha1`,
      `${DS}dsa-sha1`,
      'http://www.w3.org/2001/04/xmldsig-more#rsa-md5',
      'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256',
      'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
      '',
      'constructor',
      '__proto__',
    ]) {
      await markupRefused({ method: method(uri) }, 'SIGNATURE_ALGORITHM');
    }
    for (const uri of [`${DS}sha1`, 'http://www.w3.org/2001/04/xmldsig-more#md5', 'toString']) {
      const weak = reference('', '@ENVELOPE@', TRANSFORMS.join('')).replace(SHA256, uri);
      await markupRefused({ envelopeReference: weak }, 'SIGNATURE_ALGORITHM');
    }
    const whole = await signMessage();
    await refused(whole, 'SIGNATURE_ALGORITHM', { allow: { digests: [], signatures: [RSA_SHA256] } });
    await refused(whole, 'SIGNATURE_ALGORITHM', { allow: { digests: [SHA256], signatures: [] } });
    const unknown = { digests: [SHA256], signatures: [RSA_SHA256, `${DS}dsa-sha1`] };
    await refused(signAsMarked({ method: method(`${DS}dsa-sha1`) }), 'SIGNATURE_ALGORITHM', { allow: unknown });
  });

  it('A31 a key that is not RSA of 2048 bits or more is refused, and ECDSA with r and s of zero', async () => {
    const zeros = signAsMarked({}).replace(
      /(<ds:SignatureValue>).*(<\/ds:SignatureValue>)/s,
      `$1${Buffer.alloc(64).toString('base64')}$2`,
    );
    await refused(zeros, 'SIGNATURE_ALGORITHM', { certificate: ELLIPTIC_DER });
    await refused(await signMessage(), 'SIGNATURE_ALGORITHM', { certificate: SHORT_DER });
    await refused(await signMessage(), 'SIGNATURE_INVALID', { certificate: Buffer.from('not a certificate') });
  });

  it('A31 a forged padding under exponent 3 is refused', async () => {
    const marked = signAsMarked({});
    const info = findDeep(parseXml(Buffer.from(marked)).root, 'SignedInfo');
    assert.ok(info !== undefined);
    const forged = forgePadding(canonicalize(info, { exclusive: false, comments: false }));
    const raw = publicDecrypt({ key: createPublicKey(EXPONENT_3), padding: constants.RSA_NO_PADDING }, forged);
    assert.equal(raw.toString('hex', 0, 12), '0001ffffffffffffffff0030', 'a lax verifier would be content');
    const value = `<ds:SignatureValue>${forged.toString('base64')}</ds:SignatureValue>`;
    await refused(marked.replace(/<ds:SignatureValue>.*<\/ds:SignatureValue>/s, value), 'SIGNATURE_INVALID', {
      certificate: EXPONENT_3_DER,
    });
    assert.equal(new X509Certificate(EXPONENT_3).publicKey.asymmetricKeyDetails?.publicExponent, 3n);
  });

  it('A32 an HMACOutputLength, or anything else inside SignatureMethod, is refused', async () => {
    await markupRefused(
      { method: method(RSA_SHA256, '<ds:HMACOutputLength>1</ds:HMACOutputLength>') },
      'SIGNATURE_INVALID',
    );
    await markupRefused(
      { method: method(`${DS}hmac-sha1`, '<ds:HMACOutputLength>1</ds:HMACOutputLength>') },
      'SIGNATURE_INVALID',
    );
    await markupRefused({ method: method(RSA_SHA256, '1') }, 'SIGNATURE_INVALID');
  });

  it('A35 a signature of another party is refused', async () => {
    await refused(await signMessage(envelope(), PARTS, partyB), 'SIGNATURE_INVALID');
    await verifyMessage(await signMessage(envelope(), PARTS, partyB), { certificate: partyB.certificate });
  });

  it('A36 A85 exclusive canonicalization with PrefixList is accepted, and its list is what was signed [KVS §4.1.4.1-2]', async () => {
    for (const prefixes of ['soap eb', '#default xlink', '', ' soap\n eb ']) await verifyMessage(exclusive(prefixes));
    await refused(exclusive('soap').replaceAll('PrefixList="soap"', 'PrefixList="soap xlink"'), 'SIGNATURE_INVALID');
    await refused(exclusive('').replaceAll(EXCLUSIVE, INCLUSIVE), 'SIGNATURE_INVALID');
    await refused((await signMessage()).toString().replaceAll(INCLUSIVE, EXCLUSIVE), 'SIGNATURE_INVALID');
  });

  it('A36 canonicalization with comments is refused', async () => {
    for (const uri of [`${INCLUSIVE}#WithComments`, `${EXCLUSIVE}WithComments`]) {
      await markupRefused({ canonicalization: canonicalization(uri) }, 'SIGNATURE_ALGORITHM');
      await markupRefused({ transforms: ENVELOPED + FILTER + transform(uri) }, 'SIGNATURE_ALGORITHM');
    }
    await markupRefused(
      { canonicalization: canonicalization('http://www.w3.org/2006/12/xml-c14n11') },
      'SIGNATURE_ALGORITHM',
    );
  });

  it('A36 a PrefixList where none belongs is refused', async () => {
    const soap = list('soap');
    await markupRefused({ canonicalization: canonicalization(INCLUSIVE, soap) }, 'SIGNATURE_INVALID');
    await markupRefused({ canonicalization: canonicalization(EXCLUSIVE, soap + soap) }, 'SIGNATURE_INVALID');
    await markupRefused(
      { canonicalization: canonicalization(EXCLUSIVE, soap.replaceAll('ec:', 'ds:').replace('xmlns:ds', 'xmlns:ec')) },
      'SIGNATURE_INVALID',
    );
    await markupRefused(
      { canonicalization: canonicalization(EXCLUSIVE, soap.replace(' PrefixList="soap"', '')) },
      'SIGNATURE_INVALID',
    );
  });

  it('A85 a percent-encoded cid: in any case of the scheme names its part', async () => {
    const [part] = PARTS;
    assert.ok(part !== undefined);
    for (const uri of ['cid:part-1%40a.test', 'CID:part-1@a.test', 'cid:%70art-1@a.test']) {
      await verifyMessage(signAsMarked({ references: partReference(part, uri) }));
    }
  });
});

/** A number whose cube begins with the padding and the digest of PKCS#1, and goes on with what the root left over. */
function forgePadding(data: Buffer): Buffer {
  const head = `0001ffffffffffffffff003031300d060960864801650304020105000420${hash('sha256', data, 'hex')}`;
  const floor = BigInt(`0x${head.padEnd(512, '0')}`);
  let low = 0n;
  let high = 1n << 700n;
  while (low < high) {
    const middle = (low + high) / 2n;
    if (middle ** 3n < floor) low = middle + 1n;
    else high = middle;
  }
  return Buffer.from(low.toString(16).padStart(512, '0'), 'hex');
}

function list(prefixes: string): string {
  return `<ec:InclusiveNamespaces xmlns:ec="${EXCLUSIVE}" PrefixList="${prefixes}"/>`;
}

function exclusive(prefixes: string): string {
  return signAsMarked({
    canonicalization: canonicalization(EXCLUSIVE, list(prefixes)),
    transforms: ENVELOPED + FILTER + transform(EXCLUSIVE, list(prefixes)),
  });
}
