import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { XmlC14NMode, XmlDocument, XmlElement as PeerElement } from 'libxml2-wasm';
import { describe, it } from 'mocha';
import { canonicalize } from '../../../src/xml/c14n.ts';
import { childElements, parseXml, type XmlElement } from '../../../src/xml/tree.ts';
import { randomDocument } from './random-documents.ts';

const PREFIX_LISTS = [[], ['p'], ['#default', 'Q'], ['q', 'SOAP', 'é', 'unknown']];
const form = fc.record({
  exclusive: fc.boolean(),
  comments: fc.boolean(),
  inclusivePrefixes: fc.constantFrom(...PREFIX_LISTS),
});

type Form = { exclusive: boolean; comments: boolean; inclusivePrefixes: string[] };

function options({ exclusive, comments, inclusivePrefixes }: Form): Parameters<XmlDocument['canonicalizeToString']>[0] {
  return exclusive
    ? {
        mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0,
        withComments: comments,
        ...(inclusivePrefixes.length === 0 ? {} : { inclusiveNamespacePrefixes: inclusivePrefixes }),
      }
    : { mode: XmlC14NMode.XML_C14N_1_0, withComments: comments };
}

/** Follows the same path of element children in both trees. */
function descend(el: XmlElement, peer: PeerElement, path: readonly number[]): [XmlElement, PeerElement] {
  let pair: [XmlElement, PeerElement] = [el, peer];
  for (const step of path) {
    const ours = childElements(pair[0]);
    const theirs = peerChildren(pair[1]);
    assert.equal(ours.length, theirs.length);
    const one = ours[step % Math.max(ours.length, 1)];
    const other = theirs[step % Math.max(theirs.length, 1)];
    if (one === undefined || other === undefined) return pair;
    pair = [one, other];
  }
  return pair;
}

function peerChildren(el: PeerElement): PeerElement[] {
  return el.find('*').filter((node) => node instanceof PeerElement);
}

describe('Canonical XML against libxml2 on random documents', () => {
  it('A36 whole documents come out equal in both implementations', function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(randomDocument, form, (markup, asked) => {
        const bytes = Buffer.from(markup);
        const peer = XmlDocument.fromBuffer(bytes);
        try {
          assert.equal(canonicalize(parseXml(bytes), asked).toString(), peer.canonicalizeToString(options(asked)));
        } finally {
          peer.dispose();
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('A36 elements in their documents come out equal in both implementations', function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(randomDocument, form, fc.array(fc.nat(7), { maxLength: 4 }), (markup, asked, path) => {
        const bytes = Buffer.from(markup);
        const peer = XmlDocument.fromBuffer(bytes);
        try {
          const [el, other] = descend(parseXml(bytes).root, peer.root, path);
          assert.equal(canonicalize(el, asked).toString(), other.canonicalizeToString(options(asked)));
        } finally {
          peer.dispose();
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('A36 the canonical form of a canonical form is itself, where nearly all of it is copied as it stands', function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(randomDocument, form, (markup, asked) => {
        const canonical = canonicalize(parseXml(Buffer.from(markup)), asked);
        assert.equal(canonicalize(parseXml(canonical), asked).toString(), canonical.toString());
      }),
      { numRuns: 400 },
    );
  });
});
