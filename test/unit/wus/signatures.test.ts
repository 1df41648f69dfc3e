import assert from 'node:assert/strict';
import { sign, X509Certificate } from 'node:crypto';
import { describe, it } from 'mocha';
import { createDecrypter } from '../../../src/trust/decrypter.ts';
import { writeAddressing } from '../../../src/wus/addressing/write-addressing.ts';
import { PKI_PATH_TOKEN, X509_TOKEN } from '../../../src/wus/namespaces.ts';
import { verifySecurity } from '../../../src/wus/security/verify-security.ts';
import { subjectKeyIdentifier, thumbprintOf } from '../../../src/xmlsec/encryption/recipient.ts';
import { canonicalize } from '../../../src/xml/c14n.ts';
import { parseXml } from '../../../src/xml/tree.ts';
import { partyA, partyB } from '../../setup/test-keys.ts';
import { attachmentsOf, openWith } from '../../setup/wus-encryption.ts';
import {
  ADDRESSING,
  all,
  BODY,
  honestMessage,
  idOf,
  markupOf,
  NOW,
  resigned,
  TERMS,
  verdict,
  verifyText,
} from '../../setup/wus-signatures.ts';

const CONFIRMED = Buffer.alloc(256, 7).toString('base64');
const INCLUDING =
  '<m:bestand xmlns:m="urn:m"><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:a%40x"></xop:Include></m:bestand>';
const LEAVE = { sha1: true, keyReferences: true, unsignedConfirmation: true };

