import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { decodeCid } from '../../../src/mime/content-id.ts';
import { parseContentType, rootContentId } from '../../../src/mime/content-type.ts';
import { fixture, fixturePath, fixturesPresent } from '../../setup/fixtures.ts';
import { skipUnless } from '../../setup/skip.ts';
import { oneByOne, readChunks, readPackage } from '../../unit/mime/read-package.ts';

/** `HTTP head CRLFCRLF body` */
function readCapture(path: string): { readonly contentType: string; readonly body: Buffer } {
  const bytes = fixture(path);
  const end = bytes.indexOf('\r\n\r\n');
  const head = bytes.toString('latin1', 0, end);
  return { contentType: /^content-type: *(.*)$/im.exec(head)?.[1] ?? '', body: bytes.subarray(end + 4) };
}

const requestsOf = (folder: string): string[] =>
  readdirSync(fixturePath(folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.request'))
    .map((path) => `${folder}/${path}`)
    .filter((path) => readCapture(path).contentType.startsWith('multipart/'))
    .sort();

describe('RFC 2387 packages of other MSHs', function () {
  before(function () {
    skipUnless(this, fixturesPresent(), 'no captures beside the checkout');
  });

  for (const [folder, least] of [
    ['captures', 20],
    ['captures-hermes', 5],
  ] as const) {
    it(`${folder}: every package is read, root first, each cid: of its Manifest among its parts`, () => {
      const requests = requestsOf(folder);
      assert.ok(requests.length >= least, `${requests.length} packages`);
      for (const path of requests) {
        const { contentType, body } = readCapture(path);
        const [root, ...parts] = readPackage(contentType, body);
        assert.match(root?.body.toString() ?? '', /^(?:<\?xml[^>]*>\s*)?<[\w-]+:Envelope[^]*Envelope>\s*$/, path);
        const start = rootContentId(parseContentType(contentType) ?? assert.fail());
        // The test client that made the error cases changed the MessageId in the part only: their start names nothing.
        if (parts.some((part) => part.contentId === start)) assert.fail(`${path}: start is not the first part`);
        const hrefs = [...(root?.body.toString() ?? '').matchAll(/xlink:href="([^"]*)"/g)].map(
          (match) => match[1] ?? '',
        );
        if (!path.includes('missing-attachment')) {
          assert.deepEqual(new Set(hrefs.map(decodeCid)), new Set(parts.map((part) => part.contentId)), path);
        }
        assert.deepEqual(readChunks(contentType, oneByOne(body)), [root, ...parts], path);
      }
    });
  }

  it('captures/multi-attachment: a line that looks like a boundary is content, an empty part is a part', () => {
    const { contentType, body } = readCapture('captures/multi-attachment/1-to-overheid.request');
    const parts = readPackage(contentType, body).slice(1);
    assert.deepEqual(
      parts.map((part) => [part.name, part.contentType]),
      [
        [parts[0]?.name, parts[0]?.contentType],
        ['bijlage één.pdf', 'application/pdf'],
        ['notitie.txt', 'text/plain'],
        ['leeg.bin', 'application/octet-stream'],
      ],
    );
    assert.equal(parts[2]?.body.toString(), 'regel 1\r\nregel 2\n---=boundary?--\r\n');
    assert.deepEqual([parts[3]?.contentId, parts[3]?.body.length], ['leeg@example.nl', 0]);
  });

  it('captures-hermes: the parts of three attempts are equal under three boundaries', () => {
    const attempts = requestsOf('captures-hermes/retry-three-attempts').map(readCapture);
    const read = attempts.map(({ contentType, body }) => readPackage(contentType, body));
    assert.equal(new Set(attempts.map((attempt) => attempt.contentType)).size, 3);
    assert.deepEqual(read[1]?.slice(1), read[0]?.slice(1));
    assert.deepEqual(read[2]?.slice(1), read[0]?.slice(1));
  });
});
