import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { GatewayError } from '../../../src/errors.ts';
import { canonicalize } from '../../../src/xml/c14n.ts';
import { attribute, parseXml, textContent } from '../../../src/xml/tree.ts';
import { escapeAttribute, escapeText, tag } from '../../../src/xml/writer.ts';

describe('writing XML', () => {
  it('C14N §2.3 escapes text and values as the canonical form does', () => {
    assert.equal(escapeText('<&>"\t\n\r'), '&lt;&amp;&gt;"\t\n&#xD;');
    assert.equal(escapeAttribute('<&>"\t\n\r'), '&lt;&amp;>&quot;&#x9;&#xA;&#xD;');
    assert.equal(escapeText('plain €'), 'plain €');
  });

  it('leaves out undefined attributes and never writes the short form', () => {
    assert.equal(tag('a', { b: '1', c: undefined }), '<a b="1"></a>');
    assert.equal(tag('a', {}, escapeText('x'), tag('b', {})), '<a>x<b></b></a>');
  });

  it('refuses characters that no document may hold', () => {
    for (const text of ['\0', '\u0008', '\u0085', '\uffff', '\ud800', 'x\udc00']) {
      for (const write of [escapeText, escapeAttribute]) {
        assert.throws(
          () => write(text),
          (error) => error instanceof GatewayError && error.code === 'XML_FORBIDDEN',
        );
      }
    }
  });

  it('what is written is read back, and is canonical already', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (value, text) => {
        fc.pre(isWritable(value) && isWritable(text));
        const markup = Buffer.from(tag('a', { b: value }, escapeText(text)));
        const document = parseXml(markup);
        assert.equal(attribute(document.root, '', 'b'), value);
        assert.equal(textContent(document.root), text);
        assert.deepEqual(canonicalize(document, { exclusive: false, comments: false }), markup);
      }),
    );
  });
});

function isWritable(text: string): boolean {
  try {
    escapeText(text);
    return true;
  } catch {
    return false;
  }
}