describe('signed messages of WUS', () => {
  it('WB001 WB002 WB004 WB010 what is signed here is verified here [Digikoppeling WB001, Digikoppeling WB004, Digikoppeling WB010]', async () => {
    const text = await honestMessage();
    const verified = await verifyText(text);
    assert.deepEqual(Buffer.from(verified.certificate), partyA.certificate);
    assert.equal(verified.signatureValue, /SignatureValue>([^<]*)</.exec(text)?.[1]);
    assert.equal(verified.created, NOW);
    assert.equal(verified.expires, NOW + 300_000 + TERMS.skewMs);
  });

  it('WB001 the Security header must be understood, comes first, and holds the token before the signature', async () => {
    const names = all(parseXml(Buffer.from(await honestMessage())).root, 'Header')[0]?.children ?? [];
    const [security] = names;
    assert.ok(security?.kind === 'element' && security.localName === 'Security');
    assert.equal(security.attributes.find(({ localName }) => localName === 'mustUnderstand')?.value, '1');
    assert.deepEqual(
      security.children.map((child) => (child.kind === 'element' ? child.localName : child.kind)),
      ['BinarySecurityToken', 'Signature', 'Timestamp'],
    );
  });

  it('WB004 one Reference each: Timestamp, Body, every header block, every confirmation', async () => {
    const text = await honestMessage({ confirms: [CONFIRMED] });
    const signed = [...text.matchAll(/<ds:Reference URI="#([^"]*)"/g)].map((match) => match[1]);
    const ids = ['wsu:Timestamp', 'soap:Body', 'wsa:To', 'wsa:Action', 'wsa:MessageID', 'wsa:From'];
    assert.deepEqual(
      signed,
      [...ids, 'wsse11:SignatureConfirmation'].map((name) => idOf(text, name)),
    );
  });

  for (const [what, body] of Object.entries({
    'another way of writing': `<a xmlns='urn:a'  z = "1"  b='2' ><b/>&#65;<![CDATA[<c>]]>\r\n</a >`,
    'comments and instructions': '<a xmlns="urn:a"><!-- c --><?p q?>x</a>',
    'prefixes that stand for SOAP':
      '<x:a xmlns:x="http://schemas.xmlsoap.org/soap/envelope/"><soap:b xmlns:soap="urn:other"/></x:a>',
    'no namespace': '<a><b xmlns="urn:b"><c xmlns=""/></b></a>',
    'letters beyond ASCII': '<é xmlns="urn:é">’s-Gravenhage \u{1F600}</é>',
    'a fault':
      '<soap:Fault xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><faultcode>soap:Client</faultcode></soap:Fault>',
    nothing: '',
  })) {
    it(`WB004 a Body with ${what}`, async () => {
      const text = await honestMessage({ body });
      assert.equal(await verdict(text), 'verified');
      assert.ok(text.includes(body));
    });
  }

  it('WB004 a body that is not well-formed is not signed', async () => {
    await assert.rejects(honestMessage({ body: '<a>' }), { code: 'XML_MALFORMED' });
    await assert.rejects(honestMessage({ body: '</soap:Body><soap:Body>' }), { code: 'XML_MALFORMED' });
  });

  it('WB004 a header block without wsu:Id is a mistake of ours', async () => {
    await assert.rejects(honestMessage({ headers: ['<wsa:To xmlns:wsa="urn:a"/>'] }), /without wsu:Id/);
  });

  it('WB014 an answer confirms the request: exactly its SignatureValue [Digikoppeling WB014]', async () => {
    const answer = await honestMessage({ confirms: [CONFIRMED] });
    assert.equal(await verdict(answer, { confirms: [CONFIRMED] }), 'verified');
    assert.equal(await verdict(answer, { confirms: [Buffer.alloc(256, 8).toString('base64')] }), 'WUS_CONFIRMATION');
    assert.equal(await verdict(answer, { confirms: [] }), 'WUS_CONFIRMATION');
    assert.equal(await verdict(answer), 'WUS_CONFIRMATION');
    assert.equal(await verdict(await honestMessage(), { confirms: [CONFIRMED] }), 'WUS_CONFIRMATION');
  });

  it('WB014 what answers a request without signature confirms with no Value [Digikoppeling WB014]', async () => {
    const answer = await honestMessage({ confirms: [] });
    assert.ok(!markupOf(answer, 'wsse11:SignatureConfirmation').includes('Value='));
    assert.equal(await verdict(answer, { confirms: [] }), 'verified');
    assert.equal(await verdict(answer, { confirms: [CONFIRMED] }), 'WUS_CONFIRMATION');
  });

  it('WB005 WB006 encrypted after it was signed, and verified after it was opened [Digikoppeling WB005, Digikoppeling WB006]', async () => {
    const text = await honestMessage({ encryptFor: partyB.certificate });
    assert.ok(!text.includes('123456789'));
    assert.match(text, /<wsse:Security [^>]*><xenc:EncryptedKey /);
    assert.equal(await verdict(text), 'SIGNATURE_INVALID');
    const decrypter = createDecrypter([{ key: partyB.keyPem, certificate: partyB.certificate }]);
    const opened = await openWith({ decrypter }, text);
    assert.equal(opened.decrypted, true);
    const verified = await verifySecurity(opened, TERMS);
    assert.deepEqual(Buffer.from(verified.certificate), partyA.certificate);
  });

  it('WM001 WB004 attachments are signed as base64 in the place of their Includes', async () => {
    const octets = Buffer.from('binary content');
    const attachments = attachmentsOf({ 'a@x': octets });
    const text = await honestMessage({ body: INCLUDING, attachments });
    assert.ok(text.includes(INCLUDING));
    assert.equal(await verdict(text, {}, attachments), 'verified');
    assert.equal(
      await verdict(text.replace(/<xop:Include[^>]*><\/xop:Include>/, octets.toString('base64'))),
      'verified',
    );
    assert.equal(await verdict(text, {}, attachmentsOf({ 'a@x': Buffer.from('other content') })), 'SIGNATURE_INVALID');
    assert.equal(await verdict(text), 'WUS_ATTACHMENT');
    await assert.rejects(honestMessage({ body: INCLUDING }), { code: 'WUS_ATTACHMENT' });
  });

  it('WB005 WM001 what is encrypted has its attachments in it', async () => {
    const attachments = attachmentsOf({ 'a@x': Buffer.from('binary content') });
    const text = await honestMessage({ body: INCLUDING, attachments, encryptFor: partyB.certificate });
    const decrypter = createDecrypter([{ key: partyB.keyPem, certificate: partyB.certificate }]);
    const opened = await openWith({ decrypter }, text);
    await verifySecurity(opened, TERMS);
    assert.ok(opened.document.bytes.includes(Buffer.from('binary content').toString('base64')));
    const large = { body: INCLUDING, attachments: attachmentsOf({ 'a@x': Buffer.alloc(4000) }) };
    await assert.rejects(honestMessage({ ...large, encryptFor: partyB.certificate, maxBytes: 4000 }), {
      code: 'WUS_INLINE_LIMIT',
    });
  });

  it('WB012 a certificate without usable key is no receiver', async () => {
    const encryptFor = Buffer.from('not a certificate');
    await assert.rejects(honestMessage({ encryptFor }), { code: 'CERTIFICATE_UNTRUSTED' });
  });
});

