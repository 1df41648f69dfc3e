import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { standalone } from '../../src/wus/envelope/standalone.ts';
import { elementToJson, jsonToElement } from '../../src/wus/json/translate.ts';
import { inspectWsdl } from '../../src/wus/wsdl/read-wsdl.ts';
import { SOAP_NS } from '../../src/soap/envelope.ts';
import { childElements, findChild, parseXml, type XmlElement } from '../../src/xml/tree.ts';
import { readCapture } from '../setup/captures.ts';
import { fixture, fixturePath, fixturesPresent } from '../setup/fixtures.ts';
import { skipUnless } from '../setup/skip.ts';
import { assertSameContent } from '../unit/wus/json/same-content.ts';

/** Of messages that are neither packages nor encrypted: what stands alone in the Body. */
function contentOf(path: string): XmlElement | undefined {
  const { headers, body } = readCapture(path);
  if (!(headers['content-type'] ?? '').startsWith('text/xml') || body.length === 0) return undefined;
  const found = findChild(parseXml(body).root, SOAP_NS, 'Body');
  const content = found === undefined ? undefined : childElements(found)[0];
  return content?.namespace.startsWith('http://register.voorbeeld.example/') === true ? content : undefined;
}

describe('bodies of CXF in JSON', () => {
  it('every body that follows the WSDL becomes JSON, and comes back as it was', async function () {
    skipUnless(this, fixturesPresent(), 'the folder of captures is not there');
    const { wsdl, findings } = await inspectWsdl(
      'register_v1.wsdl',
      fixture('wus/wsdl/register_v1.wsdl'),
      async () => undefined,
    );
    assert.deepEqual(findings, []);
    assert.ok(wsdl !== undefined);
    let translated = 0;
    for (const name of readdirSync(fixturePath('wus')).filter((one) => /^(?:be|s)-/.test(one))) {
      for (const message of ['1-request', '1-response']) {
        const content = contentOf(`wus/${name}/${message}`);
        if (content === undefined) continue;
        const octets = standalone(content);
        const { json, name: element } = elementToJson(octets, wsdl.schema);
        assertSameContent(octets, jsonToElement(json, element, wsdl.schema).octets);
        translated++;
      }
    }
    assert.ok(translated > 30, String(translated));
  });
});
