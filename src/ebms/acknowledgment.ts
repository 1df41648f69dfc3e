import type { XmlElement } from '../xml/tree.ts';
import { attribute, simpleText } from '../xml/tree.ts';
import { escapeText, tag } from '../xml/writer.ts';
import { dateTime, messageId, refuseActor, URI_MAX } from './element-values.ts';
import { parseHeaderExtension } from './header-extension.ts';
import type { Acknowledgment, CopiedReference } from './message.ts';
import { DS_NS } from './namespaces.ts';
import { parseParty, writeParty } from './party.ts';
import { invalid, Sequence } from './sequence.ts';

const AT = '//Header/Acknowledgment';
const REFERENCE_AT = `${AT}/Reference`;
/** As many parts as a package may have, and the envelope. */
const REFERENCES = { min: 0, max: 1000 };
const DIGEST_VALUE_MAX = 1000;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** @spec ebMS2 §6.3.2 */
export function parseAcknowledgment(block: XmlElement): Acknowledgment {
  const extension = parseHeaderExtension(block, AT);
  const sequence = new Sequence(block, AT);
  const timestamp = dateTime(sequence.required('Timestamp'), `${AT}/Timestamp`);
  const refToMessageId = messageId(sequence.required('RefToMessageId'), `${AT}/RefToMessageId`);
  const from = sequence.optional('From');
  const references = sequence.many('Reference', REFERENCES, DS_NS).map(parseReference);
  sequence.end('closed');
  return {
    ...extension,
    timestamp,
    refToMessageId,
    from: from === undefined ? [] : parseParty(from, `${AT}/From`).partyIds,
    references,
  };
}

/** Transforms are skipped: the prefix in a copied XPath may be unbound here, and nothing is ever evaluated. */
function parseReference(element: XmlElement): CopiedReference {
  const sequence = new Sequence(element, REFERENCE_AT);
  sequence.optional('Transforms', DS_NS);
  const method = sequence.required('DigestMethod', DS_NS);
  const value = sequence.required('DigestValue', DS_NS);
  sequence.end('closed');
  for (const part of [element, method, value]) refuseActor(part, REFERENCE_AT);
  return {
    uri: ownAttribute(element, 'URI', REFERENCE_AT),
    digestAlgorithm: ownAttribute(method, 'Algorithm', `${REFERENCE_AT}/DigestMethod`),
    digestValue: digestValue(value),
  };
}

function ownAttribute(element: XmlElement, localName: string, location: string): string {
  const value = attribute(element, '', localName);
  if (value === undefined || value.length > URI_MAX) throw invalid(`${location}/@${localName}`, 'missing or too long');
  return value;
}

function digestValue(element: XmlElement): string {
  const text = simpleText(element)?.replace(/[ \t\r\n]+/g, '');
  if (text === undefined || text.length > DIGEST_VALUE_MAX || !BASE64.test(text)) {
    throw invalid(`${REFERENCE_AT}/DigestValue`, 'not base64');
  }
  return text;
}

/** `referencesXml`: the References of the acknowledged message as they stood there; without it they are made of the model. */
export function writeAcknowledgment(acknowledgment: Acknowledgment, referencesXml?: string): string {
  const { version, actor, timestamp, refToMessageId, from, references } = acknowledgment;
  return tag(
    'eb:Acknowledgment',
    { 'soap:actor': actor, 'soap:mustUnderstand': '1', 'eb:version': version },
    tag('eb:Timestamp', {}, escapeText(timestamp)),
    tag('eb:RefToMessageId', {}, escapeText(refToMessageId)),
    from.length === 0 ? '' : writeParty('eb:From', { partyIds: from, role: undefined }),
    referencesXml ?? references.map(writeReference).join(''),
  );
}

function writeReference({ uri, digestAlgorithm, digestValue: value }: CopiedReference): string {
  const method = tag('ds:DigestMethod', { Algorithm: digestAlgorithm });
  return tag('ds:Reference', { URI: uri }, method, tag('ds:DigestValue', {}, escapeText(value)));
}
