import assert from 'node:assert/strict';
import { ERRORS, type ErrorCode, GatewayError, SECURITY_TITLE } from '../../../src/errors.ts';
import { parseEnvelope, SOAP_NS } from '../../../src/soap/envelope.ts';
import type { WusFault } from '../../../src/wus/content.ts';
import { writeEnvelope } from '../../../src/wus/envelope/write-envelope.ts';
import { readFault } from '../../../src/wus/faults/read-fault.ts';
import { errorMarkup, faultMarkup } from '../../../src/wus/faults/write-fault.ts';
import { WSSE_NAMESPACE } from '../../../src/wus/namespaces.ts';
import { parseXml } from '../../../src/xml/tree.ts';

const read = (markup: string): WusFault | undefined =>
  readFault(parseEnvelope(parseXml(writeEnvelope([], Buffer.from(markup)))));

const codeIn = (text: string): WusFault['faultcode'] | undefined =>
  read(`<soap:Fault><faultcode>${text}</faultcode><faultstring>x</faultstring></soap:Fault>`)?.faultcode;

describe('a SOAP fault for an error', () => {
  it('begins with its number and says nothing of the message', () => {
    const error = new GatewayError('WUS_TO', { location: '/secret', detail: 'secret', cause: new Error('secret') });
    const markup = errorMarkup(error);
    assert.ok(!markup.includes('secret'));
    assert.deepEqual(read(markup), {
      faultcode: { namespace: SOAP_NS, localName: 'Client' },
      faultstring: '0005 The wsa:To header is missing.',
      faultactor: undefined,
      detail: [],
    });
    assert.equal(read(errorMarkup(new GatewayError('SOAP_VERSION')))?.faultcode.localName, 'VersionMismatch');
    assert.equal(read(errorMarkup(new GatewayError('INTERNAL')))?.faultcode.localName, 'Server');
  });

  it('is the same for everything in security', () => {
    const security: readonly ErrorCode[] = ['SIGNATURE_INVALID', 'CERTIFICATE_REVOKED', 'DECRYPTION_FAILED'];
    for (const code of security) assert.equal(ERRORS[code].title, SECURITY_TITLE);
    const faults = new Set(security.map((code) => errorMarkup(new GatewayError(code))));
    assert.equal(faults.size, 1);
    const fault = read([...faults].join(''));
    assert.deepEqual(fault?.faultcode, { namespace: WSSE_NAMESPACE, localName: 'InvalidSecurity' });
    assert.equal(fault.faultstring, SECURITY_TITLE);
  });
});

describe('the fault of somebody else', () => {
  it('is passed on as it was read, with what its detail means where it stood', () => {
    const fault = read(
      '<s:Fault xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><faultcode xmlns:c="urn:c">c:Client.DK0002</faultcode><faultstring xml:lang="nl">Nee &amp; nog eens nee</faultstring><faultactor>urn:dienst</faultactor><detail xmlns:r="urn:r"><r:melding code="1">é</r:melding><meer/></detail></s:Fault>',
    );
    assert.ok(fault);
    assert.deepEqual(fault.faultcode, { namespace: 'urn:c', localName: 'Client.DK0002' });
    assert.equal(fault.faultactor, 'urn:dienst');
    const [first] = fault.detail;
    assert.equal(parseXml(first ?? Buffer.alloc(0)).root.namespace, 'urn:r');
    const again = read(faultMarkup(fault));
    assert.deepEqual({ ...again, detail: [] }, { ...fault, detail: [] });
    assert.equal(again?.detail.length, 2);
    assert.equal(parseXml(again.detail[0] ?? Buffer.alloc(0)).root.children.length, 1);
  });

  it('keeps a code that has no namespace as it is', () => {
    assert.deepEqual(codeIn('Client'), { namespace: '', localName: 'Client' });
    assert.deepEqual(codeIn('nobody:Client'), { namespace: '', localName: 'nobody:Client' });
    assert.deepEqual(codeIn('soap:Server'), { namespace: SOAP_NS, localName: 'Server' });
  });

  it('is none when the Body holds anything else, or more', () => {
    assert.equal(read('<x/>'), undefined);
    assert.equal(read('<soap:Fault/><soap:Fault/>'), undefined);
    assert.equal(read('<Fault/>'), undefined);
  });
});
