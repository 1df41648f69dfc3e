import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseXml } from '../../../src/xml/tree.ts';
import {
  algorithm,
  envelope,
  findDeep,
  fillIn,
  headerOf,
  INCLUSIVE,
  PARTS,
  partReference,
  RSA_SHA256,
  signAsMarked,
  signatureMarkup,
  signedParts,
  signMessage,
  verifyMessage,
} from '../../unit/xmlsec/signed-message.ts';
import { markupRefused, refused } from './honest.ts';

/** Changes the markup of the unfilled Signature, then signs it with the partner's own key. */
const changed = (find: string | RegExp, replacement: string): string => {
  const before = signatureMarkup();
  const after = before.replace(find, () => replacement);
  assert.notEqual(after, before);
  return after;
};

const INFO = '</ds:SignedInfo>';
const [PART] = PARTS;

describe('structure of a Signature', () => {
  it('A33 what is doubled, missing, unknown or out of order is refused', async () => {
    const canonicalization = algorithm('CanonicalizationMethod', INCLUSIVE);
    const method = algorithm('SignatureMethod', RSA_SHA256);
    const markups = [
      changed('</ds:DigestValue>', '</ds:DigestValue><ds:DigestValue>AAAA</ds:DigestValue>'),
      changed(canonicalization, canonicalization + canonicalization),
      changed(method, method + method),
      changed(canonicalization, ''),
      changed(method, ''),
      changed(canonicalization + method, method + canonicalization),
      changed(INFO, `<ds:Other/>${INFO}`),
      changed(INFO, `<eb:Reference URI="x"/>${INFO}`),
      changed(INFO, `text${INFO}`),
      changed(INFO, `<!--comment-->${INFO}`),
      changed(INFO, `<?instruction?>${INFO}`),
      changed('<ds:Reference ', '<ds:Reference eb:x="1" '),
      changed('<ds:SignedInfo>', '<ds:SignedInfo x="1">'),
      changed('</ds:SignatureValue>', '</ds:SignatureValue><ds:SignatureValue>AAAA</ds:SignatureValue>'),
      changed(/<ds:DigestMethod.*?<\/ds:DigestMethod>/, ''),
      changed('<ds:Transforms>', '<ds:Transforms x="1">'),
      changed(/<ds:Transforms>.*<\/ds:Transforms>/, '<ds:Transforms></ds:Transforms>'),
    ];
    for (const markup of markups) await markupRefused(markup, 'SIGNATURE_INVALID');
  });

  it('A33 several SignedInfo are refused, whichever the value belongs to', async () => {
    const whole = (await signMessage()).toString();
    const info = /<ds:SignedInfo>.*<\/ds:SignedInfo>/s.exec(whole)?.[0] ?? '';
    const forged = info.replace(/<ds:DigestValue>[^<]*/, '<ds:DigestValue>AAAA');
    await refused(
      whole.replace(info, () => forged + info),
      'SIGNATURE_INVALID',
    );
    await refused(
      whole.replace(info, () => info + forged),
      'SIGNATURE_INVALID',
    );
    await refused(
      whole.replace('<ds:KeyInfo>', () => `${forged}<ds:KeyInfo>`),
      'SIGNATURE_INVALID',
    );
  });

  it('A33 a comment, instruction or element inside DigestValue or SignatureValue is refused', async () => {
    const whole = (await signMessage()).toString();
    for (const inserted of ['<!--x-->', '<?x?>', '<ds:x/>']) {
      await markupRefused(changed('@ENVELOPE@', `@ENVELOPE@${inserted}`), 'SIGNATURE_INVALID');
      await refused(whole.replace('<ds:SignatureValue>', `<ds:SignatureValue>${inserted}`), 'SIGNATURE_INVALID');
    }
  });

  it('A33 base64 is strict but for white space, a referenced CR included', async () => {
    const value = /(?<=<ds:SignatureValue>)[^<]*/.exec((await signMessage()).toString())?.[0] ?? '';
    const whole = (await signMessage()).toString();
    const put = (text: string): string => whole.replace(value, () => text);
    await verifyMessage(put(`\n${value.slice(0, 76)}&#13;\n${value.slice(76)}\t `));
    for (const bad of [
      value.replaceAll('=', ''),
      `${value}=`,
      `${value}AAAA`,
      value.replace(/^./, '-'),
      `\u00a0${value}`,
      value.slice(4),
      '',
    ]) {
      await refused(put(bad), 'SIGNATURE_INVALID');
    }
    await verifyMessage(signAsMarked(changed('@ENVELOPE@', ' @ENVELOPE@&#13;\n')));
    await markupRefused(changed('@ENVELOPE@', '@ENVELOPE@='), 'SIGNATURE_INVALID');
    await markupRefused(changed('@ENVELOPE@', 'AAAA'), 'SIGNATURE_INVALID');
    await markupRefused(changed('@ENVELOPE@', ''), 'SIGNATURE_INVALID');
  });

  it('A33 a processing instruction cannot split a signed value', async () => {
    const whole = (await signMessage()).toString();
    await refused(whole.replace('>doen<', '><?p do?>en<'), 'SIGNATURE_INVALID');
    const commented = parseXml(Buffer.from(whole.replace('>doen<', '>do<!--x-->en<')));
    await verifyMessage(whole, { document: commented, header: headerOf(commented.root) });
    const action = findDeep(commented.root, 'Action');
    assert.equal(
      action?.children.length,
      3,
      'a comment is not signed, and whoever reads the value sees that it is there',
    );
  });

  it('A34 nothing is given back when a part fails in the middle', async () => {
    const [honest] = signedParts(PARTS);
    assert.ok(honest !== undefined);
    const failing = { contentId: honest.contentId, digest: (): Promise<Buffer> => Promise.reject(new Error('disk')) };
    await verifyMessage(await signMessage());
    await assert.rejects(verifyMessage(await signMessage(), { parts: [failing] }), /disk/);
    const later = { contentId: honest.contentId, digest: (): Promise<Buffer> => Promise.resolve(Buffer.alloc(32)) };
    await refused(await signMessage(), 'SIGNATURE_INVALID', { parts: [later] });
  });

  it('A36 what has no canonical form is refused as a signature', async () => {
    const relative = envelope().replace('<eb:Action>', '<eb:Action xmlns:r="relative">');
    const honest = (await signMessage()).toString();
    await refused(honest.replace('<eb:Action>', '<eb:Action xmlns:r="relative">'), 'SIGNATURE_INVALID');
    await assert.rejects(signMessage(relative), { code: 'XML_FORBIDDEN' });
  });

  it('A86 the most References that are taken cost as much as their number', async () => {
    const parts = Array.from({ length: 256 }, (_, n) => ({ contentId: `p${n}`, body: Buffer.from(`${n}`) }));
    const references = parts.map((one) => partReference(one)).join('');
    const asked = new Map<string, number>();
    const counted = signedParts(parts).map((one) => ({
      contentId: one.contentId,
      digest: (name: string) => {
        asked.set(one.contentId, (asked.get(one.contentId) ?? 0) + 1);
        return one.digest(name);
      },
    }));
    await verifyMessage(signAsMarked({ references }), { parts: counted });
    assert.equal(asked.size, 256);
    assert.ok([...asked.values()].every((times) => times === 1));
    assert.ok(PART !== undefined);
    const surplus = fillIn(
      envelope().replace(
        '</soap:Header>',
        () => `${signatureMarkup({ references: references + partReference(PART) })}</soap:Header>`,
      ),
    );
    await refused(surplus, 'SIGNATURE_INVALID', { parts: counted });
  });
});
