import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClientAsync } from 'soap';
import { jsonToElement } from '../../src/wus/json/translate.ts';
import { skipUnless } from '../setup/skip.ts';
import { tool } from '../setup/tools.ts';
import { BODIES } from '../unit/wus/json/sample-bodies.ts';
import { sampleInterface } from '../unit/wus/json/schemas.ts';
import { sampleWsdl, type SampleWsdl, WSDL_FOLDER } from '../unit/wus/wsdl-samples.ts';

const SAMPLES = ['echo_v1', 'melding_v1', 'bevraging_v1'] as const;
const TIME_LIMIT_MS = 20_000;

/** The schema of a sample as a file: inline, or the one beside it. */
function schemaText(sample: SampleWsdl): string {
  if (sample === 'bevraging_v1') return sampleWsdl('bevraging_v1.xsd');
  const text = sampleWsdl(`${sample}.wsdl`);
  const [inline = ''] = /<xs:schema[^]*<\/xs:schema>/.exec(text) ?? [];
  const declarations = [...text.matchAll(/xmlns:(?:xs|tns)="[^"]*"/g)].map(([declaration]) => declaration);
  return inline.replace('<xs:schema', `<xs:schema ${declarations.join(' ')}`);
}

describe('our sample services in the eyes of others', function () {
  this.timeout(TIME_LIMIT_MS);
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'postiljon-wsdl-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('xmllint: sample bodies follow the schemas, and so does what JSON becomes', async function () {
    const xmllint = tool('xmllint');
    skipUnless(this, xmllint !== undefined, 'xmllint is not on this machine');
    for (const sample of SAMPLES) {
      const schema = join(folder, `${sample}.xsd`);
      writeFileSync(schema, schemaText(sample));
      const wsdl = await sampleInterface(sample);
      // An Include stands for base64 by an agreement that no schema knows.
      const bodies = BODIES.filter((one) => one.sample === sample && one.attachments === undefined);
      const files = bodies.flatMap(({ xml, json }, place) => {
        const localName = /[\w]+(?=[ >])/.exec(xml)?.[0] ?? '';
        const [name] = [...wsdl.schema.elements.values()]
          .map((one) => one.name)
          .filter((one) => one.localName === localName);
        assert.ok(name !== undefined);
        const written = join(folder, `${sample}-${place}.xml`);
        const translated = join(folder, `${sample}-${place}-translated.xml`);
        writeFileSync(written, xml);
        writeFileSync(translated, jsonToElement(json, name, wsdl.schema).octets);
        return [written, translated];
      });
      const { status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, ...files], {
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr);
    }
  });

  it('zeep: reads the samples and sees the operations that we see', async function () {
    const python = ['/usr/bin/python3', 'python3'].find(
      (one) => spawnSync(one, ['-c', 'import zeep'], { timeout: TIME_LIMIT_MS }).status === 0,
    );
    skipUnless(this, python !== undefined, 'python3-zeep is not on this machine');
    const program =
      'import json, sys, zeep\n' +
      'found = {}\n' +
      'for file in sys.argv[1:]:\n' +
      '    for service in zeep.Client(file).wsdl.services.values():\n' +
      '        for port in service.ports.values():\n' +
      '            for operation in port.binding._operations.values():\n' +
      '                found[operation.name] = operation.input.body.qname.text\n' +
      'print(json.dumps(found))\n';
    const files = SAMPLES.map((sample) => join(WSDL_FOLDER, `${sample}.wsdl`));
    const { status, stdout, stderr } = spawnSync(python ?? '', ['-c', program, ...files], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    const seen: unknown = JSON.parse(stdout);
    const ours = await Promise.all(SAMPLES.map((sample) => sampleInterface(sample)));
    assert.deepEqual(
      seen,
      Object.fromEntries(
        ours.flatMap(({ operations }) =>
          operations.map(({ name, input }) => [name, `{${input.namespace}}${input.localName}`]),
        ),
      ),
    );
  });

  it('soap: reads the samples and sees the operations that we see', async () => {
    for (const sample of SAMPLES) {
      const client = await createClientAsync(join(WSDL_FOLDER, `${sample}.wsdl`));
      const services: Readonly<Record<string, Readonly<Record<string, object>>>> = client.describe();
      const operations = Object.values(services).flatMap((ports) =>
        Object.values(ports).flatMap((port) => Object.keys(port)),
      );
      const ours = await sampleInterface(sample);
      assert.deepEqual(
        operations,
        ours.operations.map(({ name }) => name),
      );
    }
  });
});
