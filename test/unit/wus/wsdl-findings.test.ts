import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspectWsdl } from '../../../src/wus/wsdl/read-wsdl.ts';
import { WSDL_FINDINGS } from '../../../src/wus/wsdl/rules/finding-table.ts';
import { type Case, CASES } from './wsdl-finding-cases.ts';
import { openFiles, sampleWsdl, WSDL_FOLDER } from './wsdl-samples.ts';

const PLACE = /^[\w./-]+:\d+(?: \/\S+)?$/;

function inspect({ sample = 'echo_v1', edits = [], files, bytes }: Case): ReturnType<typeof inspectWsdl> {
  const name = `${sample}.wsdl`;
  return inspectWsdl(name, bytes ?? Buffer.from(sampleWsdl(name, ...edits)), openFiles(files));
}

describe('WSDL findings', () => {
  for (const one of CASES) {
    it(`${one.code}: ${one.name}`, async () => {
      const { wsdl, findings } = await inspect(one);
      const found = findings.find(({ code }) => code === one.code);
      assert.ok(found, findings.map(({ code, text }) => `${code} ${text}`).join('\n'));
      assert.equal(found.severity, WSDL_FINDINGS[one.code].severity);
      assert.match(found.place, PLACE);
      assert.equal(
        wsdl === undefined,
        findings.some(({ severity }) => severity === 'error'),
      );
    });
  }

  it('every finding that can be made is provoked here, and stands in docs/wsdl-findings.md', () => {
    const provoked = new Set(CASES.map(({ code }) => code));
    const page = readFileSync(join(WSDL_FOLDER, '..', 'docs', 'wsdl-findings.md'), 'utf8');
    const documented = [...page.matchAll(/^\| `([A-Z0-9_]+)` \|/gm)].map((match) => match[1]);
    assert.deepEqual(
      Object.keys(WSDL_FINDINGS).filter((code) => ![...provoked].some((one) => one === code)),
      [],
    );
    assert.deepEqual(documented, Object.keys(WSDL_FINDINGS));
  });

  it('tells the line that is meant, and errors before the rest', async () => {
    const { findings } = await inspect({
      code: 'SOAP_ACTION',
      name: '',
      edits: [
        ['soapAction=""', 'soapAction="urn:echo"'],
        [/<wsdl:service[^]*<\/wsdl:service>/, ''],
      ],
    });
    const line =
      sampleWsdl('echo_v1.wsdl')
        .split('\n')
        .findIndex((text) => text.includes('<soap:operation')) + 1;
    assert.deepEqual(
      findings.map(({ code, place }) => [code, place]),
      [
        ['SOAP_ACTION', `echo_v1.wsdl:${line - 1} /definitions/binding/operation`],
        ['ADDRESS_MISSING', 'echo_v1.wsdl:2 /definitions'],
      ],
    );
  });

  it('what names itself in a circle is read to an end: imports, groups and types', async () => {
    const files = {
      'a.xsd':
        '<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:a"><include schemaLocation="b.xsd"/></schema>',
      'b.xsd':
        '<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:a"><include schemaLocation="a.xsd"/></schema>',
    };
    const xs = 'http://www.w3.org/2001/XMLSchema';
    const circles = sampleWsdl(
      'echo_v1.wsdl',
      [
        '<wsdl:types>',
        `<wsdl:types><s:schema xmlns:s="${xs}"><s:import namespace="urn:a" schemaLocation="a.xsd"/></s:schema>`,
      ],
      [
        '</xs:schema>',
        '<xs:group name="G"><xs:sequence><xs:group ref="tns:G"/></xs:sequence></xs:group>' +
          '<xs:complexType name="T"><xs:complexContent><xs:extension base="tns:T"/></xs:complexContent></xs:complexType>' +
          '<xs:simpleType name="S"><xs:restriction base="tns:S"/></xs:simpleType></xs:schema>',
      ],
      ['name="tekst" type="xs:string"', 'name="tekst" type="tns:T"'],
    );
    const { findings } = await inspectWsdl('echo_v1.wsdl', Buffer.from(circles), openFiles(files));
    assert.deepEqual([...new Set(findings.map(({ code }) => code))], ['JSON_PARTIAL']);
  });
});
