import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspectWsdl } from '../../../src/wus/wsdl/read-wsdl.ts';
import { readWsdl } from '../../setup/read-wsdl.ts';
import type { WsdlInterface } from '../../../src/wus/wsdl/wsdl.ts';
import { sampleInterface } from './json/schemas.ts';
import { type Edit, openFiles, sampleWsdl, type SampleWsdl, WSDL_FOLDER } from './wsdl-samples.ts';

const ECHO = 'http://dienst.voorbeeld.example/wus/echo_v1';
const MELDING = 'http://dienst.voorbeeld.example/wus/melding_v1';
const NO_ACTIONS: Edit = [/ wsam:Action="[^"]*"/g, ''];

function edited(sample: SampleWsdl, ...edits: readonly Edit[]): Promise<WsdlInterface> {
  return readWsdl(`${sample}.wsdl`, Buffer.from(sampleWsdl(`${sample}.wsdl`, ...edits)), openFiles());
}

describe('a WSDL', () => {
  it('the samples have no finding at all [Digikoppeling WW001, Digikoppeling WW002]', async () => {
    for (const sample of ['echo_v1', 'melding_v1', 'bevraging_v1'] as const) {
      const bytes = readFileSync(join(WSDL_FOLDER, `${sample}.wsdl`));
      assert.deepEqual((await inspectWsdl(`${sample}.wsdl`, bytes, openFiles())).findings, []);
    }
  });

  it('is read: operations with Actions and elements, faults, address [Digikoppeling WS001, Digikoppeling WS008]', async () => {
    const { operations, address, portType, targetNamespace } = await sampleInterface('melding_v1');
    assert.deepEqual([portType, targetNamespace], ['Melding', MELDING]);
    assert.equal(address, 'https://dienst.voorbeeld.example/wus/melding');
    assert.deepEqual(operations[1], {
      name: 'vraagStatus',
      inputAction: `${MELDING}/vraagStatus`,
      outputAction: `${MELDING}/status`,
      input: { namespace: MELDING, localName: 'vraagStatus' },
      output: { namespace: MELDING, localName: 'status' },
      faults: [
        {
          name: 'meldingFout',
          action: `${MELDING}/meldingFout`,
          element: { namespace: MELDING, localName: 'meldingFout' },
        },
      ],
    });
  });

  it('WS-Addressing 1.0 Metadata §4.4.4 the default Action: namespace, portType and name of the message [Digikoppeling WS008]', async () => {
    const [operation] = (await edited('melding_v1', NO_ACTIONS)).operations;
    assert.equal(operation?.inputAction, `${MELDING}/Melding/dienMeldingInRequest`);
    assert.equal(operation.outputAction, `${MELDING}/Melding/dienMeldingInResponse`);
    assert.equal(operation.faults[0]?.action, `${MELDING}/Melding/dienMeldingIn/Fault/meldingFout`);
  });

  it('WS-Addressing 1.0 Metadata §4.4.4 a name of the message counts, a slash is not doubled, a URN has colons [Digikoppeling WS008]', async () => {
    const named: Edit = ['<wsdl:input message="tns:echoVraag"', '<wsdl:input name="vraag" message="tns:echoVraag"'];
    const actions = async (namespace: string): Promise<readonly string[]> => {
      const { operations } = await edited('echo_v1', NO_ACTIONS, named, [ECHO, namespace]);
      return operations.flatMap(({ inputAction, outputAction }) => [inputAction, outputAction]);
    };
    assert.deepEqual(await actions('http://x.example/'), [
      'http://x.example/Echo/vraag',
      'http://x.example/Echo/echoResponse',
    ]);
    assert.deepEqual(await actions('urn:x:echo'), ['urn:x:echo:Echo:vraag', 'urn:x:echo:Echo:echoResponse']);
  });

  it('WS-Addressing 1.0 Metadata §4.4.1 a soapAction is the Action of an input that names none [Digikoppeling WS002]', async () => {
    const { operations } = await edited('echo_v1', NO_ACTIONS, ['soapAction=""', 'soapAction="urn:echo"']);
    assert.equal(operations[0]?.inputAction, 'urn:echo');
    assert.equal(operations[0].outputAction, `${ECHO}/Echo/echoResponse`);
  });

  it('a soapAction that is the Action is as good as an empty one, and as none [Digikoppeling WS002]', async () => {
    const same = await edited('echo_v1', ['soapAction=""', `soapAction="${ECHO}/echo"`]);
    const none = await edited('echo_v1', [' soapAction=""', '']);
    assert.deepEqual(
      [same, none].map(({ operations }) => operations[0]?.inputAction),
      [`${ECHO}/echo`, `${ECHO}/echo`],
    );
  });

  it('parts of abstract and concrete WSDL may lie in two files', async () => {
    const text = sampleWsdl('echo_v1.wsdl');
    const cut = text.indexOf('<wsdl:binding');
    const head = text.slice(0, text.indexOf('<wsdl:types>'));
    const concrete = `${head}<wsdl:import namespace="${ECHO}" location="abstract/echo.wsdl"/>${text.slice(cut)}`;
    const abstract = `${text.slice(0, cut)}</wsdl:definitions>`;
    const wsdl = await readWsdl('echo.wsdl', Buffer.from(concrete), openFiles({ 'abstract/echo.wsdl': abstract }));
    assert.deepEqual(wsdl.operations, (await sampleInterface('echo_v1')).operations);
  });
});
