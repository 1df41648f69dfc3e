import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { CanonicalWriter } from '../../../src/xml/canonical-writer.ts';
import { DEFAULT_XML_LIMITS } from '../../../src/xml/limits.ts';
import { tokenize } from '../../../src/xml/tokenizer.ts';

const many = (count: number, write: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => write(n)).join('');

const attributes = (from: number): string => many(200, (n) => ` a${from}b${n}=""`);
const declarations = (from: number): string => many(100, (n) => ` xmlns:p${from}n${n}="u:${n}"`);

/** One unit of each kind of document made to cost more than its octets; it is repeated until the size is reached. */
const SHAPES: Readonly<Record<string, { readonly head?: string; readonly unit: (n: number) => string }>> = {
  siblings: { unit: () => '<b/>' },
  'siblings of one long name': { unit: () => `<${'b'.repeat(900)}/>` },
  'attributes of new names': { unit: (n) => `<b${attributes(n)}/>` },
  'attributes in reverse order': { unit: () => `<b${many(200, (n) => ` a${999 - n}=""`)}/>` },
  'namespaces of new prefixes': { unit: (n) => `<b${declarations(n)}/>` },
  'prefixes of many namespaces in scope': {
    head: many(200, (n) => ` xmlns:p${n}="u:${n}"`),
    unit: (n) => `<p${n % 200}:b p${n % 199}:c=""/>`,
  },
  'redeclared prefixes': { unit: (n) => `<b xmlns:p="u:${n}"><p:c/></b>` },
  references: { unit: () => '&#65;&amp;' },
  'references in a value': { unit: (n) => `<b c="${'&#65;'.repeat(100)}${n}"/>` },
  'ampersands without end of reference near': { unit: () => `&#${'0'.repeat(20)}65;` },
  'names that fall into one slot': { unit: (n) => `<${n % 2 === 0 ? 'Aa' : 'BB'}/>` },
  'closing brackets': { unit: () => ']] ' },
  'carriage returns': { unit: () => '\r' },
  'comments of hyphens': { unit: () => '<!-- - - - - -->' },
  'CDATA of brackets': { unit: () => '<![CDATA[]]]]]]]]>' },
  'white space in tags': { unit: () => `<b${' '.repeat(500)}/>` },
  depth: { unit: () => `${'<b>'.repeat(200)}${'</b>'.repeat(200)}` },
};

function documentOf(shape: string, size: number): Buffer {
  const { head = '', unit } = SHAPES[shape] ?? { unit: () => '' };
  const units: string[] = [];
  for (let n = 0, length = 0; length < size; n++) {
    const next = unit(n);
    units.push(next);
    length += next.length;
  }
  return Buffer.from(`<a${head}>${units.join('')}</a>`);
}

function work(bytes: Buffer, exclusive: boolean): number {
  const writer = new CanonicalWriter({ exclusive, comments: true }, () => undefined);
  const { steps } = tokenize(bytes, writer, { ...DEFAULT_XML_LIMITS, maxNodes: 1_000_000 });
  writer.finish(() => undefined);
  return steps + writer.steps;
}

describe('work over documents made for quadratic work', () => {
  for (const shape of Object.keys(SHAPES)) {
    it(`A86 ${shape}: the inner steps over 40, 80 and 160 KB grow with the octets`, () => {
      assert.ok(work(Buffer.from('<a b="1">honest</a>'), false) > 0);
      for (const exclusive of [false, true]) {
        const series = [40, 80, 160].map((size) => documentOf(shape, size * 1024));
        const perOctet = series.map((bytes) => work(bytes, exclusive) / bytes.length);
        const [first = 0, , last = 0] = perOctet;
        assert.ok(last <= first * 1.2, `steps per octet went from ${first} to ${last}`);
        assert.ok(last < 4, `${last} steps per octet`);
      }
    });
  }
});
