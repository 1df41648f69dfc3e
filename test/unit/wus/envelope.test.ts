import assert from 'node:assert/strict';
import { GatewayError, type ErrorCode } from '../../../src/errors.ts';
import { SOAP_NS } from '../../../src/soap/envelope.ts';
import { bodyElement } from '../../../src/wus/envelope/body-element.ts';
import { checkHeaderBlocks } from '../../../src/wus/envelope/header-blocks.ts';
import { parseArrived } from '../../../src/wus/envelope/parse-arrived.ts';
import { standalone } from '../../../src/wus/envelope/standalone.ts';
import { writeEnvelope } from '../../../src/wus/envelope/write-envelope.ts';
import { WSA_NAMESPACE, WSSE_NAMESPACE } from '../../../src/wus/namespaces.ts';
import { WUS_PROFILES, type WusProfile } from '../../../src/wus/profiles.ts';
import { parseXml } from '../../../src/xml/tree.ts';

const throws = (code: ErrorCode, run: () => unknown): void =>
  assert.throws(run, (error) => error instanceof GatewayError && error.code === code);
const ENVELOPE = writeEnvelope([], Buffer.from('<x/>'));

const parsed = (body: string): ReturnType<typeof parseArrived> =>
  parseArrived(writeEnvelope([], Buffer.from(body)), undefined);

const behind = (element: string): Buffer =>
  Buffer.from(ENVELOPE.toString().replace('</soap:Envelope>', `${element}</soap:Envelope>`));

describe('the octets of an envelope', () => {
  it('[Digikoppeling WS006] A11 are UTF-8, whatever says so', () => {
    const declared = (encoding: string): Buffer =>
      Buffer.concat([Buffer.from(`<?xml version='1.0' encoding='${encoding}'?>`), ENVELOPE]);
    for (const charset of [undefined, 'utf-8', 'UTF-8']) parseArrived(ENVELOPE, charset);
    parseArrived(declared('UTF-8'), 'UTF-8');
    parseArrived(Buffer.concat([Buffer.from('\ufeff'), ENVELOPE]), 'UTF-8');
    throws('WUS_ENCODING', () => parseArrived(ENVELOPE, 'iso-8859-1'));
    throws('WUS_ENCODING', () => parseArrived(declared('ISO-8859-1'), undefined));
    throws('WUS_ENCODING', () => parseArrived(Buffer.from(`\ufeff${ENVELOPE.toString()}`, 'utf16le'), undefined));
    throws('WUS_ENCODING', () =>
      parseArrived(Buffer.from(ENVELOPE.toString().replace('<x/>', '<x>\xe9</x>'), 'latin1'), 'utf-8'),
    );
  });

  it('[Digikoppeling WW001] A06 are SOAP 1.1 without a DTD', () => {
    throws('SOAP_VERSION', () =>
      parseArrived(
        Buffer.from(ENVELOPE.toString().replaceAll(SOAP_NS, 'http://www.w3.org/2003/05/soap-envelope')),
        undefined,
      ),
    );
    throws('XML_FORBIDDEN', () => parseArrived(Buffer.concat([Buffer.from('<!DOCTYPE a>'), ENVELOPE]), undefined));
    throws('XML_MALFORMED', () => parseArrived(ENVELOPE.subarray(0, 80), undefined));
  });

  it('[Digikoppeling WW001] end with the Body', () => {
    parseArrived(behind('<!-- c --> '), undefined);
    throws('SOAP_MALFORMED', () => parseArrived(behind('<y:z xmlns:y="urn:y"/>'), undefined));
  });

  it('[Digikoppeling WW003] hold exactly one element in the Body', () => {
    assert.equal(bodyElement(parsed(' <!-- c --><x/> ').soap).localName, 'x');
    throws('WUS_BODY', () => bodyElement(parsed('').soap));
    throws('WUS_BODY', () => bodyElement(parsed('<x/><y/>').soap));
  });
});

const check = (block: string, profile: WusProfile | undefined): void => {
  assert.ok(profile);
  checkHeaderBlocks(parseArrived(writeEnvelope([block], Buffer.from('<x/>')), undefined).soap, profile);
};

describe('header blocks', () => {
  const [plain, signed] = WUS_PROFILES;
  const security = `<w:Security xmlns:w="${WSSE_NAMESPACE}" soap:mustUnderstand="1"/>`;

  it('[Digikoppeling WS007] A18 are those of the profile and no others', () => {
    check(`<To xmlns="${WSA_NAMESPACE}" soap:mustUnderstand="1">urn:a</To>`, plain);
    check(security, signed);
    throws('WUS_HEADER_FOREIGN', () => check('<x xmlns="urn:x"/>', signed));
    throws('WUS_HEADER_FOREIGN', () =>
      check('<x xmlns="urn:x" soap:actor="urn:other" soap:mustUnderstand="1"/>', signed),
    );
    throws('SOAP_MUST_UNDERSTAND', () => check('<x xmlns="urn:x" soap:mustUnderstand="1"/>', signed));
    throws('SOAP_MUST_UNDERSTAND', () => check(security, plain));
    throws('WUS_HEADER_FOREIGN', () => check(security.replace(' soap:mustUnderstand="1"', ''), plain));
  });
});

describe('an element on its own', () => {
  it('A17 takes along the namespaces that its place had, and those it takes away itself', () => {
    const { root } = parseXml(
      Buffer.from(
        '<a xmlns="urn:d" xmlns:p="urn:p" xmlns:q="urn:q&amp;"><p:b xmlns:q="urn:own" t="q:x">\u00e9<c xmlns=""/></p:b></a>',
      ),
    );
    const [child] = root.children;
    assert.ok(child?.kind === 'element');
    assert.equal(
      standalone(child).toString('utf8'),
      '<p:b xmlns="urn:d" xmlns:p="urn:p" xmlns:q="urn:own" t="q:x">\u00e9<c xmlns=""/></p:b>',
    );
    assert.equal(standalone(root).toString('utf8').slice(0, 12), '<a xmlns="ur');
  });
});
