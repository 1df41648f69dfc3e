import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../../src/app/config/config.ts';
import { examine } from '../../../src/app/doctor/doctor.ts';
import { loadRoutes } from '../../../src/app/load-routes.ts';
import { GatewayError } from '../../../src/errors.ts';
import type { Route } from '../../../src/msh/handover/routes.ts';
import { MELDING, MELDING_XSD, meldingJson, meldingXml } from '../../setup/translations.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';

const SAMPLES = fileURLToPath(new URL('../../../wsdl', import.meta.url));
const HEAD = `name: gemeente
parties: ['00000099000000001000']
ebms: { host: 127.0.0.1, tls: off }
`;
const XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"';
const FILES: Readonly<Record<string, string>> = {
  'melding.xsd': MELDING_XSD,
  'twee.xsd': `<xs:schema ${XS} targetNamespace="urn:t"><xs:element name="een"/><xs:element name="twee" type="xs:int"/></xs:schema>`,
  'deels.xsd': `<xs:schema ${XS}><xs:element name="deels"><xs:complexType><xs:sequence><xs:element name="vrij" minOccurs="0"/></xs:sequence></xs:complexType></xs:element></xs:schema>`,
  'geen.xsd': `<xs:schema ${XS} targetNamespace="urn:t"/>`,
  'buiten.xsd': `<xs:schema ${XS}><xs:include schemaLocation="../elders.xsd"/></xs:schema>`,
  'fout.xsd': '<xs:schema',
  'ander.xsd': '<html/>',
  'delen/groot.xsd': `<xs:schema ${XS} targetNamespace="${MELDING}"><xs:include schemaLocation="klein.xsd"/></xs:schema>`,
  'delen/klein.xsd': `<xs:schema ${XS}><xs:element name="klein" type="xs:int"/></xs:schema>`,
};

describe('routes with schemas at start', () => {
  const folder = temporaryFolder();
  const file = (): string => join(folder(), 'postiljon.yaml');
  const write = (...rules: readonly string[]): void => {
    mkdirSync(join(folder(), 'delen'), { recursive: true });
    cpSync(SAMPLES, join(folder(), 'wsdl'), { recursive: true });
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder(), name), text);
    const lines = rules.map((json) => `  - { destination: inbox, json: ${json} }\n`).join('');
    writeFileSync(file(), `${HEAD}routes:\n${lines}`);
  };
  const load = (...rules: readonly string[]): Promise<readonly Route[]> => {
    write(...rules);
    return loadRoutes(readConfig(file(), {}));
  };
  const wrong = async (...rules: readonly string[]): Promise<string> => {
    const thrown: unknown = await load(...rules).catch((error: unknown) => error);
    assert.ok(thrown instanceof GatewayError && thrown.code === 'CONFIG_INVALID', String(thrown));
    assert.equal(thrown.location, 'routes');
    return thrown.message;
  };

  it('an XML Schema of one element is enough; its imports lie beside it', async () => {
    const [melding, klein] = await load('melding.xsd', 'delen/groot.xsd');
    const json = melding?.translation?.toJson(Buffer.from(meldingXml(1))).toString();
    assert.deepEqual(JSON.parse(json ?? ''), meldingJson(1));
    assert.equal(klein?.translation?.toJson(Buffer.from(`<klein xmlns="${MELDING}">5</klein>`)).toString(), '5');
  });

  it('of several elements one is named, with its namespace or alone; a WSDL is as good', async () => {
    const [one, two, service] = await load(
      '{ schema: twee.xsd, element: twee }',
      "{ schema: twee.xsd, element: '{urn:t}twee' }",
      '{ schema: wsdl/bevraging_v1.wsdl, element: document }',
    );
    for (const route of [one, two]) assert.match(String(route?.translation?.toXml(Buffer.from('5'))), />5</);
    assert.match(String(service?.translation?.toXml(Buffer.from('{"naam":"a","inhoud":"AAAA"}'))), /AAAA/);
  });

  it('CONFIG_INVALID: says of each rule what is wrong with its schema', async () => {
    assert.match(await wrong('melding.xsd', 'nergens.xsd'), /^rule 2: json: .*nergens\.xsd cannot be read$/);
    assert.match(await wrong('twee.xsd'), /declares several: name one as element: \{urn:t\}een, \{urn:t\}twee$/);
    assert.match(await wrong('{ schema: twee.xsd, element: tweee }'), /declares no tweee \(did you mean twee\?\)$/);
    assert.match(
      await wrong('{ schema: twee.xsd, element: een }'),
      /een of .* cannot be translated: its type is xs:anyType/,
    );
    assert.match(await wrong('geen.xsd'), /declares no element/);
    assert.match(await wrong('fout.xsd'), /fout\.xsd:1: FILE_UNREADABLE/);
    assert.match(await wrong('ander.xsd'), /NOT_SCHEMA/);
    assert.match(await wrong('buiten.xsd'), /IMPORT_OUTSIDE/);
  });

  it('doctor says the same, with what to do', async () => {
    write('nergens.xsd', 'deels.xsd');
    const found = (await examine(file(), {})).filter(({ check }) => check === 'routes');
    const partial = found.find(({ level, text }) => level === 'warning' && text.startsWith('rule 2: json'));
    assert.match(partial?.text ?? '', /^rule 2: json: vrij: its type is xs:anyType$/);
    assert.match(found.find(({ level }) => level === 'error')?.text ?? '', /rule 1: json: .* cannot be read/);
  });

  it('CONFIG_INVALID: a limit that memory could not bear', () => {
    writeFileSync(file(), HEAD.replace('tls: off', 'tls: off, limits: { translated: 65 MiB }'));
    assert.throws(
      () => readConfig(file(), {}),
      (thrown) =>
        thrown instanceof GatewayError && /ebms\.limits\.translated: may be 64 MiB at most/.test(thrown.message),
    );
  });
});
