import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'mocha';
import { GatewayError } from '../../../src/errors.ts';
import type { KeyHolder } from '../../../src/ports/trust.ts';
import { Base64Decoder } from '../../../src/xmlsec/encryption/base64-decoder.ts';
import {
  AES256_CBC,
  ALL_LEGACY,
  decrypterOf,
  encryptedData,
  encrypt,
  encryptedKey,
  handmade,
  KEY,
  MGF1P,
  OAEP,
  open,
  PLAIN,
  refusalOf,
  REFUSED,
  RSA_1_5,
  wrapBy,
  XENC,
  XENC11,
} from '../../setup/encrypted-parts.ts';
import { partyA, partyB } from '../../setup/test-keys.ts';

const digest = (uri: string): string => `<ds:DigestMethod Algorithm="${uri}"/>`;
const mgf = (uri: string): string => `<m:MGF xmlns:m="${XENC11}" Algorithm="${uri}"/>`;
const SHA1 = 'http://www.w3.org/2000/09/xmldsig#sha1';
const SHA256 = `${XENC}sha256`;

const keyInfo = (content: string): string => `<ds:KeyInfo>${content}</ds:KeyInfo>`;

function read(cipherText: string): Buffer {
  return encryptedData({
    algorithm: `${XENC11}aes256-gcm`,
    encryptedKey: encryptedKey({ wrapped: wrapBy(OAEP, KEY) }),
    cipherText,
  });
}

function decode(text: string): string {
  const target = Buffer.alloc(Base64Decoder.room(text.length));
  const decoder = new Base64Decoder();
  return target.toString('latin1', 0, decoder.finish(target, decoder.decode(Buffer.from(text), target, 0)));
}

describe('base64 of a CipherValue', () => {
  const base64 = encrypt(`${XENC11}aes256-gcm`, KEY).toString('base64');
  for (const end of ['\n', '\r\n', '&#13;\n', '&#xD;\n', '&#x0d;&#10;', ' ', '\t ', '&#32;']) {
    it(`may be wrapped by ${JSON.stringify(end)}, wherever a piece is cut`, async () => {
      const wrapped = read(base64.replace(/.{19}/g, `$&${end}`) + end);
      for (const size of [1, 2, 3, 5, 7, 19, 64]) {
        const pieces = Array.from({ length: Math.ceil(wrapped.length / size) }, () => size);
        assert.deepEqual((await open(wrapped, { pieces })).plain, PLAIN);
      }
    });
  }

  const half = base64.length / 2;
  const put = (text: string): string => base64.slice(0, half) + text + base64.slice(half);
  const bad: readonly [why: string, text: string][] = [
    ['nothing', ''],
    ['white space alone', ' \n'],
    ['a character of the alphabet for URLs', put('-').slice(0, -1)],
    ['the other one', put('_').slice(0, -1)],
    ['a character of no alphabet', put('*')],
    ['a letter outside ASCII', put('é')],
    ['padding in the middle', put('=')],
    ['padding too long', `${base64}=`],
    ['text behind the padding', `${base64.replace(/=*$/, '')}==QUJD`],
    ['a reference to a letter', put('&#65;')],
    ['a reference to an entity', put('&amp;')],
    ['a reference without end', put('&#13')],
    ['a reference at the end, without end', `${base64}&#13`],
    ['a comment', put('<!-- -->')],
    ['an instruction', put('<?x y?>')],
    ['a CDATA section', put('<![CDATA[QUJD]]>')],
    ['an element', put('<x/>')],
    ['a comment at its end', `${base64}<!-- -->`],
    ['an element at its end', `${base64}<x/>`],
    ['text behind an instruction at its end', `${base64}<?x?>QUJD`],
    ['a last group cut short', base64.replace(/=*$/, '').slice(0, -2)],
  ];
  for (const [why, text] of bad) {
    it(`is refused for ${why}`, async () => {
      assert.equal(await refusalOf(read(text)), REFUSED);
      assert.equal(await refusalOf(read(text), { pieces: Array.from({ length: 4000 }, () => 1) }), REFUSED);
    });
  }

  it('RFC 4648 §3.5 is refused when bits are set that no octet holds', async () => {
    const odd = encrypt(`${XENC11}aes256-gcm`, KEY, Buffer.alloc(3)).toString('base64');
    assert.ok(odd.endsWith('=='));
    assert.equal(await refusalOf(read(odd)), 'opened');
    const last = odd.at(-3) ?? '';
    const altered = String.fromCharCode(last.charCodeAt(0) + 1);
    assert.equal(await refusalOf(read(`${odd.slice(0, -3)}${altered}==`)), REFUSED);
  });
});

