import assert from 'node:assert/strict';
import { GatewayError } from '../../../src/errors.ts';
import { parseEnvelope, SOAP_NS } from '../../../src/soap/envelope.ts';
import { readFault, type SoapFault, writeFault } from '../../../src/soap/fault.ts';
import { parseXml } from '../../../src/xml/tree.ts';

function read(bytes: Uint8Array): SoapFault | undefined {
  return readFault(parseEnvelope(parseXml(bytes)));
}

function code(error: GatewayError): string | undefined {
  return read(writeFault(error))?.faultcode;
}

function body(content: string): Buffer {
  return Buffer.from(`<s:Envelope xmlns:s="${SOAP_NS}"><s:Body>${content}</s:Body></s:Envelope>`);
}

describe('a SOAP Fault', () => {
  it('SOAP 1.1 §4.4 has the code and title of the error and nothing else', () => {
    const error = new GatewayError('CPA_UNKNOWN', { location: 'cpa <secret>', detail: 'secret', cause: 'secret' });
    const fault = writeFault(error);
    assert.deepEqual(read(fault), { faultcode: 'Client', faultstring: 'The CPA is not known here.' });
    assert.equal(fault.includes('secret'), false);
  });

  it('SOAP 1.1 §4.4.1 the faultcode follows the row', () => {
    assert.equal(code(new GatewayError('SOAP_VERSION')), 'VersionMismatch');
    assert.equal(code(new GatewayError('SOAP_MUST_UNDERSTAND')), 'MustUnderstand');
    assert.equal(code(new GatewayError('BUSY')), 'Server');
  });

  it('SOAP 1.1 §4.4 one of a partner is read under any prefix, cut to a sane length', () => {
    const long = 'x'.repeat(5000);
    const fault = read(body(`<s:Fault><faultcode> q:Server </faultcode><faultstring>${long}</faultstring></s:Fault>`));
    assert.equal(fault?.faultcode, 'Server');
    assert.equal(fault?.faultstring?.length, 1000);
    assert.deepEqual(read(body('<s:Fault/>')), { faultcode: undefined, faultstring: undefined });
  });

  it('SOAP 1.1 §4.4 a Body without one has none', () => {
    assert.equal(read(body('')), undefined);
    assert.equal(read(body('<Fault/>')), undefined);
  });
});
