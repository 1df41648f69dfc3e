import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '../../../../src/errors.ts';
import { jsonTranslation } from '../../../../src/wus/application/json-translation.ts';
import { elementToJson } from '../../../../src/wus/json/translate.ts';
import { WSDL_FOLDER } from '../wsdl-samples.ts';
import { sampleInterface } from './schemas.ts';

const DOCUMENT = { namespace: 'http://dienst.voorbeeld.example/schema/bevraging_v1', localName: 'document' };

describe('bodies in JSON', () => {
  it('an attachment that is named in JSON alone is refused: nobody has it', async () => {
    const wsdl = await sampleInterface('bevraging_v1');
    const json = Buffer.from('{"naam":"a","inhoud":{"@attachment":"een@voorbeeld.example"}}');
    assert.throws(
      () => jsonTranslation.fromJson(json, DOCUMENT, wsdl),
      (error) => error instanceof GatewayError && error.code === 'WUS_ATTACHMENT',
    );
  });

  it('of 12 MB are translated where whoever gives them lets them be so large', async () => {
    const wsdl = await sampleInterface('bevraging_v1');
    const json = Buffer.from(JSON.stringify({ naam: 'a', inhoud: 'AAAA'.repeat(3 * 1024 * 1024) }));
    const xml = jsonTranslation.fromJson(json, DOCUMENT, wsdl);
    assert.ok(json.equals(jsonTranslation.toJson(xml, DOCUMENT, wsdl)));
  });

  it('docs/json.md shows what really happens', async () => {
    const { schema } = await sampleInterface('bevraging_v1');
    const page = readFileSync(join(WSDL_FOLDER, '..', 'docs', 'json.md'), 'utf8');
    const [, xml = ''] = /```xml\n([^]*?)```/.exec(page) ?? [];
    const [, json = ''] = /```json\n([^]*?)```/.exec(page) ?? [];
    const element = xml.trim().replace('<vergunning', `<vergunning xmlns="${DOCUMENT.namespace}"`);
    assert.deepEqual(elementToJson(Buffer.from(element), schema).json, JSON.parse(json));
  });
});
