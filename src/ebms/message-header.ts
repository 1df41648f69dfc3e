import type { XmlElement } from '../xml/tree.ts';
import { escapeText, tag } from '../xml/writer.ts';
import {
  checkAttributes,
  dateTime,
  freeText,
  identifier,
  leafText,
  messageId,
  typedIdentifier,
} from './element-values.ts';
import { parseEndToEndExtension } from './header-extension.ts';
import type { MessageData, MessageHeader } from './message.ts';
import { parseParty, writeParty, writeTyped } from './party.ts';
import { Sequence } from './sequence.ts';

const AT = '//Header/MessageHeader';
const DESCRIPTIONS = { min: 0, max: 16 };
const DESCRIPTION_MAX = 4000;

/** @spec ebMS2 §3.1 */
export function parseMessageHeader(block: XmlElement): MessageHeader {
  const version = parseEndToEndExtension(block, AT);
  const sequence = new Sequence(block, AT);
  const header = {
    version,
    from: parseParty(sequence.required('From'), `${AT}/From`),
    to: parseParty(sequence.required('To'), `${AT}/To`),
    cpaId: identifier(sequence.required('CPAId'), `${AT}/CPAId`),
    conversationId: identifier(sequence.required('ConversationId'), `${AT}/ConversationId`),
    service: typedIdentifier(sequence.required('Service'), `${AT}/Service`),
    action: identifier(sequence.required('Action'), `${AT}/Action`),
    messageData: parseMessageData(sequence.required('MessageData')),
    duplicateElimination: parseDuplicateElimination(sequence.optional('DuplicateElimination')),
    descriptions: sequence.many('Description', DESCRIPTIONS).map(parseDescription),
  };
  sequence.end('extensible');
  return header;
}

/** @spec ebMS2 §3.1.6 */
function parseMessageData(element: XmlElement): MessageData {
  const at = `${AT}/MessageData`;
  checkAttributes(element, at);
  const sequence = new Sequence(element, at);
  const id = messageId(sequence.required('MessageId'), `${at}/MessageId`);
  const timestamp = dateTime(sequence.required('Timestamp'), `${at}/Timestamp`);
  const refToMessageId = sequence.optional('RefToMessageId');
  const timeToLive = sequence.optional('TimeToLive');
  sequence.end('closed');
  return {
    messageId: id,
    timestamp,
    refToMessageId: refToMessageId === undefined ? undefined : messageId(refToMessageId, `${at}/RefToMessageId`),
    timeToLive: timeToLive === undefined ? undefined : dateTime(timeToLive, `${at}/TimeToLive`),
  };
}

/** The schema makes it a string that nobody defines: being there is what it says. @spec ebMS2 §3.1.7 */
function parseDuplicateElimination(element: XmlElement | undefined): boolean {
  if (element === undefined) return false;
  leafText(element, `${AT}/DuplicateElimination`);
  return true;
}

function parseDescription(element: XmlElement): string {
  return freeText(element, `${AT}/Description`, DESCRIPTION_MAX);
}

export function writeMessageHeader(header: MessageHeader): string {
  return tag(
    'eb:MessageHeader',
    { 'soap:mustUnderstand': '1', 'eb:version': header.version },
    writeParty('eb:From', header.from),
    writeParty('eb:To', header.to),
    tag('eb:CPAId', {}, escapeText(header.cpaId)),
    tag('eb:ConversationId', {}, escapeText(header.conversationId)),
    writeTyped('eb:Service', header.service),
    tag('eb:Action', {}, escapeText(header.action)),
    writeMessageData(header.messageData),
    header.duplicateElimination ? tag('eb:DuplicateElimination', {}) : '',
    ...header.descriptions.map(writeDescription),
  );
}

function writeMessageData({ messageId: id, timestamp, refToMessageId, timeToLive }: MessageData): string {
  return tag(
    'eb:MessageData',
    {},
    tag('eb:MessageId', {}, escapeText(id)),
    tag('eb:Timestamp', {}, escapeText(timestamp)),
    refToMessageId === undefined ? '' : tag('eb:RefToMessageId', {}, escapeText(refToMessageId)),
    timeToLive === undefined ? '' : tag('eb:TimeToLive', {}, escapeText(timeToLive)),
  );
}

/** @spec ebMS2 §3.1.8 */
export function writeDescription(text: string): string {
  return tag('eb:Description', { 'xml:lang': 'en-US' }, escapeText(text));
}
