import { GatewayError } from '../../errors.ts';
import { DEFAULT_XML_LIMITS } from '../../xml/limits.ts';
import type { XmlLimits } from '../../xml/limits.ts';
import { parseXml } from '../../xml/tree.ts';
import { describeName, keyOf } from '../wsdl/names.ts';
import type { XsdElement, XsdSchema } from '../wsdl/schema/schema.ts';
import type { QualifiedName } from '../wsdl/wsdl.ts';
import { impossible, isSameJson, type JsonValue } from './json.ts';
import { readElement } from './read-element.ts';
import { ElementWriter } from './write-element.ts';

export type { JsonObject, JsonValue } from './json.ts';

export interface TranslatedElement {
  readonly name: QualifiedName;
  readonly json: JsonValue;
  /** Of attachments that `json` names, in their order. */
  readonly contentIds: readonly string[];
}

export interface TranslatedJson {
  /** UTF-8, without declaration. */
  readonly octets: Buffer;
  /** Of attachments that it includes, in their order. */
  readonly contentIds: readonly string[];
}

/**
 * A global element as JSON; nothing is lost, and it can be written back. What has to be inline is put inline before.
 * Throws TRANSLATION_IMPOSSIBLE located by an XPath, WUS_ATTACHMENT, and what XML can be refused with.
 */
export function elementToJson(octets: Uint8Array, schema: XsdSchema, limits = DEFAULT_XML_LIMITS): TranslatedElement {
  const { root } = parseXml(octets, limits);
  const name = { namespace: root.namespace, localName: root.localName };
  const declared = declaredAs(name, schema);
  const contentIds: string[] = [];
  const json = readElement(root, declared, contentIds);
  new ElementWriter({ ...limits, maxBytes: Infinity }).document(json, declared);
  return { name, json, contentIds };
}

/**
 * A global element from JSON (a value that JSON.parse gave), and back to see that nothing was lost.
 * Throws TRANSLATION_IMPOSSIBLE located by a JSON pointer.
 */
export function jsonToElement(
  json: unknown,
  name: QualifiedName,
  schema: XsdSchema,
  limits: XmlLimits = DEFAULT_XML_LIMITS,
): TranslatedJson {
  const declared = declaredAs(name, schema);
  const writer = new ElementWriter(limits);
  const octets = Buffer.from(writer.document(json, declared), 'utf8');
  if (!isSameJson(json, readBack(octets, declared, limits)))
    throw impossible(undefined, 'it would not come back as it is');
  return { octets, contentIds: writer.contentIds };
}

function readBack(octets: Buffer, declared: XsdElement, limits: XmlLimits): JsonValue {
  try {
    return readElement(parseXml(octets, limits).root, declared, []);
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown;
    throw impossible(undefined, `what it becomes is refused: ${thrown.message}`);
  }
}

function declaredAs(name: QualifiedName, schema: XsdSchema): XsdElement {
  const declared = schema.elements.get(keyOf(name));
  if (declared === undefined) throw impossible(`/${name.localName}`, `no schema declares ${describeName(name)}`);
  return declared;
}
