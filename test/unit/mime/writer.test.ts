import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import * as fc from 'fast-check';
import { GatewayError } from '../../../src/errors.ts';
import { type MimePart, writeMultipart } from '../../../src/mime/writer.ts';
import { readChunks, readPackage } from './read-package.ts';

const ROOT = { contentId: 'root@example.nl', contentType: 'text/xml; charset=UTF-8', bytes: Buffer.from('<root/>') };
const part = (more: Partial<MimePart> = {}): MimePart => ({
  contentId: 'p1',
  contentType: 'application/pdf',
  size: 3,
  body: Buffer.from('abc'),
  ...more,
});
const inMemory = (body: Uint8Array | Readable): Buffer => {
  assert.ok(Buffer.isBuffer(body));
  return body;
};

const typeOf = (root: Buffer, contentId: string): string =>
  writeMultipart({ ...ROOT, bytes: root }, [part({ contentId })]).contentType;

describe('ebMS2 §2.1.2 writing a multipart/related', () => {
  it('has the envelope first, start and type, and gives one buffer when all parts are in memory [ebMS2 §2.1.2-1, ebMS2 §2.1.2-2, ebMS2 §2.1.2-3, KVS §B.2.2-2]', () => {
    const written = writeMultipart(ROOT, [part({ name: 'bijlage één.pdf' })]);
    const body = inMemory(written.body);
    assert.equal(body.length, written.contentLength);
    assert.match(
      written.contentType,
      /^multipart\/related; boundary="postiljon_[\w-]{43}"; type="text\/xml"; start="<root@example.nl>"$/,
    );
    const parts = readPackage(written.contentType, body);
    assert.deepEqual(
      parts.map((read) => [read.contentId, read.contentType, read.name, read.body.toString()]),
      [
        ['root@example.nl', 'text/xml; charset=UTF-8', undefined, '<root/>'],
        ['p1', 'application/pdf', 'bijlage één.pdf', 'abc'],
      ],
    );
  });

  it('a repeat has the same boundary, another message another one', () => {
    const first = typeOf(Buffer.from('<a/>'), 'p1');
    assert.equal(typeOf(Buffer.from('<a/>'), 'p1'), first);
    assert.notEqual(typeOf(Buffer.from('<b/>'), 'p1'), first);
    assert.notEqual(typeOf(Buffer.from('<a/>'), 'p2'), first);
  });

  it('streams parts that are not in memory, opening each when its turn comes', async () => {
    let open = 0;
    let most = 0;
    const streamed = (text: string) => ({
      size: text.length,
      body: async () => {
        open += 1;
        most = Math.max(most, open);
        const stream = Readable.from([Buffer.from(text.slice(0, 1)), Buffer.from(text.slice(1))]);
        stream.once('close', () => {
          open -= 1;
        });
        return stream;
      },
    });
    const written = writeMultipart(ROOT, [
      part({ contentId: 'a', ...streamed('eerste') }),
      part({ contentId: 'b' }),
      part({ contentId: 'c', ...streamed('derde') }),
    ]);
    assert.ok(written.body instanceof Readable);
    const body = await buffer(written.body);
    assert.equal(body.length, written.contentLength);
    assert.equal(most, 1);
    assert.deepEqual(
      readPackage(written.contentType, body).map((read) => read.body.toString()),
      ['<root/>', 'eerste', 'abc', 'derde'],
    );
  });

  it('fails when a payload has another length than was promised', async () => {
    for (const size of [2, 4]) {
      const written = writeMultipart(ROOT, [part({ size, body: async () => Readable.from([Buffer.from('abc')]) })]);
      assert.ok(written.body instanceof Readable);
      await assert.rejects(buffer(written.body), (error) => error instanceof GatewayError && error.code === 'INTERNAL');
    }
  });

  it('lets no header be smuggled in by a name, and refuses an identifier that cannot be written', () => {
    const written = writeMultipart(ROOT, [part({ name: 'a"\r\nContent-ID: <evil>\0\\b' })]);
    const [, read] = readPackage(written.contentType, inMemory(written.body));
    assert.equal(read?.contentId, 'p1');
    assert.equal(read?.name, 'a_  Content-ID: <evil> _b');
    for (const bad of [{ contentId: 'a\r\nX: y' }, { contentId: 'a>' }, { contentId: '' }, { contentId: 'é' }]) {
      assert.throws(() => writeMultipart(ROOT, [part(bad)]), GatewayError);
    }
    for (const contentType of ['text/plain\r\nX: y', 'none', 'multipart/mixed; boundary=x', '']) {
      assert.throws(() => writeMultipart(ROOT, [part({ contentType })]), GatewayError);
    }
  });

  it('what is written is read back, whatever the octets and wherever they are cut [ebMS2 §2.1.4-2]', () => {
    const line = fc.constantFrom('--', '\r\n', '\n', '\r', '--postiljon_', 'x', '\0', '=');
    const octets = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(line, { maxLength: 30 }).map((pieces) => new Uint8Array(Buffer.from(pieces.join('')))),
    );
    const property = fc.property(
      fc.array(octets, { maxLength: 5 }),
      octets,
      fc.integer({ min: 1, max: 97 }),
      (all, root, cut) => {
        const parts = all.map((body, index) => part({ contentId: `p${index}@x`, size: body.length, body }));
        const written = writeMultipart({ ...ROOT, bytes: root }, parts);
        const body = inMemory(written.body);
        const chunks = Array.from({ length: Math.ceil(body.length / cut) }, (_, at) =>
          body.subarray(at * cut, (at + 1) * cut),
        );
        assert.deepEqual(
          readChunks(written.contentType, chunks).map((read) => [...read.body]),
          [root, ...all].map((one) => [...one]),
        );
      },
    );
    fc.assert(property, { numRuns: 300 });
  });
});