describe('a piece of base64', () => {
  it('RFC 4648 §4 has + and / and no other two letters in their place', () => {
    assert.equal(decode('+/+/'), '\xfb\xff\xbf');
    for (const text of ['-/+/', '+_+/', 'AAAA-/+/', '+/+/ -_-_', '-A==', '\n__8=']) {
      assert.throws(() => decode(text), GatewayError, text);
    }
  });

  it('refuses a third = as it comes, however many would follow', () => {
    const decoder = new Base64Decoder();
    const target = Buffer.alloc(100);
    assert.equal(decoder.decode(Buffer.from('AA='), target, 0), 0);
    assert.equal(decoder.decode(Buffer.from('\n='), target, 0), 0);
    assert.throws(() => decoder.decode(Buffer.from('='), target, 0), GatewayError);
    assert.throws(() => new Base64Decoder().decode(Buffer.from('AA=A'), target, 0), GatewayError);
  });
});

describe('the recipient of a key', () => {
  const { serialNumber, raw } = new X509Certificate(partyA.certificate);
  const serial = BigInt(`0x${serialNumber}`).toString();
  const x509 = (content: string): string => keyInfo(`<ds:X509Data>${content}</ds:X509Data>`);
  const issuerSerial = (number: string): string =>
    x509(
      `<ds:X509IssuerSerial><ds:X509IssuerName>CN=x</ds:X509IssuerName><ds:X509SerialNumber>${number}</ds:X509SerialNumber></ds:X509IssuerSerial>`,
    );
  const certificate = raw.toString('base64');
  const ways: readonly [how: string, recipient: string, tried: number][] = [
    ['the certificate', x509(`<ds:X509Certificate>${certificate}</ds:X509Certificate>`), 1],
    [
      'the certificate in lines',
      x509(`<ds:X509Certificate>${certificate.replace(/.{64}/g, '$&\n')}</ds:X509Certificate>`),
      1,
    ],
    ['issuer and serial number', issuerSerial(serial), 1],
    ['the key identifier', x509('<ds:X509SKI>q9B37/GVakTZG0Y2Qzlp8S5eDr0=</ds:X509SKI>'), 1],
    ['the subject as Java prints it', keyInfo('<ds:KeyName>CN=party-a.test, O=Test party A, C=NL</ds:KeyName>'), 1],
    ['the subject in another order', keyInfo('<ds:KeyName> C=NL,O="Test party A",CN=party-a.test </ds:KeyName>'), 1],
    ['a name of its own', keyInfo('<ds:KeyName>the key of May</ds:KeyName>'), 2],
    ['what is passed over', keyInfo('<ds:RetrievalMethod URI="http://peer.test/key"/>'), 2],
    ['nobody', '', 2],
  ];
  for (const [how, recipient, tried] of ways) {
    it(`is found by ${how}, and the others are ${tried === 1 ? 'left alone' : 'tried'}`, async () => {
      const { decrypter, seen } = watched(decrypterOf(partyB, partyA));
      assert.deepEqual((await open(handmade({ recipient }), { decrypter })).plain, PLAIN);
      assert.deepEqual(seen, [tried]);
    });
  }

  it('is somebody else when another certificate is named', async () => {
    for (const recipient of [issuerSerial('12'), x509('<ds:X509SKI>AAAA</ds:X509SKI>')]) {
      const { decrypter, seen } = watched(decrypterOf(partyB, partyA));
      assert.equal(await refusalOf(handmade({ recipient }), { decrypter }), REFUSED);
      assert.deepEqual(seen, []);
    }
  });

  it('may be one of several with the same name, whatever wrapped the key', async () => {
    const several = decrypterOf(partyB, partyB, partyA, partyB);
    for (const transport of [OAEP, MGF1P, RSA_1_5]) {
      const opened = await open(handmade({ transport }), { decrypter: several, allow: ALL_LEGACY });
      assert.deepEqual(opened.plain, PLAIN);
    }
  });
});

