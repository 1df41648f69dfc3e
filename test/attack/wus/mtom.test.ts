import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { canonicalize } from '../../../src/xml/c14n.ts';
import { findChild, type XmlElement } from '../../../src/xml/tree.ts';
import { binaryContent } from '../../../src/wus/mtom/binary-content.ts';
import { digestExpanded } from '../../../src/wus/mtom/expanded-digest.ts';
import { WSA_NAMESPACE, WSSE_NAMESPACE, WSU_NAMESPACE, XOP_NAMESPACE } from '../../../src/wus/namespaces.ts';
import {
  envelopeOf,
  includeOf,
  LIMITS,
  octets,
  packageOf,
  type PackagePart,
  readFrom,
  ROOT_ID,
  securityNaming,
  verdict,
  type WatchedPayloads,
  watchedPayloads,
} from '../../setup/wus-packages.ts';

const CONTENT = octets(5_000);
const PART: PackagePart = { contentId: 'Bijlage+1@x', content: CONTENT };
const FORM = { exclusive: true, comments: false, digest: 'sha256' };
const inBody = (content: string): string => envelopeOf(`<m xmlns="urn:m"><a>${content}</a></m>`);
const include = includeOf('cid:Bijlage+1@x');
const HONEST = inBody(include);
const inHeader = (header: string): string => envelopeOf('<m xmlns="urn:m"/>', header);
const wsse = (content: string): string =>
  inHeader(`<wsse:Security xmlns:wsse="${WSSE_NAMESPACE}">${content}</wsse:Security>`);
const times = (count: number): string => envelopeOf(`<m xmlns="urn:m">${`<a>${include}</a>`.repeat(count)}</m>`);

