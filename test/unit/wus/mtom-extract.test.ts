import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import type { WusAttachment, WusContent } from '../../../src/wus/content.ts';
import { attachmentSource } from '../../../src/wus/mtom/attachments.ts';
import { type Extracted, extractAttachments } from '../../../src/wus/mtom/extract-attachments.ts';
import { inlineAttachments } from '../../../src/wus/mtom/inline-attachments.ts';
import { readWsdl } from '../../setup/read-wsdl.ts';
import type { WsdlInterface } from '../../../src/wus/wsdl/wsdl.ts';
import { DEFAULT_XML_LIMITS } from '../../../src/xml/limits.ts';
import { includeOf, octets, verdict, type WatchedPayloads, watchedPayloads } from '../../setup/wus-packages.ts';
import { openFiles, sampleWsdl, type Edit } from './wsdl-samples.ts';

const NAMESPACE = /targetNamespace="([^"]+)"/.exec(sampleWsdl('bevraging_v1.xsd'))?.[1] ?? '';
const CONTENT = octets(5_000);
const BASE64 = CONTENT.toString('base64');

/** `inhoud` is xs:base64Binary, `naam` is not. */
function documentOf(content: string, name = 'naam'): Buffer {
  return Buffer.from(`<document xmlns="${NAMESPACE}"><naam>${name}</naam><inhoud>${content}</inhoud></document>`);
}

describe('attachments of what was given as base64', () => {
  let payloads: WatchedPayloads;

  beforeEach(async () => {
    payloads = await watchedPayloads();
  });

  afterEach(() => payloads.remove());

  async function extract(content: Partial<WusContent> & Pick<WusContent, 'body'>, ...edits: readonly Edit[]) {
    const { schema } = await wsdl(...edits);
    const terms = { schema, payloads: payloads.store, limits: DEFAULT_XML_LIMITS };
    return extractAttachments({ attachments: [], ...content }, terms);
  }

  const inlined = (extracted: Extracted): Promise<Buffer> =>
    inlineAttachments(extracted.body, attachmentSource(extracted.attachments, payloads.store), DEFAULT_XML_LIMITS);

  it('WM001 base64Binary of the schema becomes an attachment, and the expanded body is the one that was given', async () => {
    const given = documentOf(BASE64, BASE64);
    const extracted = await extract({ body: given });
    const [attachment = assert.fail('no attachment')] = extracted.made;
    assert.equal(extracted.made.length, 1);
    assert.match(
      extracted.body.toString(),
      /<inhoud><xop:Include [^>]*href="cid:[^"]+@postiljon"><\/xop:Include><\/inhoud>/,
    );
    assert.deepEqual(await buffer(await payloads.store.open(attachment.content)), CONTENT);
    assert.deepEqual(await inlined(extracted), given);
  });

  it('WM001 base64 in lines is one attachment too', async () => {
    const extracted = await extract({ body: documentOf(`\n${BASE64.replaceAll(/.{76}/g, '$&\r\n')}\n`) });
    assert.equal(extracted.made.length, 1);
    assert.deepEqual(await inlined(extracted), documentOf(BASE64));
  });

  const kept = [
    ['what is short', documentOf('AAAA')],
    ['what is not base64', documentOf(`${BASE64}!`)],
    ['base64 with a comment in it', documentOf(`${BASE64}<!-- -->`)],
    ['nothing', documentOf('')],
    ['an element that the schema does not know', Buffer.from(`<other xmlns="${NAMESPACE}">${BASE64}</other>`)],
    [
      'an element of another namespace',
      Buffer.from(documentOf(BASE64).toString().replace('<inhoud', '<inhoud xmlns=""')),
    ],
  ] as const;
  for (const [what, body] of kept) {
    it(`WM001 ${what} stays where it is`, async () => {
      const extracted = await extract({ body });
      assert.deepEqual([extracted.body.toString(), extracted.made.length], [body.toString(), 0]);
    });
  }

  it('WM001 attachments that were given stay, all in the order of their Includes', async () => {
    const many: Edit = ['name="inhoud" type="xs:base64Binary"', 'name="inhoud" type="xs:base64Binary" maxOccurs="9"'];
    const attachment: WusAttachment = { contentId: 'a@x', contentType: 'a/b', size: 1, content: { inline: octets(1) } };
    const body = documentOf(`${BASE64}</inhoud><inhoud>${includeOf('cid:a@x')}</inhoud><inhoud>${BASE64}`);
    const extracted = await extract({ body, attachments: [attachment] }, many);
    const [first, second] = extracted.made;
    assert.deepEqual(
      extracted.attachments.map((one) => one.contentId),
      [first?.contentId, 'a@x', second?.contentId],
    );
  });

  it('WM001 nothing stays in the payload store of a body that is refused', async () => {
    const many: Edit = ['name="inhoud" type="xs:base64Binary"', 'name="inhoud" type="xs:base64Binary" maxOccurs="9"'];
    const body = documentOf(`${BASE64}</inhoud><inhoud>${includeOf('cid:none@x')}`);
    assert.equal(await verdict(extract({ body }, many)), 'WUS_ATTACHMENT');
    assert.deepEqual(payloads.files(), []);
  });
});

function wsdl(...edits: readonly Edit[]): Promise<WsdlInterface> {
  return readWsdl(
    'bevraging_v1.wsdl',
    Buffer.from(sampleWsdl('bevraging_v1.wsdl')),
    openFiles(edits.length === 0 ? {} : { 'bevraging_v1.xsd': sampleWsdl('bevraging_v1.xsd', ...edits) }),
  );
}