describe('methods of a key', () => {
  const good: readonly [how: string, transport: string, keyMethod: string, digest: string][] = [
    ['mgf1p with nothing said', MGF1P, '', 'sha1'],
    ['mgf1p with SHA-1', MGF1P, digest(SHA1), 'sha1'],
    ['mgf1p with its mask, as the Java library writes it', MGF1P, digest(SHA1) + mgf(`${XENC11}mgf1sha1`), 'sha1'],
    ['edition 1.1 with nothing said', OAEP, '', 'sha1'],
    ['edition 1.1 with SHA-256', OAEP, digest(SHA256) + mgf(`${XENC11}mgf1sha256`), 'sha256'],
    ['edition 1.1, the mask first', OAEP, mgf(`${XENC11}mgf1sha512`) + digest(`${XENC}sha512`), 'sha512'],
  ];
  for (const [how, transport, keyMethod, hash] of good) {
    it(`XML Encryption §5.5.2 reads ${how}`, async () => {
      const octets = handmade({ transport, keyMethod, wrapped: wrapBy(transport, KEY, hash) });
      assert.deepEqual((await open(octets)).plain, PLAIN);
    });
  }

  const bad: readonly [why: string, transport: string, keyMethod: string][] = [
    ['a digest that is not known', OAEP, digest('http://www.w3.org/2001/04/xmldsig-more#md5')],
    ['a mask that is not known', OAEP, mgf(`${XENC11}mgf1md5`)],
    ['two digests', OAEP, digest(SHA1) + digest(SHA1)],
    ['another mask than the fixed one', MGF1P, mgf(`${XENC11}mgf1sha256`)],
    ['two masks', OAEP, mgf(`${XENC11}mgf1sha1`) + mgf(`${XENC11}mgf1sha1`)],
    ['a label', OAEP, '<xenc:OAEPparams>AAAA</xenc:OAEPparams>'],
    ['a method that is not known', `${XENC}kw-aes256`, ''],
    ['parameters of a method that has none', RSA_1_5, digest(SHA1)],
  ];
  for (const [why, transport, keyMethod] of bad) {
    it(`refuses ${why}`, async () => {
      const octets = handmade({ transport, keyMethod, wrapped: wrapBy(transport === RSA_1_5 ? RSA_1_5 : OAEP, KEY) });
      assert.equal(await refusalOf(octets, { allow: ALL_LEGACY }), REFUSED);
    });
  }

  it('ENC003: reads AES-192 too, and the three lengths of CBC where they are allowed', async () => {
    for (const length of [16, 24, 32]) {
      const key = KEY.subarray(0, length);
      const gcm = handmade({ algorithm: `${XENC11}aes${length * 8}-gcm`, key });
      assert.deepEqual((await open(gcm)).plain, PLAIN);
      const cbc = handmade({ algorithm: `${XENC}aes${length * 8}-cbc`, key });
      const opened = await open(cbc, { allow: { cbc: true, rsa15: false } });
      assert.deepEqual([opened.plain, opened.used], [PLAIN, ['cbc']]);
    }
  });

  it('names the legacy that was needed', async () => {
    const octets = handmade({ algorithm: AES256_CBC, transport: RSA_1_5 });
    const opened = await open(octets, { allow: ALL_LEGACY });
    assert.deepEqual([opened.plain, opened.used], [PLAIN, ['cbc', 'rsa15']]);
  });
});

/** How many keys each unwrapping tried. */
function watched(real: KeyHolder): { readonly decrypter: KeyHolder; readonly seen: readonly number[] } {
  const seen: number[] = [];
  const decrypter: KeyHolder = {
    certificates: () => real.certificates(),
    unwrap(work) {
      seen.push(work.certificates.length);
      return real.unwrap(work);
    },
  };
  return { decrypter, seen };
}
