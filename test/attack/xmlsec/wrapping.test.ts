import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseXml, textContent } from '../../../src/xml/tree.ts';
import {
  allDeep,
  BODY,
  envelope,
  findDeep,
  HEADER,
  headerOf,
  NEXT,
  NEXT_MSH,
  PARTS,
  partReference,
  reference,
  signAsMarked,
  signatureMarkup,
  signedParts,
  signMessage,
  SYNC_REPLY,
  verifyMessage,
} from '../../unit/xmlsec/signed-message.ts';
import { markupRefused, refused } from './honest.ts';

const FORGED_BODY = '<eb:Manifest eb:version="2.0"><eb:Forged></eb:Forged></eb:Manifest>';
const FORGED_HEADER = HEADER.replace('doen', 'stelen');

async function parts(): Promise<{ whole: string; signature: string; unsigned: string }> {
  const whole = (await signMessage(envelope(HEADER))).toString();
  const signature = /<ds:Signature>.*<\/ds:Signature>/s.exec(whole)?.[0] ?? '';
  return { whole, signature, unsigned: whole.replace(signature, '') };
}

describe('signature wrapping', () => {
  it('A19 XSW1 the signed envelope inside a forged one, its Signature outside', async () => {
    const { signature, unsigned } = await parts();
    await refused(envelope(FORGED_HEADER + signature + unsigned, FORGED_BODY), 'SIGNATURE_INVALID');
  });

  it('A19 XSW2 the signed envelope with its Signature inside a header of a forged one', async () => {
    const { whole } = await parts();
    await refused(envelope(`${FORGED_HEADER}<eb:Wrap>${whole}</eb:Wrap>`, FORGED_BODY), 'SIGNATURE_INVALID');
  });

  it('A19 XSW3 the signed envelope inside the Body of a forged one', async () => {
    const { whole } = await parts();
    await refused(envelope(FORGED_HEADER, FORGED_BODY + whole), 'SIGNATURE_INVALID');
  });

  it('A19 XSW4 a second Body', async () => {
    const { whole } = await parts();
    await refused(
      whole.replace('<soap:Body>', `<soap:Body>${FORGED_BODY}</soap:Body><soap:Body>`),
      'SIGNATURE_INVALID',
    );
  });

  it('A19 XSW5 a second header block of the same name', async () => {
    const { whole } = await parts();
    await refused(whole.replace(HEADER, FORGED_HEADER + HEADER), 'SIGNATURE_INVALID');
  });

  it('A19 XSW6 the signed envelope inside an Object of the Signature', async () => {
    const { signature, unsigned } = await parts();
    const wrapped = signature.replace('</ds:Signature>', `<ds:Object>${unsigned}</ds:Object></ds:Signature>`);
    await refused(envelope(FORGED_HEADER + wrapped, FORGED_BODY), 'SIGNATURE_INVALID');
    await refused(envelope(HEADER + wrapped, BODY), 'SIGNATURE_INVALID');
  });

  it('A19 XSW7 the Signature moved to the Body, the Envelope, or behind it [ebMS2 §4.1.1-1]', async () => {
    const { signature } = await parts();
    await refused(envelope(HEADER, BODY + signature), 'SIGNATURE_INVALID');
    await refused(envelope(`${HEADER}<eb:X>${signature}</eb:X>`, BODY), 'SIGNATURE_INVALID');
    await refused(envelope(HEADER).replace('<soap:Body>', `${signature}<soap:Body>`), 'SIGNATURE_INVALID');
  });

  it('A19 XSW8 what is put into KeyInfo stays out of what is covered', async () => {
    const { whole } = await parts();
    const document = parseXml(Buffer.from(whole.replace('<ds:KeyInfo>', `<ds:KeyInfo>${FORGED_HEADER}`)));
    const { covered } = await verifyMessage(whole, { document, header: headerOf(document.root) });
    const [honest, forged] = allDeep(document.root, 'Action').map((el) => [textContent(el), covered(el)]);
    assert.deepEqual(
      [honest, forged],
      [
        ['doen', true],
        ['stelen', false],
      ],
    );
  });

  it('A19 a Header that is not the child of the Envelope is not taken', async () => {
    const { whole } = await parts();
    const document = parseXml(Buffer.from(`<eb:Outer xmlns:eb="urn:x">${whole}</eb:Outer>`));
    const header = findDeep(document.root, 'Header');
    assert.ok(header !== undefined);
    await refused(whole, 'SIGNATURE_INVALID', { document, header });
  });

  it('A20 a Reference by Id is refused, whether the Id is there once or twice', async () => {
    const once = envelope(HEADER.replace('<eb:MessageHeader', '<eb:MessageHeader eb:id="m" Id="m"'));
    await refused(byId(once), 'SIGNATURE_COVERAGE');
    await refused(byId(once.replace('<eb:Manifest', '<eb:Manifest eb:id="m" Id="m"')), 'SIGNATURE_COVERAGE');
  });

  it('A21 a signature over the MessageHeader alone is refused', async () => {
    await markupRefused(
      { envelopeReference: '', references: reference('#header', '@ENVELOPE@') },
      'SIGNATURE_COVERAGE',
    );
    await markupRefused({ envelopeReference: '' }, 'SIGNATURE_COVERAGE');
  });

  it('A22 A80 a part without Reference is refused [ebMS2 §4.1.3-4]', async () => {
    await markupRefused({ references: '' }, 'SIGNATURE_COVERAGE');
    const surplus = signedParts([...PARTS, { contentId: 'more', body: Buffer.from('x') }]);
    await refused(await signMessage(), 'SIGNATURE_COVERAGE', { parts: surplus });
  });

  it('A23 a Reference to a part that is not there, or to one part twice, is refused', async () => {
    const [part] = PARTS;
    assert.ok(part !== undefined);
    const own = partReference(part);
    await markupRefused(
      { references: own + partReference({ contentId: 'none', body: part.body }) },
      'SIGNATURE_COVERAGE',
    );
    await markupRefused({ references: own + own }, 'SIGNATURE_COVERAGE');
    await markupRefused({ references: own + partReference(part, 'cid:part-1%40a.test') }, 'SIGNATURE_COVERAGE');
    await refused(await signMessage(), 'SIGNATURE_COVERAGE', { parts: [] });
    await refused(await signMessage(), 'SIGNATURE_COVERAGE', { parts: signedParts([...PARTS, ...PARTS]) });
  });

  it('A23 a changed, swapped or missing part is refused [ebMS2 §4.1.3-6]', async () => {
    await refused(await signMessage(), 'SIGNATURE_INVALID', {
      parts: signedParts([{ contentId: 'part-1@a.test', body: Buffer.from('other') }]),
    });
    const two = [...PARTS, { contentId: 'two', body: Buffer.from('2') }];
    const swapped = two.map((one, index) => ({ ...one, body: two[1 - index]?.body ?? Buffer.alloc(0) }));
    await refused(await signMessage(envelope(), two), 'SIGNATURE_INVALID', { parts: signedParts(swapped) });
  });

  it('A24 two signatures are refused, wherever the second stands', async () => {
    const { whole, signature } = await parts();
    for (const place of ['</soap:Header>', '</soap:Body>', '</eb:MessageHeader>', '</ds:KeyInfo>']) {
      await refused(
        whole.replace(place, () => `${signature}${place}`),
        'SIGNATURE_INVALID',
      );
    }
    await refused(
      whole.replace('<soap:Header>', () => `<soap:Header>${signatureMarkup()}`),
      'SIGNATURE_INVALID',
    );
  });

  it('A80 a message without signature is refused', async () => {
    await refused(envelope(), 'SIGNATURE_MISSING');
  });

  it('A81 the filter leaves out header blocks for the next actor, and what it left out is not covered [ebMS2 §4.1.3-3]', async () => {
    const routed = HEADER.replace('<eb:MessageHeader', `<eb:MessageHeader soap:actor="${NEXT_MSH}"`);
    const bytes = await signMessage(envelope(routed + SYNC_REPLY));
    const document = parseXml(bytes);
    const { covered } = await verifyMessage(bytes, { document, header: headerOf(document.root) });
    assert.deepEqual(allDeep(document.root, 'Action').map(covered), [false]);
    assert.deepEqual(allDeep(document.root, 'Manifest').map(covered), [true]);
  });

  it('A81 a next actor anywhere but on a header block is refused', async () => {
    for (const element of ['eb:Action', 'eb:Manifest', 'soap:Body', 'soap:Header', 'soap:Envelope']) {
      await refused(await signMessage(acted(envelope(), element)), 'SIGNATURE_COVERAGE');
    }
  });
});

function byId(markup: string): string {
  return signAsMarked({ envelopeReference: reference('#m', '@ENVELOPE@') }, markup);
}

function acted(markup: string, element: string): string {
  return markup.replace(`<${element}`, `<${element} soap:actor="${NEXT}"`);
}
