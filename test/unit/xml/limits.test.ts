import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { GatewayError } from '../../../src/errors.ts';
import { DEFAULT_XML_LIMITS, type XmlLimits } from '../../../src/xml/limits.ts';
import { parseXml } from '../../../src/xml/tree.ts';

const attributes = (count: number): string => Array.from({ length: count }, (_, n) => ` a${n}="1"`).join('');
const declarations = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, n) => ` xmlns:p${n + from}="urn:${n}"`).join('');

const CASES: readonly (readonly [title: string, limits: Partial<XmlLimits>, within: string, beyond: string])[] = [
  ['maxBytes', { maxBytes: 10 }, '<a>345</a>', '<a>3456</a>'],
  ['maxDepth', { maxDepth: 3 }, '<a><b><c/></b></a>', '<a><b><c><d/></c></b></a>'],
  ['maxAttributes', { maxAttributes: 3 }, `<a${attributes(3)}/>`, `<a${attributes(4)}/>`],
  ['maxAttributes with declarations', { maxAttributes: 3 }, `<a${declarations(3)}/>`, `<a b="1"${declarations(3)}/>`],
  ['maxNameLength of elements', { maxNameLength: 4 }, '<abcd/>', '<abcde/>'],
  ['maxNameLength of attributes', { maxNameLength: 4 }, '<a abcd="1"/>', '<a abcde="1"/>'],
  ['maxNodes', { maxNodes: 4 }, '<a>x<b/><!--c--></a>', '<a>x<b/><!--c--><d/></a>'],
  [
    'maxNamespaces',
    { maxNamespaces: 3 },
    `<a${declarations(2)}><b xmlns:q="urn:q"/><c xmlns:q="urn:q"/></a>`,
    `<a${declarations(2)}><b${declarations(2, 1)}/></a>`,
  ],
];

describe('limits of an XML document', () => {
  for (const [title, limits, within, beyond] of CASES) {
    it(`${title}: at the limit is accepted, over it is XML_LIMIT`, () => {
      const all = { ...DEFAULT_XML_LIMITS, ...limits };
      assert.doesNotThrow(() => parseXml(Buffer.from(within), all));
      assert.throws(
        () => parseXml(Buffer.from(beyond), all),
        (error) => error instanceof GatewayError && error.code === 'XML_LIMIT' && /^line \d/.test(error.location ?? ''),
      );
    });
  }
});
