import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { XmlDocument } from 'libxml2-wasm';
import { describe, it } from 'mocha';
import { GatewayError } from '../../../src/errors.ts';
import { parseXml } from '../../../src/xml/tree.ts';
import { randomDocument } from './random-documents.ts';

const MARKUP =
  `< > & ; " ' = / : ]]> -- <!-- --> <? ?> <![CDATA[ &#x1; &#38; &lt; &nope; <a> </a> <a/> x é \ufeff`.split(' ');
const SCRAPS = [...MARKUP, ' ', '\n', '\r', '\0', ' a="1"', ' xmlns:p="urn:p"', ' xmlns:p=""', ' xmlns=""', ' p:a="1"'];

const PLACES = 2 ** 16;
const damage = fc.record({
  /** Of the document, in parts of PLACES: without bias, which would damage little but the beginning. */
  at: fc.noBias(fc.nat(PLACES - 1)),
  cut: fc.nat(4),
  insert: fc.constantFrom('', ...SCRAPS),
});

function damaged(markup: string, damages: readonly { at: number; cut: number; insert: string }[]): Buffer {
  let bytes = Buffer.from(markup);
  for (const { at, cut, insert } of damages) {
    const offset = Math.floor((at / PLACES) * (bytes.length + 1));
    bytes = Buffer.concat([bytes.subarray(0, offset), Buffer.from(insert), bytes.subarray(offset + cut)]);
  }
  return bytes;
}

function verdict(bytes: Buffer): string {
  try {
    parseXml(bytes);
    return 'accepted';
  } catch (error) {
    assert.ok(error instanceof GatewayError, String(error));
    return error.code;
  }
}

/** undefined: libxml2 wants a namespace to be a URI, and so says nothing of well-formedness. */
function acceptedByLibxml2(bytes: Buffer): boolean | undefined {
  try {
    XmlDocument.fromBuffer(bytes).dispose();
    return true;
  } catch (error) {
    return String(error).includes('is not a valid URI') ? undefined : false;
  }
}

describe('well-formedness against libxml2 on damaged documents', () => {
  it('A13 a damaged document is accepted or malformed in both implementations alike', function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(randomDocument, fc.array(damage, { minLength: 1, maxLength: 3 }), (markup, damages) => {
        const bytes = damaged(markup, damages);
        const ours = verdict(bytes);
        const theirs = acceptedByLibxml2(bytes);
        // what is forbidden here may be well-formed
        if (ours !== 'XML_FORBIDDEN' && theirs !== undefined) assert.equal(ours === 'accepted', theirs, ours);
      }),
      { numRuns: 1000 },
    );
  });
});
