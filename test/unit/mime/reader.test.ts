import assert from 'node:assert/strict';
import { GatewayError } from '../../../src/errors.ts';
import { oneByOne, RELATED, readChunks, readPackage, twoParts } from './read-package.ts';

const refused = (code: string) => (error: unknown) => error instanceof GatewayError && error.code === code;
const bodies = (body: string): string[] => readPackage(RELATED, body).map((part) => part.body.toString());

const idIn = (header: string) => readPackage(RELATED, twoParts(header, ''))[1]?.contentId;
const nameIn = (disposition: string) =>
  readPackage(RELATED, twoParts(`Content-Disposition: ${disposition}`, ''))[1]?.name;
const rawPart = (headers: string, body = 'x') => `--b\r\n${headers}\r\n${body}\r\n`;

describe('RFC 2046 §5.1 reading a multipart', () => {
  const whole = Buffer.from(
    [
      'a preamble that nobody reads',
      '--b \t',
      'Content-Id: <root@example.nl>',
      'CONTENT-TYPE: text/xml;',
      '\tcharset=UTF-8',
      '',
      '<root/>',
      '--b',
      'content-id:  two',
      'Content-Transfer-Encoding: BASE64',
      'Content-Disposition: attachment; filename="bijlage één.pdf"',
      'X-Unknown: ignored',
      'X-Unknown: twice',
      '',
      Buffer.from('tweede deel, met een -- streepje')
        .toString('base64')
        .replace(/(.{20})/g, '$1\r\n'),
      '--b',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'caf=C3=A9 =',
      'au lait =3D',
      '',
      '--b',
      '',
      'no header\r\n\r\n-- b\r\nx--b--\r\n-',
      '--b--',
      'an epilogue',
    ].join('\r\n'),
  );
  const expected = [
    '<root/>',
    'tweede deel, met een -- streepje',
    'café au lait =\r\n',
    'no header\r\n\r\n-- b\r\nx--b--\r\n-',
  ];

  it('gives every part its headers and decoded octets', () => {
    const parts = readPackage(RELATED, whole);
    assert.deepEqual(
      parts.map((part) => part.body.toString()),
      expected,
    );
    assert.ok(parts.every((part) => part.complete));
    assert.deepEqual(
      parts.map((part) => [part.contentId, part.contentType, part.name, part.transferEncoding]),
      [
        ['root@example.nl', 'text/xml;\tcharset=UTF-8', undefined, 'binary'],
        ['two', undefined, 'bijlage één.pdf', 'base64'],
        [undefined, undefined, undefined, 'quoted-printable'],
        [undefined, undefined, undefined, 'binary'],
      ],
    );
  });

  it('gives the same wherever the package is cut in two', () => {
    const once = readPackage(RELATED, whole);
    for (let cut = 0; cut <= whole.length; cut += 1) {
      assert.deepEqual(readChunks(RELATED, [whole.subarray(0, cut), whole.subarray(cut)]), once, `cut at ${cut}`);
    }
  });

  it('gives the same octet by octet', () => {
    assert.deepEqual(readChunks(RELATED, oneByOne(whole)), readPackage(RELATED, whole));
  });

  it('takes an empty body with and without a line end of its own', () => {
    assert.deepEqual(bodies('--b\r\nContent-ID: <a>\r\n\r\n\r\n--b\r\n\r\n--b--'), ['', '']);
  });

  it('takes the line end before a boundary as part of the boundary, and no other', () => {
    assert.deepEqual(bodies('--b\r\n\r\n\r\nx\r\n\r\n--b--'), ['\r\nx\r\n']);
  });

  it('takes a package that ends right behind the closing boundary', () => {
    assert.deepEqual(bodies('--b\r\n\r\nx\r\n--b--'), ['x']);
  });

  it('takes blanks behind either boundary', () => {
    assert.deepEqual(bodies('--b \t \r\n\r\nx\r\n--b--  \r\n'), ['x']);
  });

  it('RFC 2045 §7 takes a folded Content-ID, and one without brackets', () => {
    assert.equal(idIn('Content-ID:\r\n <folded@example.nl>'), 'folded@example.nl');
    assert.equal(idIn('Content-ID:   <blanks@example.nl>  '), 'blanks@example.nl');
    assert.equal(idIn('Content-ID: bare'), 'bare');
  });

  it('RFC 2231 §4 reads filename* before filename, and keeps control characters out of the name', () => {
    assert.equal(nameIn(`attachment; filename="x"; filename*=UTF-8''%e2%82%ac%20rates`), '€ rates');
    assert.equal(nameIn(`attachment; filename*=UTF-8''a%00b%0d%0ac`), 'a\ufffdb\ufffd\ufffdc');
    assert.equal(nameIn('attachment; filename="a \\"b\\" c"'), 'a "b" c');
    assert.equal(nameIn('attachment; filename=plain.txt'), 'plain.txt');
    assert.equal(nameIn('attachment'), undefined);
    assert.equal(nameIn('attachment; filename="broken'), undefined);
    assert.equal(readPackage(RELATED, twoParts('Content-Type: text/plain; name="t.txt"', ''))[1]?.name, 't.txt');
  });

  it('throws MIME_LIMIT over each cap and takes what is just under it', () => {
    const limits = { maxParts: 2, maxHeaderBytes: 60, maxHeaders: 2, maxBytes: 1000 };
    const read = (body: string) => readPackage(RELATED, body, limits);
    assert.equal(read(`${rawPart('A: 1\r\nB: 2\r\n')}${rawPart('')}--b--`).length, 2);
    assert.throws(() => read(`${rawPart('')}${rawPart('')}${rawPart('')}--b--`), refused('MIME_LIMIT'));
    assert.throws(() => read(`${rawPart('A: 1\r\nB: 2\r\nC: 3\r\n')}--b--`), refused('MIME_LIMIT'));
    assert.throws(() => read(`${rawPart(`A: ${'1'.repeat(58)}\r\n`)}--b--`), refused('MIME_LIMIT'));
    assert.throws(() => read(rawPart('', 'x'.repeat(1000))), refused('MIME_LIMIT'));
    assert.throws(() => read(`${'p'.repeat(61)}\r\n${rawPart('')}--b--`), refused('MIME_LIMIT'));
    assert.throws(() => read(`${rawPart('')}--b--\r\n${'e'.repeat(61)}`), refused('MIME_LIMIT'));
    assert.throws(() => read(`--b${' '.repeat(61)}\r\n\r\nx\r\n--b--`), refused('MIME_LIMIT'));
  });
});
