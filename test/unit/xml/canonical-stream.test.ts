import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'mocha';
import { type CanonicalForm, canonicalize, digestCanonical } from '../../../src/xml/c14n.ts';
import { CanonicalWriter } from '../../../src/xml/canonical-writer.ts';
import { tokenize } from '../../../src/xml/tokenizer.ts';
import { parseXml } from '../../../src/xml/tree.ts';

const FORMS: readonly CanonicalForm[] = [true, false].flatMap((exclusive) =>
  [true, false].map((comments) => ({ exclusive, comments, inclusivePrefixes: ['q', '#default'] })),
);
const DOCUMENT = Buffer.from(
  `<?p 1?><!--c--><a xmlns="urn:a" xmlns:q="urn:q" z='1' q:b="2">é<b xmlns=""/><!--d-->${'<c>&amp;x</c>'.repeat(9000)}</a><?q?>`,
);

describe('the canonical writer', () => {
  for (const form of FORMS) {
    const title = `${form.exclusive ? 'exclusive' : 'inclusive'} ${form.comments ? 'with' : 'without'} comments`;
    it(`${title}: gives the same octets while a document passes as from its tree`, () => {
      const passing = createHash('sha256');
      let pieces = 0;
      const writer = new CanonicalWriter(form, (octets) => {
        passing.update(octets, 'latin1');
        pieces++;
      });
      tokenize(DOCUMENT, writer);
      writer.finish();
      assert.ok(pieces > 2);
      const tree = parseXml(DOCUMENT);
      assert.deepEqual(passing.digest(), digestCanonical(tree, form, 'sha256'));
      assert.deepEqual(
        createHash('sha256').update(canonicalize(tree, form)).digest(),
        digestCanonical(tree, form, 'sha256'),
      );
    });
  }

  it('leaves out subtrees, the element itself too', () => {
    const { root } = parseXml(Buffer.from('<a>1<b>2<c/></b>3<c/></a>'));
    const form = { exclusive: false, comments: false };
    assert.equal(canonicalize(root, form, (el) => el.localName === 'b').toString(), '<a>13<c></c></a>');
    assert.equal(canonicalize(root, form, (el) => el.localName === 'a').toString(), '');
  });

  it('C14N §1.3 refuses relative namespace URIs', () => {
    const document = parseXml(Buffer.from('<a xmlns="relative"/>'));
    assert.throws(() => canonicalize(document, { exclusive: false, comments: false }), { code: 'XML_FORBIDDEN' });
  });
});
