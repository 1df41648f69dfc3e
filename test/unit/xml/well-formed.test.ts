import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { GatewayError } from '../../../src/errors.ts';
import { parseXml } from '../../../src/xml/tree.ts';

const ACCEPTED: readonly (readonly [title: string, document: string])[] = [
  ['the smallest document', '<a/>'],
  ['white space before the root when there is no declaration', ' \r\n<a/> \n'],
  ['a declaration with encoding and standalone', '<?xml version="1.0" encoding="utf-8" standalone="yes" ?>\n<a/>'],
  ['single quotes in the declaration', "<?xml version='1.0'?><a/>"],
  ['comments and instructions around the root', '<!--x--><?p q?><a/><?p?><!-- - -->'],
  ['white space in tags', '<a\n b = "1"\tc=\'2\' ></a\t>'],
  ['an apostrophe between double quotes', `<a b="it's"/>`],
  ['a greater-than sign in text and in a value', '<a b="x>y">x>y]]</a>'],
  ['the five entities and character references', '<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#xD;&#0000065;</a>'],
  ['CDATA with markup in it', '<a><![CDATA[<b>&amp;]]]]><![CDATA[>]]></a>'],
  ['names outside ASCII', '<é xmlns:ü="urn:u" ü:ö="1"/>'],
  ['characters outside the basic plane', '<a>\u{1F600}\u{10FFFD}</a>'],
  ['xmlns:xml with its own namespace', '<a xmlns:xml="http://www.w3.org/XML/1998/namespace" xml:lang="nl"/>'],
  ['the default namespace taken away', '<a xmlns="urn:a"><b xmlns=""/></a>'],
  ['two attributes of one local name in two namespaces', '<a xmlns:p="urn:p" xmlns:q="urn:q" p:x="1" q:x="2" x="3"/>'],
  ['an instruction whose target begins with xml', '<?xml-stylesheet a?><a/>'],
];