describe('tokens of WUS', () => {
  it('WB010 the last certificate of a PKIPath is the signer', async () => {
    const members = Buffer.concat([partyB.certificate, partyA.certificate]);
    const path = Buffer.concat([Buffer.from([0x30, 0x82, members.length >> 8, members.length & 0xff]), members]);
    const verified = await verifyText(await withToken(path, PKI_PATH_TOKEN));
    assert.deepEqual(Buffer.from(verified.certificate), partyA.certificate);
    for (const cut of [
      path.subarray(0, -1),
      Buffer.concat([path, Buffer.alloc(1)]),
      Buffer.from([0x30, 0x80]),
      Buffer.from([0x30, 0x00]),
    ]) {
      assert.equal(await verdict(await withToken(cut, PKI_PATH_TOKEN)), 'WUS_TOKEN');
    }
  });

  it('WB010 a token is one certificate, in base64, of a type that is known', async () => {
    assert.equal(await verdict(await withToken(partyA.certificate, X509_TOKEN)), 'verified');
    assert.equal(
      await verdict(await withToken(Buffer.concat([partyA.certificate, Buffer.from([0])]), X509_TOKEN)),
      'WUS_TOKEN',
    );
    assert.equal(await verdict(await withToken(Buffer.from('no certificate'), X509_TOKEN)), 'WUS_TOKEN');
    assert.equal(await verdict(await withToken(partyA.certificate, 'urn:other')), 'WUS_TOKEN');
    const hex = resigned(await honestMessage(), (text) => text.replace('#Base64Binary', '#HexBinary'));
    assert.equal(await verdict(hex), 'WUS_TOKEN');
  });

  it('WB010 a token that came as an attachment', async () => {
    const include = '<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:token%40x"/>';
    const text = resigned(await honestMessage(), (one) =>
      one.replace(/(<wsse:BinarySecurityToken [^>]*>)[^<]*/, (_, start: string) => start + include),
    );
    assert.equal(await verdict(text, {}, attachmentsOf({ 'token@x': partyA.certificate })), 'verified');
    assert.equal(await verdict(text, {}, attachmentsOf({ 'token@x': partyB.certificate })), 'SIGNATURE_INVALID');
    assert.equal(await verdict(text, {}, attachmentsOf({ other: partyA.certificate })), 'WUS_ATTACHMENT');
    assert.equal(await verdict(text, {}, attachmentsOf({ 'token@x': Buffer.alloc(64 * 1024 + 1) })), 'WUS_ATTACHMENT');
  });

  for (const [kind, markup] of Object.entries(references())) {
    it(`WB010 a signature key by ${kind} needs leave, and picks among the certificates of the partner [Digikoppeling WB010]`, async () => {
      const text = resigned(await honestMessage(), (one) =>
        one.replace(/<wsse:Reference [^>]*><\/wsse:Reference>/, () => markup),
      );
      const certificates = [partyB.certificate, partyA.certificate];
      const told: string[] = [];
      const weakened = (one: string): number => told.push(one);
      const verified = await verifyText(text, { allow: LEAVE, certificates, weakened });
      assert.deepEqual(Buffer.from(verified.certificate), partyA.certificate);
      assert.deepEqual(told, ['keyReferences']);
      assert.equal(await verdict(text, { certificates }), 'WUS_TOKEN');
      assert.equal(await verdict(text, { allow: LEAVE }), 'WUS_TOKEN');
      assert.equal(await verdict(text, { allow: LEAVE, certificates: [partyB.certificate] }), 'WUS_TOKEN');
    });
  }

  it('WB010 a reference of no known kind picks nobody', async () => {
    const terms = { allow: LEAVE, certificates: [partyA.certificate] };
    for (const markup of [
      '',
      '<ds:KeyName>x</ds:KeyName>',
      '<wsse:KeyIdentifier>x</wsse:KeyIdentifier>',
      '<wsse:Embedded></wsse:Embedded>',
    ]) {
      const text = resigned(await honestMessage(), (one) =>
        one.replace(/<wsse:Reference [^>]*><\/wsse:Reference>/, markup),
      );
      assert.equal(await verdict(text, terms), 'WUS_TOKEN');
    }
  });
});

