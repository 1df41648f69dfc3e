import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  attribute,
  childElements,
  findChild,
  findChildren,
  parseXml,
  positionAt,
  resolvePrefix,
  simpleText,
  textContent,
  type XmlElement,
} from '../../../src/xml/tree.ts';

const parse = (document: string): XmlElement => parseXml(Buffer.from(document)).root;

describe('the XML tree', () => {
  it('finds children by namespace and local name, whatever the prefix', () => {
    const root = parse('<a xmlns:p="urn:p" xmlns:q="urn:p">t<p:b n="1"/><b/><q:b n="2"/><!--c--></a>');
    assert.equal(childElements(root).length, 3);
    const first = findChild(root, 'urn:p', 'b');
    assert.equal(first === undefined ? undefined : attribute(first, '', 'n'), '1');
    assert.deepEqual(
      findChildren(root, 'urn:p', 'b').map((el) => el.prefix),
      ['p', 'q'],
    );
    assert.equal(findChild(root, '', 'b')?.namespace, '');
    assert.equal(findChild(root, 'urn:q', 'b'), undefined);
  });

  it('lists elements with an attribute called id, in whatever case and namespace', () => {
    const { identified } = parseXml(
      Buffer.from(
        '<a xmlns:p="urn:p" p:Id="1"><b/><c n="2" iD="2"/><d xml:id="3"><e ID=""/></d><f ids="4" i="5"/></a>',
      ),
    );
    assert.deepEqual(
      identified.map((el) => el.localName),
      ['a', 'c', 'd', 'e'],
    );
  });

  it('gives names, values and text as proper strings', () => {
    const root = parse('<é:ö xmlns:é="urn:ü" é:å="€ \u{1F600}">€<b>x</b>&#x20AC;</é:ö>');
    assert.equal(root.prefix, 'é');
    assert.equal(root.localName, 'ö');
    assert.equal(root.namespace, 'urn:ü');
    assert.equal(attribute(root, 'urn:ü', 'å'), '€ \u{1F600}');
    assert.equal(textContent(root), '€x€');
  });

  it('gives names and namespaces as they stand, also those of JavaScript', () => {
    for (const word of ['__proto__', 'constructor', 'toString', '_1']) {
      const root = parse(`<${word}:${word} xmlns:${word}="${word}" ${word}:${word}="1"/>`);
      assert.deepEqual([root.prefix, root.localName, root.namespace], [word, word, word]);
      assert.equal(attribute(root, word, word), '1');
    }
    assert.equal(parse('<a xmlns="12"/>').namespace, '12');
  });

  it('gives the namespaces of many documents, short and long', () => {
    const uris = Array.from({ length: 600 }, (_, index) => `urn:n${'x'.repeat(index % 300)}${index}`);
    for (const uri of [...uris, ...uris]) {
      const root = parse(`<p:a xmlns:p="${uri}"><p:b/></p:a>`);
      assert.equal(root.namespace, uri);
      assert.equal(findChildren(root, uri, 'b').length, 1);
    }
  });

  it('§3.1 an attribute without prefix is in no namespace', () => {
    const root = parse('<a xmlns="urn:a" b="1"/>');
    assert.equal(attribute(root, '', 'b'), '1');
    assert.equal(attribute(root, 'urn:a', 'b'), undefined);
  });

  it('§3.3.3 white space in a value becomes blanks, referenced white space stays', () => {
    assert.equal(attribute(parse('<a b="1\r\n2\t3\r4&#10;5&#13;&#9;"/>'), '', 'b'), '1 2 3 4\n5\r\t');
  });

  it('§2.11 line ends become LF, a referenced CR stays', () => {
    assert.equal(textContent(parse('<a>1\r\n2\r3&#13;\n<![CDATA[4\r\n5]]></a>')), '1\n2\n3\r\n4\n5');
  });

  it('tells simple text from text that is broken by elements, comments or instructions', () => {
    assert.equal(simpleText(parse('<a>x<![CDATA[<y>]]>&amp;</a>')), 'x<y>&');
    assert.equal(simpleText(parse('<a/>')), '');
    for (const document of ['<a>x<!--c-->y</a>', '<a>x<?p?>y</a>', '<a>x<b/></a>']) {
      assert.equal(simpleText(parse(document)), undefined);
    }
    assert.equal(textContent(parse('<a>x<!--c-->y<?p q?></a>')), 'xy');
  });

  it('keeps the octets of each element', () => {
    const bytes = Buffer.from('<a>€<b c="1"/><d>\n</d></a>');
    const { root } = parseXml(bytes);
    assert.deepEqual(
      [root, ...childElements(root)].map((el) => bytes.toString('utf8', el.start, el.end)),
      ['<a>€<b c="1"/><d>\n</d></a>', '<b c="1"/>', '<d>\n</d>'],
    );
  });

  it('counts lines and characters', () => {
    const bytes = Buffer.from('é€\nxy\u{1F600}z');
    assert.deepEqual(positionAt(bytes, 0), { line: 1, column: 1 });
    assert.deepEqual(positionAt(bytes, 5), { line: 1, column: 3 });
    assert.deepEqual(positionAt(bytes, 12), { line: 2, column: 4 });
  });

  it('resolves a prefix in the scope of an element', () => {
    const root = parse('<a xmlns="urn:a" xmlns:p="urn:1"><p:b xmlns:p="urn:2" xmlns=""><c/></p:b></a>');
    const [b] = childElements(root);
    assert.ok(b !== undefined);
    const [c] = childElements(b);
    assert.ok(c !== undefined);
    assert.equal(resolvePrefix(root, 'p'), 'urn:1');
    assert.equal(resolvePrefix(c, 'p'), 'urn:2');
    assert.equal(resolvePrefix(root, ''), 'urn:a');
    assert.equal(resolvePrefix(c, ''), undefined);
    assert.equal(resolvePrefix(c, 'xml'), 'http://www.w3.org/XML/1998/namespace');
    assert.equal(resolvePrefix(c, 'q'), undefined);
  });
});