const REFUSED: readonly (readonly [title: string, document: string, code: string, location?: string])[] = [
  ['nothing', '', 'XML_MALFORMED', 'line 1, column 1'],
  ['no markup', 'hello', 'XML_MALFORMED', 'line 1, column 1'],
  ['white space before the declaration', ' <?xml version="1.0"?><a/>', 'XML_MALFORMED', 'line 1, column 2'],
  ['a declaration after a comment', '<!--x--><?xml version="1.0"?><a/>', 'XML_MALFORMED', 'line 1, column 9'],
  ['a declaration without version', '<?xml encoding="UTF-8"?><a/>', 'XML_MALFORMED'],
  ['a declaration without end', '<?xml version="1.0"', 'XML_MALFORMED'],
  ['XML 1.1', '<?xml version="1.1"?><a/>', 'XML_FORBIDDEN', 'line 1, column 1'],
  ['another encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 'XML_FORBIDDEN'],
  ['a DOCTYPE', '<!DOCTYPE a><a/>', 'XML_FORBIDDEN', 'line 1, column 1'],
  ['a DOCTYPE after the root', '<a/><!DOCTYPE a>', 'XML_FORBIDDEN'],
  ['a DOCTYPE in content', '<a><!DOCTYPE a></a>', 'XML_FORBIDDEN'],
  ['a DOCTYPE in small letters', '<!doctype a><a/>', 'XML_MALFORMED'],
  ['an entity of its own', '<a>\n &nope;</a>', 'XML_FORBIDDEN', 'line 2, column 2'],
  ['an entity in a value', '<a b="&nope;"/>', 'XML_FORBIDDEN'],
  ['a bare ampersand', '<a>x & y</a>', 'XML_MALFORMED'],
  ['a reference without semicolon', '<a>&#65</a>', 'XML_MALFORMED'],
  ['an empty character reference', '<a>&#;</a>', 'XML_MALFORMED'],
  ['a capital X in a character reference', '<a>&#X41;</a>', 'XML_MALFORMED'],
  ['a reference to NUL', '<a>&#0;</a>', 'XML_MALFORMED'],
  ['a reference to a surrogate', '<a>&#xD800;</a>', 'XML_MALFORMED'],
  ['a reference to U+FFFE', '<a>&#xFFFE;</a>', 'XML_MALFORMED'],
  ['a reference beyond Unicode', '<a>&#x110000;</a>', 'XML_MALFORMED'],
  ['a reference with endless digits', `<a>&#${'9'.repeat(2000)};</a>`, 'XML_MALFORMED'],
  ['a reference to a C1 control', '<a>&#x85;</a>', 'XML_FORBIDDEN'],
  ['two roots', '<a/><b/>', 'XML_MALFORMED', 'line 1, column 5'],
  ['text after the root', '<a/>x', 'XML_MALFORMED', 'line 1, column 5'],
  ['CDATA after the root', '<a/><![CDATA[x]]>', 'XML_MALFORMED'],
  ['a character reference after the root', '<a/>&#32;', 'XML_MALFORMED'],
  ['an end tag too many', '<a/></a>', 'XML_MALFORMED'],
  ['an end tag of another element', '<a>\n<b></c></a>', 'XML_MALFORMED', 'line 2, column 4'],
  ['an end tag that only begins alike', '<a></ab>', 'XML_MALFORMED'],
  ['an end tag with an attribute', '<a></a b="1">', 'XML_MALFORMED'],
  ['an element without end', '<a><b></b>', 'XML_MALFORMED', 'line 1, column 11'],
  ['a start tag without end', '<a b="1"', 'XML_MALFORMED'],
  ['a value without end', '<a b="1', 'XML_MALFORMED'],
  ['a value without quotes', '<a b=1/>', 'XML_MALFORMED'],
  ['an attribute without value', '<a b/>', 'XML_MALFORMED'],
  ['attributes without white space between', '<a b="1"c="2"/>', 'XML_MALFORMED'],
  ['a less-than sign in a value', '<a b="<"/>', 'XML_MALFORMED'],
  ['an attribute twice', '<a b="1" b="2"/>', 'XML_MALFORMED'],
  ['an attribute twice under two prefixes', '<a xmlns:p="urn:p" xmlns:q="urn:p" p:x="1" q:x="2"/>', 'XML_MALFORMED'],
  ['an attribute twice among many', '<a b="1" c="1" d="1" e="1" f="1" g="1" c="2"/>', 'XML_MALFORMED'],
  ['a namespace declared twice', '<a xmlns:p="urn:p" xmlns:p="urn:q"/>', 'XML_MALFORMED'],
  [']]> in text', '<a>]]></a>', 'XML_MALFORMED'],
  ['-- in a comment', '<a><!-- x -- y --></a>', 'XML_MALFORMED'],
  ['a comment that ends in --->', '<a><!-- x ---></a>', 'XML_MALFORMED'],
  ['a comment without end', '<a><!-- x </a>', 'XML_MALFORMED'],
  ['CDATA without end', '<a><![CDATA[x</a>', 'XML_MALFORMED'],
  ['an instruction without end', '<a><?x </a>', 'XML_MALFORMED'],
  ['an instruction called XML', '<a><?XML x?></a>', 'XML_MALFORMED'],
  ['an instruction with a colon', '<a><?p:q x?></a>', 'XML_MALFORMED'],
  ['an instruction without target', '<a><? x?></a>', 'XML_MALFORMED'],
  ['another declaration in content', '<a><!ELEMENT b ANY></a>', 'XML_MALFORMED'],
  ['a name that begins with a digit', '<1a/>', 'XML_MALFORMED'],
  ['a name that begins with a combining mark', '<\u0301a/>', 'XML_MALFORMED'],
  ['two colons in a name', '<a:b:c xmlns:a="urn:a"/>', 'XML_MALFORMED'],
  ['a name that ends in a colon', '<a: xmlns:a="urn:a"/>', 'XML_MALFORMED'],
  ['a prefix without declaration', '<p:a/>', 'XML_MALFORMED', 'line 1, column 1'],
  ['a prefix out of scope', '<a><b xmlns:p="urn:p"/><p:c/></a>', 'XML_MALFORMED', 'line 1, column 24'],
  ['a prefix of an attribute without declaration', '<a p:b="1"/>', 'XML_MALFORMED'],
  ['a prefix declared empty', '<a xmlns:p=""/>', 'XML_MALFORMED'],
  ['xml bound to another namespace', '<a xmlns:xml="urn:x"/>', 'XML_MALFORMED'],
  [
    'another prefix bound to the namespace of xml',
    '<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>',
    'XML_MALFORMED',
  ],
  ['the namespace of xml as default', '<a xmlns="http://www.w3.org/XML/1998/namespace"/>', 'XML_MALFORMED'],
  ['xmlns declared', '<a xmlns:xmlns="urn:x"/>', 'XML_MALFORMED'],
  ['a prefix bound to the namespace of xmlns', '<a xmlns:p="http://www.w3.org/2000/xmlns/"/>', 'XML_MALFORMED'],
  ['xmlns as prefix of an element', '<xmlns:a/>', 'XML_MALFORMED'],
  ['a control character', '<a>\u0001</a>', 'XML_MALFORMED', 'line 1, column 4'],
  ['NUL', '<a>\0</a>', 'XML_MALFORMED'],
  ['a C1 control character', '<a>é\u0085</a>', 'XML_FORBIDDEN', 'line 1, column 5'],
  ['U+FFFF', '<a>\uffff</a>', 'XML_MALFORMED'],
];

describe('XML 1.0 and Namespaces in XML 1.0', () => {
  for (const [title, document] of ACCEPTED) {
    it(`§2 ${title} is accepted`, () => {
      assert.equal(parseXml(Buffer.from(document)).root.kind, 'element');
    });
  }
  for (const [title, document, code, location] of REFUSED) {
    it(`§2 ${title} is refused with ${code}`, () => {
      assert.throws(
        () => parseXml(Buffer.from(document)),
        (error) => {
          assert.ok(error instanceof GatewayError);
          assert.equal(error.code, code);
          if (location === undefined) assert.match(error.location ?? '', /^line \d+, column \d+$/);
          else assert.equal(error.location, location);
          return true;
        },
      );
    });
  }
});
