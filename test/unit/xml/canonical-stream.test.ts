import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'mocha';
import { type CanonicalForm, canonicalize, digestCanonical } from '../../../src/xml/c14n.ts';
import { CanonicalWriter } from '../../../src/xml/canonical-writer.ts';
import { tokenize } from '../../../src/xml/tokenizer.ts';
import { elementsWhere, parseXml, type XmlElement } from '../../../src/xml/tree.ts';

const FORMS: readonly CanonicalForm[] = [true, false].flatMap((exclusive) =>
  [true, false].map((comments) => ({ exclusive, comments, inclusivePrefixes: ['q', '#default'] })),
);
const DOCUMENT = Buffer.from(
  `<?p 1?><!--c--><a xmlns="urn:a" xmlns:q="urn:q" z='1' q:b="2">é<b xmlns=""/><!--d-->${'<c>&amp;x</c>'.repeat(9000)}</a><?q?>`,
);

const named = (root: XmlElement, name: string): ReadonlySet<XmlElement> =>
  elementsWhere(root, (el) => el.localName === name);

describe('the canonical writer', () => {
  for (const form of FORMS) {
    const title = `${form.exclusive ? 'exclusive' : 'inclusive'} ${form.comments ? 'with' : 'without'} comments`;
    it(`${title}: gives the same octets while a document passes as from its tree`, () => {
      const passing = createHash('sha256');
      let pieces = 0;
      const take = (octets: Buffer): void => {
        passing.update(octets);
        pieces++;
      };
      const writer = new CanonicalWriter(form, take);
      tokenize(DOCUMENT, writer);
      writer.finish(take);
      assert.ok(pieces > 2);
      const tree = parseXml(DOCUMENT);
      assert.deepEqual(passing.digest(), digestCanonical(tree, { ...form, digest: 'sha256' }));
      assert.deepEqual(
        createHash('sha256').update(canonicalize(tree, form)).digest(),
        digestCanonical(tree, { ...form, digest: 'sha256' }),
      );
    });
  }

  it('leaves out subtrees, the element itself too', () => {
    const { root } = parseXml(Buffer.from('<a>1<b>2<c/></b>3<c/></a>'));
    const form = { exclusive: false, comments: false };
    assert.equal(canonicalize(root, form, named(root, 'b')).toString(), '<a>13<c></c></a>');
    assert.equal(canonicalize(root, form, named(root, 'a')).toString(), '');
  });

  it('leaves out subtrees of what otherwise stands in the source as it is written', () => {
    const { root } = parseXml(Buffer.from('<a><b>1<c>2</c><d>3</d></b><b>4</b></a>'));
    const form = { exclusive: false, comments: false };
    assert.equal(root.whole, true);
    assert.equal(canonicalize(root, form, named(root, 'c')).toString(), '<a><b>1<d>3</d></b><b>4</b></a>');
    assert.equal(canonicalize(root, form, named(root, 'b')).toString(), '<a></a>');
  });

  it('C14N §2.3 puts line feeds around a root that is copied as it stands', () => {
    const document = parseXml(Buffer.from('<?p?>\n\n<a>1</a><?q?>'));
    assert.equal(document.root.whole, true);
    for (const exclusive of [false, true])
      assert.equal(canonicalize(document, { exclusive, comments: false }).toString(), '<?p?>\n<a>1</a>\n<?q?>');
  });

  it('the exclusive form declares a prefix inside of what stands in the source as it is written', () => {
    const document = parseXml(
      Buffer.from('<a xmlns="urn:a" xmlns:p="urn:p"><b><c>1</c><p:d>2</p:d></b><b p:e="3">4</b><c>5</c></a>'),
    );
    assert.equal(
      canonicalize(document, { exclusive: true, comments: false }).toString(),
      '<a xmlns="urn:a"><b><c>1</c><p:d xmlns:p="urn:p">2</p:d></b><b xmlns:p="urn:p" p:e="3">4</b><c>5</c></a>',
    );
  });

  /* Each differs from its canonical form in one place, in the middle of what does not. */
  for (const [markup, canonical] of [
    ['<b><![CDATA[]]>x</b>', '<b>x</b>'],
    ['<b>x<![CDATA[]]></b>', '<b>x</b>'],
    ['<b><![CDATA[x]]></b>', '<b>x</b>'],
    ['<b><c>x</c><![CDATA[]]><c>y</c></b>', '<b><c>x</c><c>y</c></b>'],
    ['<b >x</b>', '<b>x</b>'],
    ['<b>x</b >', '<b>x</b>'],
    ['<b></b >', '<b></b>'],
    ['<b/>', '<b></b>'],
    ['<b c="1" />', '<b c="1"></b>'],
    ['<b>x<!--c--></b>', '<b>x</b>'],
    ['<b><?p  q?></b>', '<b><?p q?></b>'],
    ['<b>x>y</b>', '<b>x&gt;y</b>'],
    ['<b>x&#62;y</b>', '<b>x&gt;y</b>'],
    ['<b>x\r\ny</b>', '<b>x\ny</b>'],
    ['<b>&#13;&quot;</b>', '<b>&#xD;"</b>'],
    ["<b c='1'>x</b>", '<b c="1">x</b>'],
    ['<b c = "1">x</b>', '<b c="1">x</b>'],
    ['<b c="1\n2">x</b>', '<b c="1 2">x</b>'],
    ['<b  c="1">x</b>', '<b c="1">x</b>'],
    ['<b d="1" c="2">x</b>', '<b c="2" d="1">x</b>'],
    ['<b c="1" xmlns="urn:b">x</b>', '<b xmlns="urn:b" c="1">x</b>'],
    ['<b xmlns:q="urn:q" xmlns:p="urn:p">x</b>', '<b xmlns:p="urn:p" xmlns:q="urn:q">x</b>'],
    ['<b xmlns="urn:a">x</b>', '<b>x</b>'],
  ] as const) {
    it(`writes ${JSON.stringify(markup)} anew and copies what stands around it`, () => {
      const [before, after] = ['<a xmlns="urn:a">1<e f="2">&amp;</e>', '<e>3</e>4</a>'];
      const document = parseXml(Buffer.from(`${before}${markup}${after}`));
      const octets = canonicalize(document, { exclusive: false, comments: false });
      assert.equal(octets.toString(), `${before}${canonical}${after}`);
      assert.equal(document.root.whole, false);
    });
  }

  it('C14N §1.3 refuses relative namespace URIs', () => {
    const document = parseXml(Buffer.from('<a xmlns="relative"/>'));
    assert.throws(() => canonicalize(document, { exclusive: false, comments: false }), { code: 'XML_FORBIDDEN' });
  });
});
