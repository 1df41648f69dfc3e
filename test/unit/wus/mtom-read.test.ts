import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { GatewayError } from '../../../src/errors.ts';
import {
  envelopeOf,
  includeOf,
  octets,
  packageOf,
  readEnvelope,
  readFrom,
  ROOT_ID,
  verdict,
  type WatchedPayloads,
  watchedPayloads,
} from '../../setup/wus-packages.ts';

const LARGE = octets(200_000);
const SMALL = octets(100);
const ENVELOPE = envelopeOf(`<m xmlns="urn:m"><a>${includeOf('cid:a@x')}</a><b>${includeOf('cid:b@x')}</b></m>`);
const PARTS = [
  { contentId: 'a@x', content: LARGE, headers: ['Content-Type: application/pdf'] },
  { contentId: 'b@x', content: SMALL },
];

function refuse(): never {
  throw new GatewayError('SOAP_MALFORMED');
}

describe('reading a WUS message', () => {
  let payloads: WatchedPayloads;

  beforeEach(async () => {
    payloads = await watchedPayloads();
  });

  afterEach(() => payloads.remove());

  it('WM001 an MTOM package: envelope in memory, attachments in the payload store until they are discarded', async () => {
    const { envelope, attachments, mtom, discard } = await readFrom(payloads, packageOf(ENVELOPE, PARTS));
    assert.equal(mtom, true);
    assert.equal(envelope.document.bytes.toString(), ENVELOPE);
    assert.deepEqual(
      attachments.all.map((one) => [one.contentId, one.contentType, one.size, 'file' in one.content]),
      [
        ['a@x', 'application/pdf', LARGE.length, true],
        ['b@x', 'application/octet-stream', SMALL.length, false],
      ],
    );
    assert.deepEqual(await buffer(await attachments.open(attachments.find('a@x'))), LARGE);
    assert.deepEqual(await buffer(await attachments.open(attachments.find('b@x'))), SMALL);
    assert.equal(payloads.files().length, 1);
    await discard();
    assert.deepEqual(payloads.files(), []);
  });

  it('WM001 text/xml: the same without attachments', async () => {
    const plain = envelopeOf('<m xmlns="urn:m"/>');
    const { envelope, attachments, mtom } = await readFrom(payloads, Buffer.from(plain), { contentType: 'text/xml' });
    assert.deepEqual([mtom, attachments.all.length, envelope.document.bytes.toString()], [false, 0, plain]);
  });

  it('WM001 an MTOM package without attachments, as MTOM endpoints answer', async () => {
    const { mtom, attachments } = await readFrom(payloads, packageOf(envelopeOf('<m xmlns="urn:m"/>'), []));
    assert.deepEqual([mtom, attachments.all.length], [true, 0]);
  });

  it('WM001 in pieces of any size', async () => {
    const body = packageOf(ENVELOPE, [{ contentId: 'a@x', content: octets(300) }, ...PARTS.slice(1)]);
    for (const chunk of [1, 2, 7, 64, body.length]) {
      const { attachments } = await readFrom(payloads, body, { chunk });
      assert.deepEqual(await buffer(await attachments.open(attachments.find('a@x'))), octets(300));
    }
  });

  it('WM001 the root is the part that start names, wherever it stands', async () => {
    for (const at of [0, 1, 2]) {
      const { envelope, attachments, discard } = await readFrom(payloads, packageOf(ENVELOPE, PARTS, { at }));
      assert.equal(envelope.document.bytes.toString(), ENVELOPE);
      assert.equal(attachments.find('a@x').size, LARGE.length);
      await discard();
    }
  });

  const types = [
    ['of CXF', 'multipart/related; type="application/xop+xml"; boundary="uuid:b"; start="<root@example.nl>"'],
    ['of WCF', 'multipart/related; type="application/xop+xml";start="<root@example.nl>";boundary="uuid:b"'],
    ['without start', 'multipart/related; type="application/xop+xml"; boundary="uuid:b"; start-info="text/xml"'],
    ['without quotes', 'Multipart/Related; boundary="uuid:b"; start-info=text/xml; type=application/xop+xml'],
  ] as const;
  for (const [whose, contentType] of types) {
    it(`WM001 the Content-Type ${whose} is understood`, async () => {
      assert.equal((await readFrom(payloads, packageOf(ENVELOPE, PARTS), { contentType })).mtom, true);
    });
  }

  const others = [
    ['SOAP with Attachments', 'multipart/related; type="text/xml"; boundary="uuid:b"'],
    ['a package that does not say what its root is', 'multipart/related; boundary="uuid:b"'],
    ['a form', 'multipart/form-data; boundary="uuid:b"; type="application/xop+xml"'],
    ['JSON', 'application/json'],
    ['SOAP 1.2', 'application/soap+xml; charset=UTF-8'],
    ['nothing that is a type', 'text'],
  ] as const;
  for (const [what, contentType] of others) {
    it(`WM001 ${what} is refused before it is read`, async () => {
      assert.equal(await verdict(readFrom(payloads, packageOf(ENVELOPE, PARTS), { contentType })), 'HTTP_CONTENT_TYPE');
    });
  }

  it('WS006 the charset is that of the root part, and of the body where that is the envelope', async () => {
    const charsets: (string | undefined)[] = [];
    const noting: typeof readEnvelope = (root) => {
      charsets.push(root.charset);
      return readEnvelope(root);
    };
    const rootType = 'application/xop+xml; charset=utf-16; type="text/xml"';
    await readFrom(payloads, packageOf(ENVELOPE, PARTS, { rootType }), { readEnvelope: noting });
    const contentType = 'text/xml; charset="iso-8859-1"';
    await readFrom(payloads, Buffer.from(envelopeOf('')), { contentType, readEnvelope: noting });
    assert.deepEqual(charsets, ['utf-16', 'iso-8859-1']);
  });

  it('what refuses the envelope ends the reading there, and nothing stays in the payload store', async () => {
    for (const at of [0, 1, 2]) {
      const reading = readFrom(payloads, packageOf(ENVELOPE, PARTS, { at }), { readEnvelope: refuse });
      assert.equal(await verdict(reading), 'SOAP_MALFORMED');
      assert.deepEqual(payloads.files(), []);
    }
  });

  it('a Content-Type that no header may hold again becomes plain octets', async () => {
    const headers = ['Content-Type: a document'];
    const envelope = envelopeOf(`<m xmlns="urn:m">${includeOf('cid:a@x')}</m>`);
    const { attachments } = await readFrom(
      payloads,
      packageOf(envelope, [{ contentId: 'a@x', content: SMALL, headers }]),
    );
    assert.equal(attachments.find('a@x').contentType, 'application/octet-stream');
  });

  it('the root of an MTOM package has the type of XOP', async () => {
    const body = packageOf(ENVELOPE, PARTS, { rootType: 'text/xml; charset=UTF-8' });
    assert.equal(await verdict(readFrom(payloads, body)), 'MIME_MALFORMED');
    assert.ok(body.includes(ROOT_ID));
  });
});
