import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { canonicalize, canonicalPieces } from '../../../src/xml/c14n.ts';
import { childElements, parseXml } from '../../../src/xml/tree.ts';
import { Base64Hash } from '../../../src/wus/mtom/base64-hash.ts';
import { digestExpanded } from '../../../src/wus/mtom/expanded-digest.ts';
import { findIncludes } from '../../../src/wus/mtom/includes.ts';
import {
  envelopeOf,
  includeOf,
  octets,
  packageOf,
  type PackagePart,
  readFrom,
  securityNaming,
  type WatchedPayloads,
  watchedPayloads,
} from '../../setup/wus-packages.ts';

const FORM = { exclusive: true, comments: false, digest: 'sha256' };
const A = octets(70_001, 1);
const B = octets(5_000, 2);
const PARTS: readonly PackagePart[] = [
  { contentId: 'a@x', content: A },
  { contentId: 'b@x', content: B },
];
const a = includeOf('cid:a@x');
const b = includeOf('cid:b%40x');

describe('the digest over expanded content', () => {
  let payloads: WatchedPayloads;

  beforeEach(async () => {
    payloads = await watchedPayloads();
  });

  afterEach(() => payloads.remove());

  /** Digest of the Body, and how often an attachment was read for it. */
  async function digestOf(
    body: string,
    { parts = PARTS, header = securityNaming('body'), at = 0, form = FORM } = {},
  ): Promise<{ readonly digest: string; readonly read: number }> {
    const envelope = envelopeOf(body, header);
    const { envelope: read, attachments } = await readFrom(payloads, packageOf(envelope, parts, { at }));
    const before = payloads.opened();
    const digest = await digestExpanded(read.soap.body, form, attachments);
    return { digest: digest.toString('base64'), read: payloads.opened() - before };
  }

  it('WM001 WB004 is of the document with the base64 in place, taken while the attachments pass', async () => {
    const taken = await digestOf(`<m xmlns="urn:m"><a>${a}</a>é<b>${b}</b></m>`);
    assert.deepEqual(taken, { digest: inlined(`<m xmlns="urn:m"><a>${a}</a>é<b>${b}</b></m>`), read: 0 });
  });

  it('WM001 WB004 what came in another order, or before the envelope, is read again', async () => {
    const body = `<m xmlns="urn:m"><b>${b}</b><a>${a}</a></m>`;
    const digest = inlined(body);
    assert.deepEqual(await digestOf(body), { digest, read: 1 });
    assert.deepEqual(await digestOf(body, { at: 1 }), { digest, read: 1 });
    assert.deepEqual(await digestOf(body, { at: 2 }), { digest, read: 2 });
    assert.deepEqual(await digestOf(body, { parts: PARTS.toReversed() }), { digest, read: 0 });
  });

  it('WM001 WB004 one attachment for two Includes', async () => {
    const body = `<m xmlns="urn:m"><a>${a}</a><b>${b}</b><a>${a}</a></m>`;
    assert.deepEqual(await digestOf(body), { digest: inlined(body), read: 1 });
  });

  it('WM001 WB004 without a signature that foresees it, or by another form than foreseen', async () => {
    const body = `<m xmlns="urn:m"><a>${a}</a><b>${b}</b></m>`;
    assert.deepEqual(await digestOf(body, { header: '' }), { digest: inlined(body), read: 2 });
    assert.deepEqual(await digestOf(body, { header: securityNaming('other') }), { digest: inlined(body), read: 2 });
    const form = { ...FORM, digest: 'sha512' };
    assert.deepEqual(await digestOf(body, { form }), { digest: inlined(body, 'sha512'), read: 2 });
    const sha512 = securityNaming('body', 'http://www.w3.org/2001/04/xmlenc#sha512');
    assert.deepEqual(await digestOf(body, { form, header: sha512 }), { digest: inlined(body, 'sha512'), read: 0 });
  });

  it('WB004 asked a second time it is the same', async () => {
    const body = `<m xmlns="urn:m"><a>${a}</a><b>${b}</b></m>`;
    const { envelope, attachments } = await readFrom(
      payloads,
      packageOf(envelopeOf(body, securityNaming('body')), PARTS),
    );
    const first = await digestExpanded(envelope.soap.body, FORM, attachments);
    assert.deepEqual(await digestExpanded(envelope.soap.body, FORM, attachments), first);
  });

  it('WM001 base64 in pieces of any size is that of the whole', () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 12 });
    fc.assert(
      fc.property(pieces, pieces, (first, second) => {
        const hash = new Base64Hash('sha256');
        for (const binary of [first, second]) {
          for (const piece of binary) hash.binary(piece);
          hash.endBinary();
          hash.text(Buffer.from('|'));
        }
        const text = [first, second].map((one) => `${Buffer.concat(one).toString('base64')}|`).join('');
        assert.equal(hash.digest().toString('hex'), createHash('sha256').update(text).digest('hex'));
      }),
    );
  });

  it('the canonical octets in pieces are those of the whole without what is cut out', () => {
    const { root } = parseXml(
      Buffer.from('<r xmlns:p="urn:p"> <x/>été<p:y b="2" a="1"><x/></p:y><z><x></x></z>&amp;</r>'),
    );
    const cuts = new Set([childElements(root)[0], childElements(root)[2]].filter((one) => one !== undefined));
    const form = { exclusive: true, comments: false };
    const pieces = canonicalPieces(root, form, cuts);
    assert.deepEqual(pieces.map(String), ['<r> ', 'été<p:y xmlns:p="urn:p" a="1" b="2"><x></x></p:y>', '&amp;</r>']);
    assert.equal(pieces.join(''), canonicalize(root, form, cuts).toString());
  });
});

/** The digest of the same Body with base64 in the place of each Include, by the plain canonical form. */
function inlined(body: string, digest = 'sha256'): string {
  const whole = envelopeOf(body.replaceAll(a, A.toString('base64')).replaceAll(b, B.toString('base64')));
  const { root } = parseXml(Buffer.from(whole));
  const [, soapBody = assert.fail('no Body')] = childElements(root);
  assert.equal(findIncludes(soapBody).length, 0);
  return createHash(digest).update(canonicalize(soapBody, FORM)).digest('base64');
}
