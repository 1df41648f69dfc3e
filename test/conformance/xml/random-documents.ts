import * as fc from 'fast-check';

/** An element before its markup is written: names are drawn from few, so that they meet. */
interface Plan {
  readonly prefix: string;
  readonly name: string;
  readonly declarations: readonly (readonly [prefix: string, uri: string])[];
  readonly attributes: readonly (readonly [prefix: string, name: string, value: string])[];
  readonly children: readonly (Plan | string)[];
}

const PREFIXES = ['', 'p', 'q', 'Q', 'SOAP', 'é', '\u{10000}', '豈'];
const NAMES = ['a', 'b', 'B', '_', 'ab', 'é', '\u{10000}', 'xmlnsx'];
/** No ampersand in them: libxml2 writes it unescaped into the canonical form, against Canonical XML §2.3. Nor what is no URI: it refuses that. */
const URIS = ['urn:a', 'urn:ab', 'urn:b', "urn:'x", 'http://x/%C3%A9'];

const prefix = fc.constantFrom(...PREFIXES);
const name = fc.constantFrom(...NAMES);
const words = fc.array(
  fc.constantFrom(
    'x',
    ' ',
    'é',
    '€',
    '\u{1F600}',
    '&amp;',
    '&lt;',
    '&gt;',
    '&#13;',
    '&#10;',
    '&#9;',
    '\n',
    '\t',
    '\r\n',
    '\r',
    "'",
  ),
  { maxLength: 5 },
);
const value = words.map((list) => list.join(''));
const leaf = fc.oneof(
  value,
  value.map((text) => `>"${text}]] `),
  fc.constantFrom(
    '<!--c-->',
    '<!-- é\r\n -->',
    '<?p?>',
    '<?p  d\r ?>',
    '<?q é?>',
    '<![CDATA[]]>',
    '<![CDATA[<&é\r\n]]>',
  ),
);

const { plan } = fc.letrec<{ plan: Plan }>((tie) => ({
  plan: fc.record({
    prefix,
    name,
    declarations: fc.uniqueArray(fc.tuple(prefix, fc.constantFrom('', ...URIS)), {
      maxLength: 4,
      selector: ([one]) => one,
    }),
    attributes: fc.uniqueArray(fc.tuple(fc.oneof(prefix, fc.constant('xml')), name, value), {
      maxLength: 5,
      selector: ([one, two]) => `${one}:${two}`,
    }),
    children: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constant([]),
      fc.array(fc.oneof(leaf, tie('plan')), { maxLength: 4 }),
    ),
  }),
}));

/** Random well-formed documents, full of what canonicalization trips over. */
export const randomDocument: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('', '<?p x?>\n<!--é-->', '<!--c-->'), plan, fc.constantFrom('', '<!--d--><?q?>'))
  .map(([before, root, after]) => before + write(root, new Map()) + after);

function write(element: Plan, outer: ReadonlyMap<string, string>): string {
  const scope = new Map(outer);
  const declared = element.declarations.filter(([one, uri]) => one === '' || uri !== '');
  for (const [one, uri] of declared) scope.set(one, uri);
  const bound = (one: string): string => (one === '' || one === 'xml' || scope.has(one) ? one : '');
  const seen = new Set<string>();
  const attributes = element.attributes.filter(([one, local]) => {
    const space = one === 'xml' ? one : bound(one) === '' ? '' : scope.get(one);
    const expanded = `${local} ${space}`;
    return seen.has(expanded) ? false : seen.add(expanded);
  });
  const qualified = (one: string, local: string): string => (bound(one) === '' ? local : `${bound(one)}:${local}`);
  const tagName = qualified(element.prefix, element.name);
  const start = [
    tagName,
    ...declared.map(([one, uri]) => `xmlns${one === '' ? '' : `:${one}`}="${uri}"`),
    ...attributes.map(([one, local, text]) => `${qualified(one, local)}="${text}"`),
  ].join(' ');
  if (element.children.length === 0) return `<${start}/>`;
  const content = element.children.map((child) => (typeof child === 'string' ? child : write(child, scope)));
  return `<${start}>${content.join('')}</${tagName}>`;
}
