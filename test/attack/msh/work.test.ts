import assert from 'node:assert/strict';
import { CanonicalWriter } from '../../../src/xml/canonical-writer.ts';
import { tokenize } from '../../../src/xml/tokenizer.ts';
import {
  type Draft,
  draft,
  markupOf,
  pack,
  requireAccepted,
  sealDraft,
  signMarkup,
  withReceiver,
} from '../../setup/msh-partner.ts';

const many = (count: number, write: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => write(n)).join('');

/** Content of a foreign header block, unit by unit, made to cost more than its octets. */
const SHAPES: Readonly<Record<string, (n: number) => string>> = {
  siblings: () => '<b/>',
  attributes: (n) => `<b${many(100, (k) => ` a${n}x${k}=""`)}/>`,
  'attributes in reverse order': () => `<b${many(100, (k) => ` a${999 - k}=""`)}/>`,
  namespaces: (n) => `<b${many(100, (k) => ` xmlns:p${n}x${k}="u:${k}"`)}/>`,
  'redeclared prefixes': (n) => `<b xmlns:p="u:${n}"><p:c p:d=""/></b>`,
  'character references': () => '&#65;&amp;',
  depth: () => `${'<b>'.repeat(100)}${'</b>'.repeat(100)}`,
  'white space in tags': () => `<b${' '.repeat(400)}/>`,
  'actors that are not those of the filter': () => '<b soap:actor="urn:x"/>',
};

describe('an envelope made for quadratic work', () => {
  for (const shape of Object.keys(SHAPES)) {
    it(`A86 ${shape}: accepted, and the parser's work over 40, 80 and 160 KB grows with the octets`, () =>
      withReceiver({ profile: 'osb-rm-s', sync: true }, async (at) => {
        const honest = draft(at);
        await requireAccepted(at, pack(await sealDraft(honest, at.agreement), honest.parts));
        const perOctet: number[] = [];
        for (const size of [40, 80, 160]) {
          const one = draft(at);
          const envelope = await signMarkup(heavy(one, shape, size * 1024), one.parts, at);
          await requireAccepted(at, pack(envelope, one.parts));
          perOctet.push(work(envelope) / envelope.length);
        }
        const [first = 0, , last = 0] = perOctet;
        assert.ok(last <= first * 1.2, `steps per octet went from ${first} to ${last}`);
      }));
  }

  it('A86 thousands of parts named, or of References: refused by a cap', () =>
    withReceiver({ profile: 'osb-rm-s', sync: true }, async (at) => {
      const parts = Array.from({ length: 600 }, (_, n) => ({ contentId: `${n}@gemeente.test`, body: Buffer.alloc(0) }));
      const one = draft(at, parts);
      const before = await at.here.store.listMessages({ limit: 10 });
      const answer = await at.here.post(pack(await sealDraft(one, at.agreement), one.parts));
      assert.doesNotMatch(answer.body.toString(), /<eb:Acknowledgment/);
      assert.deepEqual(await at.here.store.listMessages({ limit: 10 }), before);
    }));
});

function heavy(one: Draft, shape: string, size: number): string {
  const unit = SHAPES[shape] ?? (() => '');
  const units: string[] = [];
  for (let n = 0, length = 0; length < size; n += 1) {
    const next = unit(n);
    units.push(next);
    length += next.length;
  }
  const block = `<h:h xmlns:h="urn:heavy">${units.join('')}</h:h>`;
  return markupOf(one).replace('</soap:Header>', () => `${block}</soap:Header>`);
}

/** Steps of the tokenizer and of the canonical writer, which both see every octet. */
function work(envelope: Buffer): number {
  const writer = new CanonicalWriter({ exclusive: false, comments: false }, () => undefined);
  const { steps } = tokenize(envelope, writer);
  writer.finish(() => undefined);
  return steps + writer.steps;
}
