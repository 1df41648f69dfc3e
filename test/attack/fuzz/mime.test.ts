import assert from 'node:assert/strict';
import { GatewayError } from '../../../src/errors.ts';
import { isContentId, isPartContentType, writeMultipart } from '../../../src/mime/writer.ts';
import { readChunks, type ReadPart } from '../../unit/mime/read-package.ts';
import { FUZZ_SEED, FUZZ_TIMEOUT_MS, fuzz, mutations } from './fuzz.ts';
import { BOUNDARY, packageSample } from './samples.ts';

const TYPE = `multipart/related; boundary="${BOUNDARY}"; type="text/xml"; start="<root@a.test>"`;
const SCRAPS = [
  `\r\n--${BOUNDARY}`,
  `\r\n--${BOUNDARY}--`,
  `\n--${BOUNDARY}\n`,
  '\r\n\r\n',
  '\r\n ',
  'Content-ID: <part-0@a.test>\r\n',
  'Content-Transfer-Encoding: base64\r\n',
  'Content-Transfer-Encoding: quoted-printable\r\n',
  'Content-Type: multipart/mixed; boundary=x\r\n',
  "Content-Disposition: attachment; filename*=utf-8''%ff\r\n",
];

type Outcome = { readonly parts: readonly ReadPart[] } | { readonly code: string };

function read(chunks: readonly Uint8Array[]): Outcome {
  try {
    return { parts: readChunks(TYPE, chunks) };
  } catch (error) {
    assert.ok(error instanceof GatewayError, String(error));
    return { code: error.code };
  }
}

describe('fuzz: MIME', () => {
  it(`A48 a mutated package is read or refused, the same wherever it is cut (${FUZZ_SEED})`, async function () {
    this.timeout(FUZZ_TIMEOUT_MS);
    const sample = await packageSample();
    assert.ok('parts' in read([sample]));
    fuzz(mutations([sample], /(\r\n|--|: |; )/, SCRAPS), (octets) => {
      const whole = read([octets]);
      const middle = Math.floor(octets.length / 2);
      const cut = read([octets.subarray(0, middle), octets.subarray(middle, middle + 1), octets.subarray(middle + 1)]);
      assert.deepEqual(cut, whole);
      if (!('parts' in whole)) return;
      const sizes = whole.parts.reduce((sum, part) => sum + part.body.length, 0);
      assert.ok(sizes <= octets.length, 'no octet comes twice');
      assert.ok(whole.parts.every((part) => part.complete));
      again(whole.parts);
    });
  });
});

/** What was read is written, and read back the same. */
function again(parts: readonly ReadPart[]): void {
  const named = parts.flatMap(({ contentId = '', contentType = '', body }) =>
    isContentId(contentId) && isPartContentType(contentType) ? [{ contentId, contentType, body }] : [],
  );
  const [root, ...others] = named;
  if (root === undefined) return;
  const written = writeMultipart(
    { contentId: root.contentId, contentType: root.contentType, bytes: root.body },
    others.map((part) => ({ ...part, size: part.body.length })),
  );
  assert.ok(Buffer.isBuffer(written.body));
  const back = readChunks(written.contentType, [written.body]);
  assert.deepEqual(
    back.map(({ contentId, body }) => ({ contentId, body })),
    named.map(({ contentId, body }) => ({ contentId, body })),
  );
}