describe('hostile MTOM packages', () => {
  let payloads: WatchedPayloads;

  beforeEach(async () => {
    payloads = await watchedPayloads();
  });

  afterEach(() => payloads.remove());

  const judged = (envelope: string, parts: readonly PackagePart[] = [PART]): Promise<string> =>
    verdict(readFrom(payloads, packageOf(envelope, parts)));

  async function requireRefused(code: string, envelope: string, parts?: readonly PackagePart[]): Promise<void> {
    assert.equal(await judged(HONEST), 'taken');
    const before = payloads.files();
    assert.equal(await judged(envelope, parts), code);
    assert.deepEqual(payloads.files(), before);
  }

  const honest = ['cid:Bijlage+1@x', 'CID:Bijlage+1@x', 'cid:Bijlage%2B1%40x', 'cid:%42ijlage+1@x'];
  for (const href of honest) {
    it(`A46 A85 ${href} is the attachment`, async () => {
      assert.equal(await judged(inBody(includeOf(href))), 'taken');
    });
  }

  const strangers = [
    ['in another case', 'cid:bijlage+1@x'],
    ['encoded twice', 'cid:Bijlage%252B1%2540x'],
    ['in angle brackets', 'cid:%3CBijlage+1@x%3E'],
    ['with a blank', 'cid: Bijlage+1@x'],
    ['with NUL behind it', 'cid:Bijlage+1@x%00'],
    ['with encoding that is none', 'cid:Bijlage%zz1@x'],
    ['of the root itself', `cid:${ROOT_ID}`],
    ['empty', 'cid:'],
    ['without a scheme', 'Bijlage+1@x'],
    ['on the web', 'http://127.0.0.1/Bijlage+1@x'],
    ['of a file', 'file:///etc/passwd'],
    ['of an Id', '#body'],
  ] as const;
  for (const [what, href] of strangers) {
    it(`A28 A46 A47 an href ${what} names no attachment`, () =>
      requireRefused('WUS_ATTACHMENT', inBody(includeOf(href))));
  }

  const open = include.replace('/>', '>');
  const malformed = [
    ['with text in it', `${open}AAAA</xop:Include>`],
    ['with an element in it', `${open}<x/></xop:Include>`],
    ['with a comment in it', `${open}<!--AAAA--></xop:Include>`],
    ['beside text', `AAAA${include}`],
    ['beside white space', ` ${include}`],
    ['beside a comment', `${include}<!--AAAA-->`],
    ['beside an element', `${include}<x/>`],
    ['beside another Include', `${include}${include}`],
    ['without href', `<xop:Include xmlns:xop="${XOP_NAMESPACE}"/>`],
    ['with a second attribute', include.replace('/>', ' type="x"/>')],
    ['with an href of another namespace', include.replace('href', 'xop:href')],
  ] as const;
  for (const [what, content] of malformed) {
    it(`A33 an Include ${what} is refused`, () => requireRefused('WUS_ATTACHMENT', inBody(content)));
  }

  const misplaced = [
    ['the Body itself', envelopeOf(include)],
    ['a header of addressing', inHeader(`<To xmlns="${WSA_NAMESPACE}">${include}</To>`)],
    ['the Header', inHeader(include)],
    ['a header block of whoever', inHeader(`<x xmlns="urn:x"><y>${include}</y></x>`)],
    ['the Timestamp', wsse(`<u:Timestamp xmlns:u="${WSU_NAMESPACE}"><u:Created>${include}</u:Created></u:Timestamp>`)],
    ['SignedInfo', inHeader(securityNaming('body').replace('>AAAA</ds:DigestValue>', `>${include}</ds:DigestValue>`))],
    ['the signature', inHeader(securityNaming('body').replace('>AAAA</ds:SignatureV', `>${include}</ds:SignatureV`))],
    ['the Envelope', HONEST.replace('<soap:Body', `${include}<soap:Body`).replace('cid:Bijlage', 'cid:other')],
  ] as const;
  for (const [where, envelope] of misplaced) {
    it(`WB004-coverage an Include in ${where} is refused`, async () => {
      assert.equal(await judged(HONEST), 'taken');
      assert.match(await judged(envelope), /^(?:WUS_ATTACHMENT|SOAP_MALFORMED)$/);
    });
  }

  it('WM001 an Include in a token or a cipher text is honest', async () => {
    assert.equal(await judged(wsse(`<wsse:BinarySecurityToken>${include}</wsse:BinarySecurityToken>`)), 'taken');
    const cipher = `<e:CipherValue xmlns:e="http://www.w3.org/2001/04/xmlenc#">${include}</e:CipherValue>`;
    assert.equal(await judged(wsse(cipher)), 'taken');
  });

  it('A23 an attachment that is missing, and one that no Include names', async () => {
    await requireRefused('WUS_ATTACHMENT', HONEST, []);
    await requireRefused('WUS_ATTACHMENT', HONEST, [PART, { ...PART, contentId: 'more@x' }]);
    await requireRefused('WUS_ATTACHMENT', HONEST, [PART, { contentId: 'more@x', content: octets(100_000) }]);
  });

  it('A46 two attachments of one name, one without a name, and names that no header may hold', async () => {
    await requireRefused('MIME_MALFORMED', HONEST, [PART, PART]);
    await requireRefused('MIME_MALFORMED', HONEST, [PART, { ...PART, contentId: '' }]);
    await requireRefused('MIME_MALFORMED', HONEST, [PART, { ...PART, contentId: 'a b' }]);
  });

  it('A48 a package in a part, thousands of parts, endless headers', async () => {
    const many = Array.from({ length: 5_000 }, (_, at) => ({ contentId: `${at}@x`, content: Buffer.alloc(1) }));
    await requireRefused('MIME_LIMIT', HONEST, [PART, ...many]);
    const nested = ['Content-Type: multipart/related; boundary=c'];
    await requireRefused('MIME_MALFORMED', HONEST, [{ ...PART, headers: nested }]);
    const endless = [`Content-Description: ${'x'.repeat(1_000_000)}`];
    await requireRefused('MIME_LIMIT', HONEST, [{ ...PART, headers: endless }]);
  });

  it('a part over the limit of the message is refused, and leaves nothing', async () => {
    await requireRefused('HTTP_TOO_LARGE', HONEST, [{ ...PART, content: Buffer.alloc(LIMITS.maxMessageBytes) }]);
    await requireRefused('XML_LIMIT', inBody('x'.repeat(LIMITS.maxEnvelopeBytes)));
  });

  it('Includes that multiply one attachment are refused by number and by what they amount to', async () => {
    assert.equal(await judged(times(LIMITS.mime.maxParts)), 'taken');
    await requireRefused('WUS_ATTACHMENT', times(LIMITS.mime.maxParts + 1));
    await requireRefused('WUS_ATTACHMENT', times(90), [{ ...PART, content: Buffer.alloc(100_000) }]);
  });

  it('A52 a compressed part stays what it is', async () => {
    const content = gzipSync(Buffer.alloc(1_000_000));
    const headers = ['Content-Type: application/octet-stream', 'Content-Encoding: gzip'];
    const { attachments } = await readFrom(payloads, packageOf(HONEST, [{ ...PART, content, headers }]));
    const [attachment = assert.fail('no attachment')] = attachments.all;
    assert.deepEqual(await buffer(await attachments.open(attachment)), content);
  });

  it('A45 a package that breaks off is refused wherever it does', async () => {
    const whole = packageOf(HONEST, [PART, { ...PART, contentId: 'more@x', content: octets(3_000) }]);
    for (let length = 0; length < whole.length - 2; length += 97) {
      assert.notEqual(await verdict(readFrom(payloads, whole.subarray(0, length))), 'taken', String(length));
      assert.deepEqual(payloads.files(), []);
    }
  });

  it('WB013 no octet of an attachment can be changed, added or taken away under a signature', async () => {
    const digest = await bodyDigest(CONTENT);
    assert.equal(await bodyDigest(Buffer.from(CONTENT)), digest);
    for (const at of [0, 1, 2_500, CONTENT.length - 1]) {
      const flipped = Buffer.from(CONTENT);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      assert.notEqual(await bodyDigest(flipped), digest);
    }
    assert.notEqual(await bodyDigest(CONTENT.subarray(1)), digest);
    assert.notEqual(await bodyDigest(Buffer.concat([CONTENT, Buffer.alloc(1)])), digest);
  });

  it('WB013 a digest over the Include, which leaves the attachment unsigned, is not that of the Body', async () => {
    const { envelope, attachments } = await readFrom(payloads, packageOf(HONEST, [PART]));
    const unexpanded = createHash('sha256').update(canonicalize(envelope.soap.body, FORM)).digest();
    assert.notDeepEqual(await digestExpanded(envelope.soap.body, FORM, attachments), unexpanded);
  });

  it('A09 a token or a cipher text is read into memory up to a limit', async () => {
    const { envelope, attachments } = await readFrom(payloads, packageOf(HONEST, [PART]));
    const holder = elementOf(elementOf(envelope.soap.body, 'm'), 'a');
    assert.deepEqual(await binaryContent(holder, attachments, CONTENT.length), CONTENT);
    assert.equal(await verdict(binaryContent(holder, attachments, CONTENT.length - 1)), 'WUS_ATTACHMENT');
  });

  async function bodyDigest(content: Buffer): Promise<string> {
    const envelope = envelopeOf(`<m xmlns="urn:m"><a>${include}</a></m>`, securityNaming('body'));
    const { envelope: read, attachments } = await readFrom(payloads, packageOf(envelope, [{ ...PART, content }]));
    return (await digestExpanded(read.soap.body, FORM, attachments)).toString('base64');
  }
});

function elementOf(parent: XmlElement, localName: string): XmlElement {
  return findChild(parent, 'urn:m', localName) ?? assert.fail(localName);
}
