import { GatewayError } from '../../errors.ts';
import { SOAP_NS } from '../../soap/envelope.ts';
import { holdsText } from '../../soap/element-content.ts';
import { apart, attribute, childElements, findChildren, simpleText, type XmlElement } from '../../xml/tree.ts';
import { WSA_NAMESPACE, WSA_REPLY } from '../namespaces.ts';
import type { Addressing } from './addressing.ts';

/** Longest address or MessageID that is taken, in UTF-16 units. */
const ADDRESS_MAX = 2048;

const COLLAPSED = /^[ \t\r\n]+|[ \t\r\n]+$/g;
/** An IRI has no white space; what else it holds is its writer's affair. */
const ADDRESS = /^[^\s\p{Cc}]+$/u;

type Name = 'To' | 'Action' | 'MessageID' | 'RelatesTo' | 'From' | 'ReplyTo' | 'FaultTo' | 'FaultDetail';
const NAMES: ReadonlySet<string> = new Set<Name>([
  'To',
  'Action',
  'MessageID',
  'RelatesTo',
  'From',
  'ReplyTo',
  'FaultTo',
  'FaultDetail',
]);

/**
 * Reads the WS-Addressing headers. Each stands at most once, aimed at nobody but us; an endpoint reference holds an Address and
 * nothing else. What is missing is for the checks to say. Throws WUS_HEADER_VALUE, WUS_HEADER_FOREIGN (a wsa: header of no use here).
 * @spec WS-Addressing 1.0, Digikoppeling WA001
 */
export function parseAddressing(header: XmlElement | undefined): Addressing {
  const blocks = header === undefined ? [] : childElements(header).filter(isAddressing);
  const found = new Map<string, XmlElement>();
  for (const block of blocks) {
    const { localName } = block;
    if (!NAMES.has(localName)) throw new GatewayError('WUS_HEADER_FOREIGN', { location: at(localName) });
    if (found.has(localName)) throw wrong(localName, 'it stands there twice');
    refuseAttributes(block);
    found.set(localName, block);
  }
  return {
    to: address(found, 'To'),
    action: address(found, 'Action'),
    messageId: address(found, 'MessageID'),
    relatesTo: reply(found),
    from: reference(found, 'From'),
    replyTo: reference(found, 'ReplyTo'),
    faultTo: reference(found, 'FaultTo'),
  };
}

/** The MessageID of a message whose addressing may be wrong otherwise; undefined when there is none, or not exactly one. */
export function messageIdIn(header: XmlElement | undefined): string | undefined {
  const [only, second] = header === undefined ? [] : findChildren(header, WSA_NAMESPACE, 'MessageID');
  if (only === undefined || second !== undefined) return undefined;
  try {
    return addressIn(only, 'MessageID');
  } catch {
    return undefined;
  }
}

export function isAddressing(block: XmlElement): boolean {
  return block.namespace === WSA_NAMESPACE;
}

type Found = ReadonlyMap<string, XmlElement>;

function address(found: Found, name: Name): string | undefined {
  const block = found.get(name);
  return block === undefined ? undefined : addressIn(block, name);
}

/** The text of an xsd:anyURI, its surrounding white space collapsed as the schema says. It outlives the envelope, which is large. */
function addressIn(element: XmlElement, name: Name): string {
  const text = simpleText(element)?.replace(COLLAPSED, '');
  if (text === undefined || text.length > ADDRESS_MAX || !ADDRESS.test(text)) throw wrong(name, 'it is no address');
  return apart(text);
}

/** Another relation than a reply is nothing that anyone here could act on. */
function reply(found: Found): string | undefined {
  const block = found.get('RelatesTo');
  if (block === undefined) return undefined;
  const relation = attribute(block, '', 'RelationshipType');
  if (relation !== undefined && relation !== WSA_REPLY) throw wrong('RelatesTo', `RelationshipType ${relation}`);
  return addressIn(block, 'RelatesTo');
}

function reference(found: Found, name: Name): string | undefined {
  const block = found.get(name);
  if (block === undefined) return undefined;
  const [first, second] = childElements(block);
  if (first === undefined || !isAddressing(first) || first.localName !== 'Address') throw wrong(name, 'no wsa:Address');
  if (second !== undefined) throw wrong(name, `${second.localName} beside the Address`);
  if (holdsText(block)) throw wrong(name, 'text beside the Address');
  return addressIn(first, name);
}

/** A block for another actor is none of ours to read, and one that is a reference parameter says that it is no header. */
function refuseAttributes(block: XmlElement): void {
  if (attribute(block, SOAP_NS, 'actor') !== undefined) throw wrong(block.localName, 'it has a soap:actor');
  if (attribute(block, WSA_NAMESPACE, 'IsReferenceParameter') !== undefined)
    throw wrong(block.localName, 'it is a reference parameter');
}

function at(name: string): string {
  return `/Envelope/Header/${name}`;
}

function wrong(name: string, detail: string): GatewayError {
  return new GatewayError('WUS_HEADER_VALUE', { location: at(name), detail: `wsa:${name}: ${detail}` });
}
