import assert from 'node:assert/strict';
import { parseEnvelope, SOAP_NS } from '../../../src/soap/envelope.ts';
import {
  ACTOR_NEXT,
  ACTOR_NEXT_MSH,
  ACTOR_TO_PARTY_MSH,
  checkMustUnderstand,
} from '../../../src/soap/header-blocks.ts';
import { parseXml, type XmlElement } from '../../../src/xml/tree.ts';

function headerOf(block: string): XmlElement | undefined {
  const markup = `<s:Envelope xmlns:s="${SOAP_NS}" xmlns:x="urn:x"><s:Header>${block}</s:Header><s:Body/></s:Envelope>`;
  return parseEnvelope(parseXml(Buffer.from(markup))).header;
}

const known = (block: XmlElement): boolean => block.localName === 'known';

describe('checkMustUnderstand', () => {
  it('SOAP 1.1 §4.2.3 known blocks, optional ones and those for another actor pass', () => {
    checkMustUnderstand(undefined, known);
    for (const block of [
      '<x:known s:mustUnderstand="1"/>',
      '<x:other/>',
      '<x:other s:mustUnderstand="0"/>',
      '<x:other s:mustUnderstand="false"/>',
      '<x:other s:mustUnderstand="1" s:actor="urn:somebody"/>',
      '<x:known><x:other s:mustUnderstand="1"/></x:known>',
      '<x:other mustUnderstand="1"/>',
    ]) {
      checkMustUnderstand(headerOf(block), known);
    }
  });

  for (const actor of [undefined, '', ACTOR_NEXT, ACTOR_TO_PARTY_MSH, ACTOR_NEXT_MSH]) {
    it(`SOAP 1.1 §4.2.3 an unknown block for actor ${actor ?? '(none)'} is refused when it must be understood`, () => {
      for (const value of ['1', 'true']) {
        const attribute = actor === undefined ? '' : ` s:actor="${actor}"`;
        const header = headerOf(`<x:known/><x:other s:mustUnderstand="${value}"${attribute}/>`);
        assert.throws(() => checkMustUnderstand(header, known), { code: 'SOAP_MUST_UNDERSTAND' });
      }
    });
  }

  it('SOAP 1.1 §4.2.3 another value than 0 or 1 is refused', () => {
    const header = headerOf('<x:known s:mustUnderstand="yes"/>');
    assert.throws(() => checkMustUnderstand(header, known), { code: 'SOAP_MALFORMED' });
  });
});
