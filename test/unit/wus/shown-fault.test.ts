import assert from 'node:assert/strict';
import { SOAP_NS } from '../../../src/soap/envelope.ts';
import type { WusFault } from '../../../src/wus/content.ts';
import { shownToPartner } from '../../../src/wus/provider/shown-fault.ts';
import { sampleWsdl } from '../../setup/wus-pair.ts';

const NAMESPACE = 'http://dienst.voorbeeld.example/wus/melding_v1';

describe('a fault of a backend whose detail the WSDL declares', () => {
  const declared = Buffer.from(`<meldingFout xmlns="${NAMESPACE}"><code>A404</code></meldingFout>`);
  const other = Buffer.from('<trace xmlns="urn:r">at nl.geheim</trace>');
  const fault: WusFault = {
    faultcode: { namespace: SOAP_NS, localName: 'Server.Vol' },
    faultstring: 'Het archief is vol',
    faultactor: undefined,
    detail: [declared],
  };

  it('passes whole, and loses only a detail beside it that is not declared', async () => {
    const [operation] = (await sampleWsdl('melding_v1.wsdl')).operations;
    assert.ok(operation);
    const outcome = { kind: 'fault', fault } as const;
    assert.equal(shownToPartner(outcome, operation), outcome);
    const both = { kind: 'fault', fault: { ...fault, detail: [other, declared] } } as const;
    assert.deepEqual(shownToPartner(both, operation), outcome);
    const large = Buffer.from(`<meldingFout xmlns="${NAMESPACE}">${'x'.repeat(11 * 1024 * 1024)}</meldingFout>`);
    const whole = { kind: 'fault', fault: { ...fault, detail: [large] } } as const;
    assert.equal(shownToPartner(whole, operation), whole);
  });
});
