import assert from 'node:assert/strict';
import { createHmac, X509Certificate } from 'node:crypto';
import { before, describe, it } from 'mocha';
import { bodyElement } from '../../../src/wus/envelope/body-element.ts';
import { parseArrived } from '../../../src/wus/envelope/parse-arrived.ts';
import { standalone } from '../../../src/wus/envelope/standalone.ts';
import { canonicalize } from '../../../src/xml/c14n.ts';
import { parseXml } from '../../../src/xml/tree.ts';
import { partyA } from '../../setup/test-keys.ts';
import { all, honestMessage, resigned, verdict } from '../../setup/wus-signatures.ts';
import { ELLIPTIC_DER, SHORT_DER } from '../xmlsec/unfit-certificates.ts';

const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const TRANSFORM = `<ds:Transform Algorithm="${EXCLUSIVE}"></ds:Transform>`;
const METHOD = '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256">';

/** What the envelope and its Body declare besides. */
const IN_SCOPE =
  'xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" ' +
  'xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"';

let honest = '';

/** The honest message is accepted; the same with markup changed before the partner itself signed it is refused. */
async function refusedAs(code: string, from: string | RegExp, into: string): Promise<void> {
  assert.equal(await verdict(resigned(honest, (text) => text)), 'verified');
  const hostile = resigned(honest, (text) => text.replace(from, () => into));
  assert.notEqual(
    hostile,
    resigned(honest, (text) => text),
  );
  assert.equal(await verdict(hostile), code);
}

