import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { GatewayError } from '../../../src/errors.ts';
import { DEFAULT_XML_LIMITS } from '../../../src/xml/limits.ts';
import { childElements, findChild, parseXml, simpleText, textContent } from '../../../src/xml/tree.ts';

const HONEST = '<m xmlns="urn:m"><id>0001</id></m>';

interface Attack {
  readonly row: string;
  readonly what: string;
  readonly document: string | Buffer;
  readonly code: 'XML_FORBIDDEN' | 'XML_MALFORMED' | 'XML_LIMIT';
}

const withDoctype = (subset: string, content = '&x;'): string =>
  `<!DOCTYPE m ${subset}>${HONEST.replace('0001', content)}`;
const entities = Array.from({ length: 10 }, (_, n) => `<!ENTITY e${n + 1} "${`&e${n};`.repeat(10)}">`).join('');
const many = (count: number, write: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => write(n)).join('');

const ATTACKS: readonly Attack[] = [
  {
    row: 'A01',
    what: 'an external entity of a file',
    document: withDoctype('[<!ENTITY x SYSTEM "file:///etc/passwd">]'),
    code: 'XML_FORBIDDEN',
  },
  {
    row: 'A02',
    what: 'an external entity of the network',
    document: withDoctype('[<!ENTITY x SYSTEM "http://169.254.169.254/">]'),
    code: 'XML_FORBIDDEN',
  },
  {
    row: 'A03',
    what: 'a parameter entity and a DTD from elsewhere',
    document: withDoctype('SYSTEM "http://x.test/x.dtd" [<!ENTITY % p SYSTEM "http://x.test/p"> %p;]'),
    code: 'XML_FORBIDDEN',
  },
  {
    row: 'A04',
    what: 'a billion laughs',
    document: withDoctype(`[<!ENTITY e0 "ha">${entities}]`, '&e10;'),
    code: 'XML_FORBIDDEN',
  },
  {
    row: 'A05',
    what: 'a quadratic blow-up',
    document: withDoctype(`[<!ENTITY x "${'x'.repeat(65_536)}">]`, '&x;'.repeat(50_000)),
    code: 'XML_FORBIDDEN',
  },
  {
    row: 'A06',
    what: 'a DTD without entities',
    document: withDoctype('[<!ELEMENT m ANY>]', '0001'),
    code: 'XML_FORBIDDEN',
  },
  { row: 'A06', what: 'a DOCTYPE and nothing more', document: `<!DOCTYPE m>${HONEST}`, code: 'XML_FORBIDDEN' },
  { row: 'A07', what: '100,000 levels', document: '<a>'.repeat(100_000), code: 'XML_LIMIT' },
  {
    row: 'A08',
    what: 'a million attributes',
    document: `<a${many(1_000_000, (n) => ` a${n}=""`)}/>`,
    code: 'XML_LIMIT',
  },
  {
    row: 'A08',
    what: 'namespace declarations without end',
    document: `<a${many(400_000, (n) => ` xmlns:a${n}="u:"`)}/>`,
    code: 'XML_LIMIT',
  },
  {
    row: 'A09',
    what: 'a text of 50 MB',
    document: Buffer.concat([Buffer.from('<a>'), Buffer.alloc(50_000_000, 'x'), Buffer.from('</a>')]),
    code: 'XML_LIMIT',
  },
  { row: 'A11', what: 'UTF-7', document: '<?xml version="1.0" encoding="UTF-7"?>+ADw-a/+AD4-', code: 'XML_FORBIDDEN' },
  { row: 'A11', what: 'UTF-32', document: Buffer.from('0000feff0000003c', 'hex'), code: 'XML_FORBIDDEN' },
  { row: 'A11', what: 'EBCDIC', document: Buffer.from('4c6fa7949340', 'hex'), code: 'XML_FORBIDDEN' },
  {
    row: 'A11',
    what: 'UTF-16 that says it is UTF-8',
    document: Buffer.from(`\ufeff<?xml version="1.0" encoding="UTF-8"?>${HONEST}`, 'utf16le'),
    code: 'XML_FORBIDDEN',
  },
  {
    row: 'A11',
    what: 'Latin-1',
    document: Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${HONEST}`),
    code: 'XML_FORBIDDEN',
  },
  { row: 'A12', what: 'two byte order marks', document: `\ufeff\ufeff${HONEST}`, code: 'XML_MALFORMED' },
  {
    row: 'A12',
    what: 'white space before the declaration',
    document: `\n<?xml version="1.0"?>${HONEST}`,
    code: 'XML_MALFORMED',
  },
  {
    row: 'A12',
    what: 'a byte order mark before the root only',
    document: `<?xml version="1.0"?>\ufeff${HONEST}`,
    code: 'XML_MALFORMED',
  },
  { row: 'A13', what: 'an octet that is no UTF-8', document: octets('ff'), code: 'XML_MALFORMED' },
  { row: 'A13', what: 'an overlong less-than sign', document: octets('c0bc'), code: 'XML_MALFORMED' },
  { row: 'A13', what: 'an overlong sequence of three', document: octets('e080bc'), code: 'XML_MALFORMED' },
  { row: 'A13', what: 'a lone surrogate', document: octets('eda080'), code: 'XML_MALFORMED' },
  { row: 'A13', what: 'a code point beyond Unicode', document: octets('f4908080'), code: 'XML_MALFORMED' },
  { row: 'A13', what: 'half a sequence', document: octets('e282'), code: 'XML_MALFORMED' },
  { row: 'A13', what: 'NUL', document: octets('00'), code: 'XML_MALFORMED' },
  { row: 'A13', what: 'a C0 control', document: octets('1b'), code: 'XML_MALFORMED' },
  { row: 'A13', what: 'a C1 control', document: octets('c285'), code: 'XML_FORBIDDEN' },
  { row: 'A13', what: 'U+FFFE', document: octets('efbfbe'), code: 'XML_MALFORMED' },
  { row: 'A13', what: 'a control by reference', document: HONEST.replace('0001', '&#27;'), code: 'XML_MALFORMED' },
  { row: 'A14', what: 'two roots', document: HONEST + HONEST, code: 'XML_MALFORMED' },
  { row: 'A14', what: 'text after the root', document: `${HONEST}x`, code: 'XML_MALFORMED' },
];

function octets(hex: string): Buffer {
  return Buffer.from(Buffer.from(HONEST).toString('hex').replace(Buffer.from('0001').toString('hex'), hex), 'hex');
}

describe('hostile XML', () => {
  for (const { row, what, document, code } of ATTACKS) {
    it(`${row} ${what} is refused before anything is read of it`, () => {
      assert.equal(textContent(parseXml(Buffer.from(HONEST)).root), '0001');
      const bytes = typeof document === 'string' ? Buffer.from(document) : document;
      const began = process.cpuUsage();
      assert.throws(
        () => parseXml(bytes),
        (error) => error instanceof GatewayError && error.code === code,
      );
      const { user, system } = process.cpuUsage(began);
      assert.ok(user + system < 2_000_000, 'less than two seconds of CPU');
    });
  }

  it('A13 a control character is refused wherever it stands', () => {
    const places = [
      '<a>X</a>',
      '<a b="X"/>',
      "<a b='&amp;X'/>",
      '<a>&amp;X</a>',
      '<a>]X</a>',
      '<a><!--X--></a>',
      '<!--X--><a/>',
    ];
    const more = [
      '<a><?p X?></a>',
      '<a><![CDATA[X]]></a>',
      '<aX/>',
      '<a X/>',
      '<a/>X',
      'X<a/>',
      '<a></aX>',
      '<a b=X""/>',
    ];
    const rest = [
      '<a xmlns="X"/>',
      '<a>&#3X5;</a>',
      '<a>&X;</a>',
      '<?X?><a/>',
      '<?p?>X<a/>',
      '<?xml version="1.0"X?><a/>',
    ];
    for (const place of [...places, ...more, ...rest]) {
      for (let code = 0; code < 0x20; code++) {
        if ([0x09, 0x0a, 0x0d].includes(code)) continue;
        const document = Buffer.from(place.replace('X', String.fromCharCode(code)));
        assert.throws(
          () => parseXml(document),
          (error) => error instanceof GatewayError && error.code.startsWith('XML_'),
        );
      }
    }
  });

  it('A10 XInclude is an element like any other and nothing is included', () => {
    const include = '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>';
    const { root } = parseXml(Buffer.from(HONEST.replace('0001', include)));
    assert.equal(textContent(root), '');
  });

  it('A12 one byte order mark is accepted', () => {
    assert.equal(textContent(parseXml(Buffer.from(`\ufeff<?xml version="1.0"?>${HONEST}`)).root), '0001');
  });

  it('A15 an identifier that comments or instructions split is not simple text', () => {
    for (const split of ['00<!--x-->01', '00<?x?>01', '00<x/>01']) {
      const id = findChild(parseXml(Buffer.from(HONEST.replace('0001', split))).root, 'urn:m', 'id');
      assert.ok(id !== undefined);
      assert.equal(simpleText(id), undefined);
      assert.equal(textContent(id), '0001');
    }
  });

  it('A16 CDATA means what the same text means, in every way of reading', () => {
    for (const same of ['<![CDATA[0001]]>', '00<![CDATA[01]]>', '&#48;001', '00<![CDATA[]]>01']) {
      const id = findChild(parseXml(Buffer.from(HONEST.replace('0001', same))).root, 'urn:m', 'id');
      assert.ok(id !== undefined);
      assert.equal(simpleText(id), '0001');
      assert.equal(textContent(id), '0001');
    }
  });

  it('A17 names are judged by namespace, whatever the prefix', () => {
    const swapped = '<q:m xmlns:q="urn:m" xmlns="urn:other" xmlns:unused="urn:u"><q:id>0001</q:id><id>0002</id></q:m>';
    const { root } = parseXml(Buffer.from(swapped));
    const id = findChild(root, 'urn:m', 'id');
    assert.equal(id === undefined ? undefined : simpleText(id), '0001');
    assert.equal(childElements(root).length, 2);
  });

  it('A07 the deepest document that is allowed is read', () => {
    const depth = DEFAULT_XML_LIMITS.maxDepth;
    parseXml(Buffer.from('<a>'.repeat(depth) + '</a>'.repeat(depth)));
  });
});
