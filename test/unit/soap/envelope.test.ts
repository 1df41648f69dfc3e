import assert from 'node:assert/strict';
import { GatewayError } from '../../../src/errors.ts';
import { parseEnvelope, SOAP_NS, type SoapEnvelope } from '../../../src/soap/envelope.ts';
import { parseXml } from '../../../src/xml/tree.ts';

const SOAP_12 = 'http://www.w3.org/2003/05/soap-envelope';

function parse(markup: string): SoapEnvelope {
  return parseEnvelope(parseXml(Buffer.from(markup)));
}

function envelope(content: string, attributes = '', namespace = SOAP_NS): string {
  return `<s:Envelope xmlns:s="${namespace}"${attributes}>${content}</s:Envelope>`;
}

describe('parseEnvelope', () => {
  it('SOAP 1.1 §4 finds Header and Body under any prefix', () => {
    const { envelope: root, header, body } = parse(envelope(' <s:Header/>\n<s:Body/> '));
    assert.equal(root.localName, 'Envelope');
    assert.equal(header?.localName, 'Header');
    assert.equal(body.localName, 'Body');
    const bare = parse(`<Envelope xmlns="${SOAP_NS}"><Body/></Envelope>`);
    assert.equal(bare.header, undefined);
  });

  it('SOAP 1.1 §4.1 foreign attributes, encodingStyle and qualified elements after the Body are ignored', () => {
    const xsi = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b"';
    const { header } = parse(
      envelope('<s:Header/><s:Body/><x:after xmlns:x="urn:x"/>', `${xsi} s:encodingStyle="urn:e"`),
    );
    assert.ok(header);
  });

  it('SOAP 1.1 §4.4 an Envelope of another SOAP is a version mismatch', () => {
    refuses('SOAP_VERSION', envelope('<s:Body/>', '', SOAP_12));
    refuses('SOAP_VERSION', '<Envelope/>');
  });

  const malformed: readonly [string, string][] = [
    ['another root', '<a/>'],
    ['no Body', envelope('<s:Header/>')],
    ['nothing', envelope('')],
    ['two Headers', envelope('<s:Header/><s:Header/><s:Body/>')],
    ['two Bodies', envelope('<s:Header/><s:Body/><s:Body/>')],
    ['a Header after the Body', envelope('<s:Body/><s:Header/>')],
    ['another Body before it', envelope('<Body/><s:Body/>')],
    ['a foreign element before the Body', envelope('<x:a xmlns:x="urn:x"/><s:Body/>')],
    ['an Envelope after the Body', envelope(`<s:Body/>${envelope('<s:Body/>')}`)],
    ['an unqualified element after the Body', envelope('<s:Body/><a/>')],
    ['text beside the Body', envelope('text<s:Body/>')],
    ['text in the Body', envelope('<s:Body>text</s:Body>')],
    ['text in the Header', envelope('<s:Header>text</s:Header><s:Body/>')],
    ['an actor on the Header', envelope('<s:Header s:actor="urn:x"/><s:Body/>')],
    ['mustUnderstand on the Body', envelope('<s:Body s:mustUnderstand="1"/>')],
  ];
  for (const [name, markup] of malformed) {
    it(`SOAP 1.1 §4 ${name} is refused [ebMS2 §2.3.3-1]`, () => refuses('SOAP_MALFORMED', markup));
  }
});

function refuses(code: string, markup: string): void {
  assert.throws(
    () => parse(markup),
    (thrown) => thrown instanceof GatewayError && thrown.code === code && thrown.location !== undefined,
  );
}