describe('hostile signatures in WUS', () => {
  before(async () => {
    honest = await honestMessage();
  });

  for (const [row, uri, code] of [
    ['A25', 'http://www.w3.org/TR/1999/REC-xslt-19991116', 'SIGNATURE_ALGORITHM'],
    ['A26', 'http://www.w3.org/TR/1999/REC-xpath-19991116', 'SIGNATURE_ALGORITHM'],
    ['A26', 'http://www.w3.org/2002/06/xmldsig-filter2', 'SIGNATURE_ALGORITHM'],
    ['A26', 'http://www.w3.org/2000/09/xmldsig#enveloped-signature', 'SIGNATURE_ALGORITHM'],
    ['A26', 'http://www.w3.org/2000/09/xmldsig#base64', 'SIGNATURE_ALGORITHM'],
    ['A36', 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315', 'SIGNATURE_ALGORITHM'],
    ['A36', 'http://www.w3.org/2001/10/xml-exc-c14n#WithComments', 'SIGNATURE_ALGORITHM'],
    [
      'A36',
      'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform',
      'SIGNATURE_COVERAGE',
    ],
  ] as const) {
    it(`${row} the transform ${uri} [Digikoppeling WB007]`, async () => {
      await refusedAs(code, TRANSFORM, `<ds:Transform Algorithm="${uri}"></ds:Transform>`);
    });
  }

  it('A26 no transform, two, or one with content', async () => {
    await refusedAs('SIGNATURE_COVERAGE', `<ds:Transforms>${TRANSFORM}</ds:Transforms>`, '');
    await refusedAs('SIGNATURE_COVERAGE', TRANSFORM, TRANSFORM + TRANSFORM);
    await refusedAs(
      'SIGNATURE_INVALID',
      TRANSFORM,
      TRANSFORM.replace('></', () => '><ds:XPath>x</ds:XPath></'),
    );
    await refusedAs(
      'SIGNATURE_INVALID',
      TRANSFORM,
      TRANSFORM.replace('></', () => '>x</'),
    );
  });

  it('A36 SignedInfo in another form than the exclusive one', async () => {
    await refusedAs(
      'SIGNATURE_ALGORITHM',
      canonicalizedBy(EXCLUSIVE),
      canonicalizedBy('http://www.w3.org/TR/2001/REC-xml-c14n-20010315'),
    );
    await refusedAs(
      'SIGNATURE_ALGORITHM',
      canonicalizedBy(EXCLUSIVE),
      canonicalizedBy('http://www.w3.org/2006/12/xml-c14n11'),
    );
    await refusedAs('SIGNATURE_ALGORITHM', canonicalizedBy(EXCLUSIVE), canonicalizedBy(`${EXCLUSIVE}WithComments`));
  });

  it('A36 a PrefixList that was put in after signing', async () => {
    const list = `<ec:InclusiveNamespaces xmlns:ec="${EXCLUSIVE}" PrefixList="soap wsse"></ec:InclusiveNamespaces>`;
    const listed = TRANSFORM.replace('></', () => `>${list}</`);
    assert.equal(await verdict(resigned(honest, (text) => text.replaceAll(TRANSFORM, listed))), 'verified');
    assert.equal(await verdict(honest.replaceAll(TRANSFORM, listed)), 'SIGNATURE_INVALID');
    assert.equal(await verdict(honest.replace(TRANSFORM, listed)), 'SIGNATURE_INVALID');
  });

  it('A36 white space, another prefix or another namespace in what was signed', async () => {
    for (const [from, into] of [
      ['<m:nummer>', '<m:nummer >\n'],
      [/<m:vraag.*<\/m:vraag>/, '<n:vraag xmlns:n="urn:voorbeeld:register"><n:nummer>123456789</n:nummer></n:vraag>'],
      ['urn:voorbeeld:register"', 'urn:voorbeeld:elders"'],
      ['<m:nummer>', '<?p q?><m:nummer>'],
    ] as const) {
      assert.equal(await verdict(honest), 'verified');
      assert.equal(await verdict(honest.replace(from, into)), 'SIGNATURE_INVALID');
    }
  });

  it('A36 a comment, which no signature covers, splits no text that is handed out', async () => {
    const commented = honest.replace('123456789', '12345<!-- c -->6789');
    assert.equal(await verdict(honest), 'verified');
    assert.equal(await verdict(commented), 'verified');
    const element = bodyElement(parseArrived(Buffer.from(commented), undefined).soap);
    assert.equal(
      standalone(element).toString(),
      `<m:vraag xmlns:m="urn:voorbeeld:register" ${IN_SCOPE}><m:nummer>123456789</m:nummer></m:vraag>`,
    );
  });

  it('A36 a relative namespace has no canonical form', async () => {
    assert.equal(await verdict(honest), 'verified');
    const text = honest.replace('<m:vraag xmlns:m="urn:voorbeeld:register">', '<m:vraag xmlns:m="../x">');
    assert.equal(await verdict(text), 'SIGNATURE_INVALID');
  });

  it('A27 33 or 10,000 References, or six transforms', async () => {
    const [reference = ''] = /<ds:Reference .*?<\/ds:Reference>/.exec(honest) ?? [];
    for (const count of [33, 10_000]) {
      const many = `${reference.repeat(count)}</ds:SignedInfo>`;
      assert.equal(await verdict(honest.replace('</ds:SignedInfo>', () => many)), 'SIGNATURE_INVALID');
    }
    await refusedAs('SIGNATURE_INVALID', TRANSFORM, TRANSFORM.repeat(6));
    await refusedAs('SIGNATURE_INVALID', /<ds:Reference .*<\/ds:Reference>/, '');
  });

  for (const uri of [
    '',
    'http://127.0.0.1:1/x',
    'file:///etc/passwd',
    '../x',
    'cid:x',
    'wsa-To',
    '#',
    '#none',
    '#xpointer(/)',
    "#xpointer(id('wsa-To'))",
    '#wsa%2DTo',
    '#wsa-To#wsa-To',
    ' #wsa-To',
  ]) {
    it(`A28 a Reference to "${uri}"`, async () => {
      await refusedAs('SIGNATURE_INVALID', 'URI="#wsa-To"', `URI="${uri}"`);
    });
  }

  it('A28 an Id that is no name is not resolved, also where it is there', async () => {
    for (const id of ['xpointer(/)', 'a b', '1']) {
      await refusedAs('SIGNATURE_INVALID', /"(#?)wsa-To"/g, `"#${id}"`);
      const named = resigned(honest, (text) => text.replace(/"(#?)wsa-To"/g, (_, sign: string) => `"${sign}${id}"`));
      assert.equal(await verdict(named), 'SIGNATURE_INVALID');
    }
  });

  it('A28 no URI at all', async () => {
    await refusedAs('SIGNATURE_INVALID', ' URI="#wsa-To"', '');
  });

  for (const [what, keyInfo, code] of [
    ['none', '', 'WUS_TOKEN'],
    [
      'a RetrievalMethod',
      keyInfoOf('<ds:RetrievalMethod URI="http://127.0.0.1:1/x"></ds:RetrievalMethod>'),
      'WUS_TOKEN',
    ],
    [
      'a KeyInfoReference',
      keyInfoOf('<d:KeyInfoReference xmlns:d="http://www.w3.org/2009/xmldsig11#" URI="#x"></d:KeyInfoReference>'),
      'WUS_TOKEN',
    ],
    [
      'an X509Certificate',
      keyInfoOf(
        `<ds:X509Data><ds:X509Certificate>${partyA.certificate.toString('base64')}</ds:X509Certificate></ds:X509Data>`,
      ),
      'WUS_TOKEN',
    ],
    ['a KeyValue', keyInfoOf('<ds:KeyValue></ds:KeyValue>'), 'WUS_TOKEN'],
    [
      'a reference by URL',
      tokenReference('<wsse:Reference URI="http://127.0.0.1:1/x"></wsse:Reference>'),
      'SIGNATURE_INVALID',
    ],
    ['a reference without URI', tokenReference('<wsse:Reference></wsse:Reference>'), 'SIGNATURE_INVALID'],
    ['an empty reference', tokenReference(''), 'WUS_TOKEN'],
    ['an embedded token', tokenReference('<wsse:Embedded></wsse:Embedded>'), 'WUS_TOKEN'],
    ['a KeyName', tokenReference('<wsse:KeyName>x</wsse:KeyName>'), 'WUS_TOKEN'],
  ] as const) {
    it(`A29 the key by ${what}: nothing is fetched [Digikoppeling WB010]`, async () => {
      await refusedAs(code, /<ds:KeyInfo>.*<\/ds:KeyInfo>/, keyInfo);
    });
  }

  it('A29 two references, in one or in two SecurityTokenReferences', async () => {
    const [reference = ''] = /<wsse:Reference .*?<\/wsse:Reference>/.exec(honest) ?? [];
    await refusedAs('WUS_TOKEN', reference, reference + reference);
    const [whole = ''] = /<wsse:SecurityTokenReference>.*?<\/wsse:SecurityTokenReference>/.exec(honest) ?? [];
    await refusedAs('WUS_TOKEN', whole, whole + whole);
  });

  it('A30 an HMAC with the public key as its secret', async () => {
    const pem = new X509Certificate(partyA.certificate).publicKey.export({ type: 'spki', format: 'pem' });
    for (const uri of [
      'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256',
      'http://www.w3.org/2000/09/xmldsig#hmac-sha1',
    ]) {
      const text = resigned(honest, (one) => one.replace(METHOD, `<ds:SignatureMethod Algorithm="${uri}">`));
      const [signedInfo = assert.fail()] = all(parseXml(Buffer.from(text)).root, 'SignedInfo');
      const octets = canonicalize(signedInfo, { exclusive: true, comments: false });
      const value = createHmac(/sha\d+/.exec(uri)?.[0] ?? '', pem)
        .update(octets)
        .digest('base64');
      assert.equal(
        await verdict(text.replace(/<ds:SignatureValue>[^<]*/, `<ds:SignatureValue>${value}`)),
        'SIGNATURE_ALGORITHM',
      );
    }
  });

  for (const uri of [
    'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
    'http://www.w3.org/2001/04/xmldsig-more#rsa-md5',
    'http://www.w3.org/2000/09/xmldsig#dsa-sha1',
    'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256',
    'http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1',
    'urn:none',
    '',
  ]) {
    it(`A31 signed by "${uri}" [Digikoppeling SIGN001]`, async () => {
      await refusedAs('SIGNATURE_ALGORITHM', METHOD, `<ds:SignatureMethod Algorithm="${uri}">`);
    });
  }

  for (const uri of ['http://www.w3.org/2000/09/xmldsig#sha1', 'http://www.w3.org/2001/04/xmldsig-more#md5', '']) {
    it(`A31 digested by "${uri}" [Digikoppeling SIGN003]`, async () => {
      await refusedAs('SIGNATURE_ALGORITHM', 'http://www.w3.org/2001/04/xmlenc#sha256', uri);
    });
  }

  it('A31 a key that is no RSA key, or a short one', async () => {
    for (const der of [ELLIPTIC_DER, SHORT_DER]) {
      await refusedAs('SIGNATURE_ALGORITHM', partyA.certificate.toString('base64'), der.toString('base64'));
    }
  });

  it('A32 an HMACOutputLength', async () => {
    await refusedAs('SIGNATURE_INVALID', METHOD, `${METHOD}<ds:HMACOutputLength>1</ds:HMACOutputLength>`);
  });

  it('A33 values that are there twice, cut short, empty, or hold more than base64', async () => {
    const value = '<ds:DigestValue>@</ds:DigestValue>';
    const signed = /<ds:SignatureValue>@<\/ds:SignatureValue>/;
    await refusedAs('SIGNATURE_INVALID', value, value + value);
    await refusedAs(
      'SIGNATURE_INVALID',
      signed,
      '<ds:SignatureValue>@</ds:SignatureValue><ds:SignatureValue></ds:SignatureValue>',
    );
    await refusedAs('SIGNATURE_INVALID', '</ds:SignedInfo>', '</ds:SignedInfo><ds:SignedInfo></ds:SignedInfo>');
    for (const digest of ['', 'AAAA', '<!-- c -->AAAA', 'AA==AA==', '****']) {
      assert.equal(
        await verdict(honest.replace(/<ds:DigestValue>[^<]*/, `<ds:DigestValue>${digest}`)),
        'SIGNATURE_INVALID',
      );
      assert.equal(
        await verdict(honest.replace(/<ds:SignatureValue>[^<]*/, `<ds:SignatureValue>${digest}`)),
        'SIGNATURE_INVALID',
      );
    }
    const commented = honest.replace(/<ds:DigestValue>(.)/, '<ds:DigestValue>$1<!-- c -->');
    assert.equal(await verdict(commented), 'SIGNATURE_INVALID');
  });

  it('A33 white space in SignatureValue is none of it', async () => {
    const wrapped = honest.replace(/(<ds:SignatureValue>.{10})/, '$1&#13;\n ');
    assert.equal(await verdict(wrapped), 'verified');
  });

  it('A33 one bit of the SignatureValue, or that of another message', async () => {
    const other = /<ds:SignatureValue>[^<]*/.exec(await honestMessage({ body: '<a/>' }))?.[0] ?? '';
    assert.equal(await verdict(honest.replace(/<ds:SignatureValue>[^<]*/, other)), 'SIGNATURE_INVALID');
    const value = Buffer.from(/<ds:SignatureValue>([^<]*)/.exec(honest)?.[1] ?? '', 'base64');
    value[100] = (value[100] ?? 0) ^ 1;
    const flipped = honest.replace(/<ds:SignatureValue>[^<]*/, `<ds:SignatureValue>${value.toString('base64')}`);
    assert.equal(await verdict(flipped), 'SIGNATURE_INVALID');
  });

  it('A34 foreign children and text in Signature, Security and confirmation', async () => {
    await refusedAs('SIGNATURE_INVALID', '</ds:Signature>', '<ds:Object></ds:Object></ds:Signature>');
    await refusedAs('SIGNATURE_INVALID', '</ds:Signature>', 'x</ds:Signature>');
    await refusedAs(
      'WUS_SECURITY_HEADER',
      '</wsse:Security>',
      '<wsse:UsernameToken></wsse:UsernameToken></wsse:Security>',
    );
    await refusedAs('SIGNATURE_INVALID', '</wsse:Security>', 'x</wsse:Security>');
    const confirmed = Buffer.alloc(256, 1).toString('base64');
    const answer = await honestMessage({ confirms: [confirmed] });
    assert.equal(await verdict(answer, { confirms: [confirmed] }), 'verified');
    for (const [from, into] of [
      ['</wsse11:SignatureConfirmation>', 'x</wsse11:SignatureConfirmation>'],
      [`Value="${confirmed}"`, 'Value=""'],
      [`Value="${confirmed}"`, ''],
      [/(<wsse11:SignatureConfirmation.*<\/wsse11:SignatureConfirmation>)/, '$1$1'],
    ] as const) {
      const hostile = resigned(answer, (text) => text.replace(from, into));
      assert.equal(await verdict(hostile, { confirms: [confirmed] }), 'WUS_CONFIRMATION');
    }
  });

  it('A34 a request that confirms anything', async () => {
    assert.equal(await verdict(await honestMessage({ confirms: ['AAAA'] })), 'WUS_CONFIRMATION');
  });
});

function canonicalizedBy(uri: string): string {
  return `<ds:CanonicalizationMethod Algorithm="${uri}">`;
}

function keyInfoOf(content: string): string {
  return `<ds:KeyInfo>${content}</ds:KeyInfo>`;
}

function tokenReference(content: string): string {
  return keyInfoOf(`<wsse:SecurityTokenReference>${content}</wsse:SecurityTokenReference>`);
}
