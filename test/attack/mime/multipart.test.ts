import assert from 'node:assert/strict';
import { GatewayError } from '../../../src/errors.ts';
import { parseContentType, rootContentId } from '../../../src/mime/content-type.ts';
import { DEFAULT_MIME_LIMITS } from '../../../src/mime/limits.ts';
import { RELATED, readPackage, readChunks, twoParts, oneByOne } from '../../unit/mime/read-package.ts';

const HONEST = twoParts('Content-ID: <p@example.nl>\r\nContent-Type: text/plain', 'honest');

function assertRefused(
  contentType: string,
  body: string,
  code: 'MIME_MALFORMED' | 'MIME_LIMIT' = 'MIME_MALFORMED',
): void {
  const isRefusal = (error: unknown): boolean => error instanceof GatewayError && error.code === code;
  const sample = JSON.stringify(body.slice(0, 200));
  assert.throws(() => readPackage(contentType, body), isRefusal, sample);
  if (body.length < 20_000)
    assert.throws(() => readChunks(contentType, oneByOne(Buffer.from(body))), isRefusal, sample);
}

const within = (content: string): string => twoParts('Content-ID: <p@example.nl>', content);
const rootOf = (start: string) =>
  rootContentId(parseContentType(`multipart/related; boundary=b; start="${start}"`) ?? assert.fail());
const base64 = (body: string): string => twoParts('Content-Transfer-Encoding: base64', body);
const quoted = (body: string): string => twoParts('Content-Transfer-Encoding: quoted-printable', body);
const fileName = (value: string) =>
  readPackage(RELATED, twoParts(`Content-Disposition: attachment; filename="${value}"`, ''))[1]?.name;
const partsOf = (contentType: string, body: string) =>
  readPackage(contentType, body).map((part) => [part.contentId, part.body]);
const read = (headers: string, body: string) =>
  readPackage('MULTIPART/Related;\ttype=text/xml; BOUNDARY=b', twoParts(headers, body))[1];

const cap = DEFAULT_MIME_LIMITS.maxHeaderBytes;
const headed = (length: number): string => twoParts(`X: ${'x'.repeat(length - 3)}`, 'honest');
const blanks = (length: number): string => HONEST.replace('--b\r\n', `--b${' '.repeat(length)}\r\n`);

