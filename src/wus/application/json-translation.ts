import { GatewayError } from '../../errors.ts';
import { DEFAULT_XML_LIMITS, type XmlLimits } from '../../xml/limits.ts';
import { parseJson } from '../json/parse-json.ts';
import { elementToJson, jsonToElement } from '../json/translate.ts';
import type { JsonTranslation } from '../parts.ts';

/** Bodies in JSON by the schema of the WSDL, in whole: what would not come back as it is, is refused. */
export const jsonTranslation: JsonTranslation = {
  toJson: (body, _element, { schema }) => {
    const { json } = elementToJson(body, schema, limitsFor(body));
    return Buffer.from(JSON.stringify(json), 'utf8');
  },
  fromJson: (json, element, { schema }) => {
    const { octets, contentIds } = jsonToElement(parseJson(json), element, schema, limitsFor(json));
    const [contentId] = contentIds;
    if (contentId !== undefined) {
      throw new GatewayError('WUS_ATTACHMENT', { detail: `JSON comes without attachments: ${contentId} is none` });
    }
    return octets;
  },
};

/** Whoever has it in memory let it be that large; a name stands twice in XML and once in JSON. */
function limitsFor({ length }: Buffer): XmlLimits {
  return { ...DEFAULT_XML_LIMITS, maxBytes: Math.max(DEFAULT_XML_LIMITS.maxBytes, length * 2) };
}