describe('algorithms of WUS', () => {
  for (const [method, digest] of [
    ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha384', 'http://www.w3.org/2001/04/xmldsig-more#sha384'],
    ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha512', 'http://www.w3.org/2001/04/xmlenc#sha512'],
  ] as const) {
    it(`WB007 SIGN003 SIGN004 ${method.split('#')[1]} is taken [Digikoppeling SIGN003, Digikoppeling SIGN004]`, async () => {
      assert.equal(
        await verdict(resigned(await honestMessage(), (one) => withAlgorithms(one, { method, digest }))),
        'verified',
      );
    });
  }

  it('SIGN001 SHA-1 needs leave, for the digest as for the signature, and each use is told [Digikoppeling SIGN001]', async () => {
    const method = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1';
    const digest = 'http://www.w3.org/2000/09/xmldsig#sha1';
    for (const algorithms of [{ method }, { digest }, { method, digest }]) {
      const text = resigned(await honestMessage(), (one) => withAlgorithms(one, algorithms));
      const told: string[] = [];
      assert.equal(await verdict(text), 'SIGNATURE_ALGORITHM');
      await verifyText(text, { allow: LEAVE, weakened: (one) => told.push(one) });
      assert.deepEqual(told, ['sha1']);
    }
  });

  it('SIGN004 RSASSA-PSS with SHA-256 is taken, and never confused with PKCS #1', async () => {
    const method = 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1';
    const text = resigned(await honestMessage(), (one) => withAlgorithms(one, { method }));
    assert.equal(await verdict(text), 'SIGNATURE_INVALID');
    const [signedInfo = assert.fail()] = all(parseXml(Buffer.from(text)).root, 'SignedInfo');
    const octets = canonicalize(signedInfo, { exclusive: true, comments: false });
    const value = sign('sha256', octets, { key: partyA.key, padding: 6, saltLength: 32 }).toString('base64');
    assert.equal(await verdict(text.replace(/<ds:SignatureValue>[^<]*</, `<ds:SignatureValue>${value}<`)), 'verified');
  });
});

function withAlgorithms(
  text: string,
  { method, digest }: { readonly method?: string; readonly digest?: string },
): string {
  const methods = text.replace(/(<ds:SignatureMethod Algorithm=)"[^"]*"/, (all_, start: string) =>
    method === undefined ? all_ : `${start}"${method}"`,
  );
  return methods.replaceAll(/(<ds:DigestMethod Algorithm=)"[^"]*"/g, (all_, start: string) =>
    digest === undefined ? all_ : `${start}"${digest}"`,
  );
}

async function withToken(octets: Buffer, type: string): Promise<string> {
  return resigned(await honestMessage({ headers: writeAddressing(ADDRESSING), body: BODY }), (one) =>
    one
      .replace(/(<wsse:BinarySecurityToken [^>]*>)[^<]*/, (_, start: string) => start + octets.toString('base64'))
      .replaceAll(X509_TOKEN, type),
  );
}

function references(): Record<string, string> {
  const profile = X509_TOKEN.slice(0, X509_TOKEN.indexOf('#'));
  const serial = BigInt(`0x${new X509Certificate(partyA.certificate).serialNumber}`).toString();
  return {
    'issuer and serial number': `<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>CN=x</ds:X509IssuerName><ds:X509SerialNumber>${serial}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>`,
    'subject key identifier': identifier(
      `${profile}#X509SubjectKeyIdentifier`,
      subjectKeyIdentifier(partyA.certificate) ?? '',
    ),
    thumbprint: identifier(
      'http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1',
      thumbprintOf(partyA.certificate),
    ),
    'the certificate itself': identifier(X509_TOKEN, partyA.certificate.toString('base64')),
  };
}

function identifier(type: string, value: string): string {
  return `<wsse:KeyIdentifier ValueType="${type}">${value}</wsse:KeyIdentifier>`;
}