describe('hostile MIME', () => {
  beforeEach('the honest package is read', () => {
    const [root, part] = readPackage(RELATED, HONEST);
    assert.equal(root?.body.toString(), '<root/>');
    assert.equal(part?.body.toString(), 'honest');
  });

  it('A45 a missing, double or overlong boundary is refused, a quoted one read', () => {
    assert.equal(readPackage('multipart/related; boundary="b"', HONEST).length, 2);
    assertRefused('multipart/related; type="text/xml"', HONEST);
    assertRefused('multipart/related; boundary=""', HONEST);
    assertRefused('multipart/related; boundary="b "', HONEST.replaceAll('--b', '--b '));
    assertRefused('multipart/related; boundary="b\tc"', HONEST.replaceAll('--b', '--b\tc'));
    assert.equal(parseContentType('multipart/related; boundary=b; boundary=c'), undefined);
    const long = 'x'.repeat(70);
    assert.equal(readPackage(`multipart/related; boundary=${long}`, HONEST.replaceAll('--b', `--${long}`)).length, 2);
    assertRefused(`multipart/related; boundary=${long}x`, HONEST.replaceAll('--b', `--${long}x`));
    assertRefused(`multipart/related; boundary=${'x'.repeat(1000)}`, HONEST.replaceAll('--b', `--${'x'.repeat(1000)}`));
  });

  it('A45 a boundary in content that two readers could see differently is refused; parts are never merged', () => {
    assert.equal(readPackage(RELATED, within('in the --b middle'))[1]?.body.toString(), 'in the --b middle');
    assertRefused(RELATED, within('bare line feed\n--b\n\nmore'));
    assertRefused(RELATED, within('bare carriage return\r--b\r\n\r\nmore'));
    assertRefused(RELATED, within('longer\r\n--bb\r\n\r\nmore'));
    assertRefused(RELATED, within('one hyphen\r\n--b-\r\n\r\nmore'));
    assertRefused(RELATED, within('closed before\r\n--b--x\r\n'));
    assertRefused(RELATED, `${HONEST}--b\r\nContent-ID: <hidden>\r\n\r\nhidden\r\n--b--\r\n`);
    assertRefused(RELATED, HONEST.replaceAll('\r\n', '\n'));
  });

  it('A45 a missing closing boundary is refused, wherever the package breaks off', () => {
    for (let length = 0; length < HONEST.length - 3; length += 1) assertRefused(RELATED, HONEST.slice(0, length));
    assertRefused(RELATED, '--b--\r\n');
    assertRefused(RELATED, '');
  });

  it('A46 two equal Content-IDs are refused; ids that differ in case are two ids; a missing one is reported as such', () => {
    assertRefused(RELATED, twoParts('Content-ID: <root@example.nl>', ''));
    assertRefused(RELATED, twoParts('content-id: root@example.nl', ''));
    assertRefused(RELATED, twoParts('Content-ID: <>', ''));
    assertRefused(RELATED, twoParts('Content-ID: <a> <b>', ''));
    assertRefused(RELATED, twoParts('Content-ID: <a>\r\nContent-Id: <b>', ''));
    assert.equal(readPackage(RELATED, twoParts('Content-ID: <ROOT@example.nl>', ''))[1]?.contentId, 'ROOT@example.nl');
    assert.equal(
      readPackage(RELATED, twoParts('Content-ID: <root%40example.nl>', ''))[1]?.contentId,
      'root%40example.nl',
    );
    assert.equal(readPackage(RELATED, twoParts('', 'x'))[1]?.contentId, undefined);
  });

  it('A47 start is given to the caller as it stands, whichever part it names', () => {
    assert.equal(rootOf('<root@example.nl>'), 'root@example.nl');
    assert.equal(rootOf('<p@example.nl>'), 'p@example.nl');
    assert.equal(rootOf(''), '');
  });

  it('A48 nesting, 100 000 parts and huge or odd headers meet a cap, and nothing but a refusal comes out', () => {
    assertRefused(RELATED, twoParts('Content-Type: multipart/mixed; boundary=c', '--c\r\n\r\n\r\n--c--'));
    assertRefused(RELATED, twoParts('Content-Type: MULTIPART/related;\r\n boundary=c', ''));
    assertRefused(RELATED, `${'--b\r\n\r\nx\r\n'.repeat(100_000)}--b--\r\n`, 'MIME_LIMIT');
    assertRefused(RELATED, twoParts(`X-Long: ${'x'.repeat(1_000_000)}`, ''), 'MIME_LIMIT');
    assertRefused(RELATED, twoParts('X: y\r\n'.repeat(1000).trim(), ''), 'MIME_LIMIT');
    assertRefused(RELATED, `--b\r\nX: ${'never ending '.repeat(2000)}`, 'MIME_LIMIT');
    for (const header of [
      ' Content-ID: <leading@space>',
      '\tContent-ID: <leading@tab>',
      'Content-ID <no@colon>',
      'Content-ID : <blank@colon>',
      ': <no@name>',
      'Content-ID: <a\0b>',
      'Content-ID: <a>\nX: bare line feed',
      'Content-ID: <a>\rX: bare carriage return',
      'Content-Type: text/plain\r\nContent-Type: text/xml',
      'Content-Disposition: a\r\nContent-Disposition: b',
      'X: no empty line follows\r\n--b--',
    ]) {
      assertRefused(RELATED, twoParts(header, ''));
    }
  });

  it('A48 what is too long is refused for the same wherever it is cut, what just fits is read', () => {
    for (const fits of [headed(cap), blanks(cap), `${'x'.repeat(cap)}\r\n${HONEST}`]) {
      assert.equal(readPackage(RELATED, fits)[1]?.body.toString(), 'honest');
      assert.equal(readChunks(RELATED, oneByOne(Buffer.from(fits)))[1]?.body.toString(), 'honest');
    }
    for (const long of [
      headed(cap + 1),
      blanks(cap + 1),
      `${'x'.repeat(cap + 1)}\r\n${HONEST}`,
      `${'x'.repeat(cap + 1)}-\n--b`,
    ])
      assertRefused(RELATED, long, 'MIME_LIMIT');
  });

  it('A49 content that is not what its transfer encoding says is refused, before the part is told complete', () => {
    assert.equal(readPackage(RELATED, base64('aG9uZX\r\nN0'))[1]?.body.toString(), 'honest');
    assert.equal(readPackage(RELATED, quoted('h=6fne=\r\nst'))[1]?.body.toString(), 'honest');
    for (const body of [
      'aG9uZX',
      'aG9u*XN0',
      'aG9uZXN0=',
      'aA==aA==',
      'aA=',
      'aB==',
      'a===',
      '====',
      'aG9u_XN0',
      'aG9u\0XN0',
      '<xml/>',
    ]) {
      assertRefused(RELATED, base64(body));
    }
    for (const body of ['h=', 'h=6', 'h=6G', 'h=zz', 'h\0', 'h\x7f', 'caf\u00e9', 'a\rb', 'x'.repeat(999)]) {
      assertRefused(RELATED, quoted(body));
    }
    assertRefused(RELATED, twoParts('Content-Transfer-Encoding: x-gzip64', 'x'));
    assertRefused(RELATED, twoParts('Content-Transfer-Encoding: base64\r\ncontent-transfer-encoding: binary', 'aA=='));
  });

  it('A50 a file name is data: kept as it is but for control characters', () => {
    assert.equal(fileName('../../etc/cron.d/x'), '../../etc/cron.d/x');
    assert.equal(fileName('\\\\\\\\server\\\\share'), '\\\\server\\share');
    assert.equal(fileName('x'.repeat(5000))?.length, 5000);
    assert.equal(fileName('.*'), '.*');
    assertRefused(RELATED, twoParts('Content-Disposition: attachment; filename="a\0b"', ''));
  });

  it('A78 another boundary, header case and white space give the same parts', () => {
    const retry = HONEST.replaceAll('--b', '--other')
      .replaceAll('Content-ID: <', 'CONTENT-id:  <')
      .replaceAll('--other\r\n', '--other  \r\n');
    assert.deepEqual(partsOf(RELATED.replace('boundary=b', 'boundary="other"'), retry), partsOf(RELATED, HONEST));
  });

  it('A85 honest variety is read: quoted-printable, base64, a folded Content-ID, Multipart/Related in any case', () => {
    assert.equal(read('content-transfer-encoding: Base64', 'aG9uZXN0\n')?.body.toString(), 'honest');
    assert.equal(read('Content-Transfer-Encoding: Quoted-Printable', 'h=C3=A9=  \r\n!\n \t')?.body.toString(), 'hé!\n');
    assert.equal(read('Content-ID:\r\n\t<folded@example.nl>', '')?.contentId, 'folded@example.nl');
    assert.equal(read('Content-Transfer-Encoding: 8bit', 'é')?.body.toString(), 'é');
  });
});
