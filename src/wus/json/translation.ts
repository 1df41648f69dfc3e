import { GatewayError } from '../../errors.ts';
import type { Translation } from '../../ports/translation.ts';
import { DEFAULT_XML_LIMITS, type XmlLimits } from '../../xml/limits.ts';
import { describeName } from '../wsdl/names.ts';
import type { XsdSchema } from '../wsdl/schema/schema.ts';
import type { QualifiedName } from '../wsdl/wsdl.ts';
import { impossible } from './json.ts';
import { parseJson } from './parse-json.ts';
import { elementToJson, jsonToElement } from './translate.ts';

/** Documents of one element, which JSON does not name: whoever writes JSON and whoever reads it both know it from the route. */
export function createTranslation(element: QualifiedName, schema: XsdSchema): Translation {
  return {
    toJson: (xml) =>
      refusing(() => {
        const { name, json, contentIds } = elementToJson(xml, schema, limitsFor(xml));
        if (name.namespace !== element.namespace || name.localName !== element.localName)
          throw impossible(`/${name.localName}`, `it is ${describeName(name)}, and not ${describeName(element)}`);
        refuseAttachments(contentIds);
        return Buffer.from(JSON.stringify(json), 'utf8');
      }),
    toXml: (json) =>
      refusing(() => {
        const { octets, contentIds } = jsonToElement(parseJson(json), element, schema, limitsFor(json));
        refuseAttachments(contentIds);
        return octets;
      }),
  };
}

/** XOP is of SOAP: here an Include would be an element like any other, and its content is not there. */
function refuseAttachments([contentId]: readonly string[]): void {
  if (contentId !== undefined) throw impossible('', `it names an attachment, ${contentId}, which is none of SOAP`);
}

/** Whoever has it in memory let it be that large; a name stands twice in XML and once in JSON. */
function limitsFor({ length }: Buffer): XmlLimits {
  return { ...DEFAULT_XML_LIMITS, maxBytes: Math.max(DEFAULT_XML_LIMITS.maxBytes, length * 2) };
}

/** What is no XML, or no JSON, cannot be translated either. */
function refusing<T>(translate: () => T): T {
  try {
    return translate();
  } catch (thrown) {
    if (!(thrown instanceof GatewayError) || thrown.code === 'TRANSLATION_IMPOSSIBLE') throw thrown;
    const { code, location, detail = thrown.message } = thrown;
    throw new GatewayError('TRANSLATION_IMPOSSIBLE', {
      detail: `${code}: ${detail}`,
      cause: thrown,
      ...(location === undefined ? {} : { location }),
    });
  }
}
