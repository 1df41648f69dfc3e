import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { WusAttachment } from '../../../src/wus/content.ts';
import { attachmentSource } from '../../../src/wus/mtom/attachments.ts';
import { includedAttachments, inlineAttachments } from '../../../src/wus/mtom/inline-attachments.ts';
import { writeWusPackage } from '../../../src/wus/mtom/write-package.ts';
import { DEFAULT_XML_LIMITS } from '../../../src/xml/limits.ts';
import { parseXml } from '../../../src/xml/tree.ts';
import {
  envelopeOf,
  includeOf,
  octets,
  readFrom,
  verdict,
  type WatchedPayloads,
  watchedPayloads,
} from '../../setup/wus-packages.ts';

const ENVELOPE = Buffer.from(envelopeOf(`<m xmlns="urn:m"><a>${includeOf('cid:a@x')}</a></m>`));

const markup = (one: string, other: string): Buffer =>
  Buffer.from(`<m xmlns="urn:m"><a>${one}</a>é<b>${other}</b><a>${one}</a></m>`);

describe('writing a WUS message with attachments', () => {
  let payloads: WatchedPayloads;

  beforeEach(async () => {
    payloads = await watchedPayloads();
  });

  afterEach(() => payloads.remove());

  async function stored(contentId: string, content: Buffer): Promise<WusAttachment> {
    const writer = payloads.store.createHeld();
    await writer.write(content);
    const { body, size } = await writer.finish();
    return { contentId, contentType: 'application/pdf', size, content: body };
  }

  for (const size of [0, 100, 300_000]) {
    it(`WM001 an MTOM package with an attachment of ${size} octets is what its own reader reads`, async () => {
      const content = octets(size);
      const written = writeWusPackage(ENVELOPE, [await stored('a@x', content)], attachmentSource([], payloads.store));
      const body = written.body instanceof Uint8Array ? Buffer.from(written.body) : await buffer(written.body);
      assert.equal(body.length, written.contentLength);
      const { envelope, attachments } = await readFrom(payloads, body, { contentType: written.contentType });
      assert.deepEqual(envelope.document.bytes, ENVELOPE);
      assert.equal(attachments.find('a@x').contentType, 'application/pdf');
      assert.deepEqual(await buffer(await attachments.open(attachments.find('a@x'))), content);
    });
  }

  it('WM001 the Content-Types are those of MTOM for SOAP 1.1, and the envelope comes first', () => {
    const written = writeWusPackage(ENVELOPE, [], attachmentSource([], payloads.store));
    assert.match(
      written.contentType,
      /^multipart\/related; boundary="[^"]+"; type="application\/xop\+xml"; start="<root\.[^"]+>"; start-info="text\/xml"$/,
    );
    assert.ok(!(written.body instanceof Readable));
    assert.match(
      Buffer.from(written.body).toString(),
      /^--[^\r]+\r\nContent-Type: application\/xop\+xml; charset=UTF-8; type="text\/xml"\r\nContent-ID: <root\./,
    );
  });

  it('WM001 an attachment whose name no header may hold is refused', async () => {
    const attachment = { ...(await stored('a@x', octets(10))), contentId: 'a b' };
    const writing = async (): Promise<unknown> =>
      Promise.resolve(writeWusPackage(ENVELOPE, [attachment], attachmentSource([], payloads.store)));
    assert.equal(await verdict(writing()), 'REQUEST_INVALID');
  });

  it('WM001 Includes become base64 where no attachments are wanted', async () => {
    const [first, second] = [octets(10_000, 1), octets(11, 2)];
    const source = attachmentSource([await stored('a@x', first), await stored('b@x', second)], payloads.store);
    const inlined = markup(first.toString('base64'), second.toString('base64'));
    const given = markup(includeOf('cid:a@x'), includeOf('cid:b@x'));
    assert.deepEqual(await inlineAttachments(given, source, DEFAULT_XML_LIMITS), inlined);
    assert.deepEqual(await inlineAttachments(inlined, source, DEFAULT_XML_LIMITS), inlined);
    const limits = { ...DEFAULT_XML_LIMITS, maxBytes: inlined.length - 200 };
    assert.equal(await verdict(inlineAttachments(given, source, limits)), 'WUS_INLINE_LIMIT');
  });

  it('WM001 the attachments of an element, each once, in the order of its Includes', async () => {
    const all = [await stored('a@x', octets(1)), await stored('b@x', octets(1)), await stored('c@x', octets(1))];
    const source = attachmentSource(all, payloads.store);
    const includes = ['c@x', 'a@x', 'c@x'].map((one) => `<i>${includeOf(`cid:${one}`)}</i>`).join('');
    const { root } = parseXml(Buffer.from(`<m>${includes}</m>`));
    assert.deepEqual(
      includedAttachments(root, source).map((one) => one.contentId),
      ['c@x', 'a@x'],
    );
  });
});
