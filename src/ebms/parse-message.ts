import { GatewayError } from '../errors.ts';
import type { SoapEnvelope } from '../soap/envelope.ts';
import type { XmlElement } from '../xml/tree.ts';
import { childElements } from '../xml/tree.ts';
import { parseAckRequested } from './ack-requested.ts';
import { parseAcknowledgment } from './acknowledgment.ts';
import { parseErrorList } from './error-list.ts';
import { type HeaderSlots, sortHeader, unknownBlock } from './header-slots.ts';
import { parseManifest } from './manifest.ts';
import { parseMessageHeader } from './message-header.ts';
import { parseMessageOrder } from './message-order.ts';
import type {
  AckRequested,
  AcknowledgmentMessage,
  ApplicationMessage,
  EbmsMessage,
  ErrorList,
  ErrorMessage,
  MessageHeader,
  MessageOrder,
  SyncReply,
} from './message.ts';
import { ACTOR_NEXT_MSH, EB_NS, MSH_ACTION, MSH_SERVICE } from './namespaces.ts';
import { invalid } from './sequence.ts';
import { parseStatusRequest, parseStatusResponse } from './status.ts';
import { parseSyncReply } from './sync-reply.ts';

const ACTION_AT = '//Header/MessageHeader/Action';

export interface ParsedMessage {
  readonly message: EbmsMessage;
  /** Every header and body block that the message took its content from. */
  readonly blocks: readonly ConsumedBlock[];
}

export interface ConsumedBlock {
  readonly element: XmlElement;
  /** The actor filter leaves it out of a signature as it should: SyncReply, and AckRequested for the next MSH. */
  readonly exempt: boolean;
}

/** What a message says of itself, whatever it holds; `blocks` grows as blocks are read. */
export interface OpenedMessage {
  readonly common: {
    readonly header: MessageHeader;
    readonly syncReply: SyncReply | undefined;
    readonly messageOrder: MessageOrder | undefined;
  };
  readonly slots: HeaderSlots;
  readonly body: XmlElement;
  readonly blocks: ConsumedBlock[];
}

/** `bundled`: an Acknowledgment may stand beside a business message, as in the HTTP answer to a request. */
export interface ReadOptions {
  readonly bundled?: boolean;
}

/** The same with the one element of the Body. */
interface Reading extends OpenedMessage, ReadOptions {
  readonly content: XmlElement | undefined;
}

/** Both steps at once. Throws HEADER_INVALID, FEATURE_UNSUPPORTED, HEADER_VALUE as they do. */
export function parseMessage(envelope: SoapEnvelope): ParsedMessage {
  return readMessage(openMessage(envelope));
}

/**
 * The first step: who speaks to whom under which CPA. A refusal of the second step can so be answered as the CPA says.
 * Throws HEADER_INVALID. @spec ebMS2 §3.1, §4.3
 */
export function openMessage({ header, body }: SoapEnvelope): OpenedMessage {
  const slots = sortHeader(header);
  const blocks: ConsumedBlock[] = [];
  const read = <T>(element: XmlElement, parse: (element: XmlElement) => T): T => {
    blocks.push({ element, exempt: element === slots.syncReply });
    return parse(element);
  };
  const common = {
    header: read(slots.messageHeader, parseMessageHeader),
    syncReply: slots.syncReply === undefined ? undefined : read(slots.syncReply, parseSyncReply),
    messageOrder: slots.messageOrder === undefined ? undefined : read(slots.messageOrder, parseMessageOrder),
  };
  return { common, slots, body, blocks };
}

/**
 * The second step, by qualified names. The kind follows from the content, and Service and Action must agree with it.
 * Structure only: versions, actors and times are left to the checks. Throws HEADER_INVALID for what the schema forbids
 * or what contradicts itself, FEATURE_UNSUPPORTED for bundled signals and content that nobody would be handed,
 * HEADER_VALUE for the version of a StatusRequest or StatusResponse. @spec ebMS2 §3, §4.2.3, §4.3, §6.3, §7, §8
 */
export function readMessage(opened: OpenedMessage, options?: ReadOptions): ParsedMessage {
  const { slots, body, blocks } = opened;
  if (slots.unknown !== undefined) throw unknownBlock(slots.unknown);
  return { message: parseKind({ ...opened, ...options, content: bodyContent(body) }), blocks };
}

/** A payload is a MIME part; of the Body only one ebMS element is read, and anything else would be lost unseen. */
function bodyContent(body: XmlElement): XmlElement | undefined {
  const [content, second] = childElements(body);
  if (content === undefined) return undefined;
  if (content.namespace !== EB_NS || (second !== undefined && second.namespace !== EB_NS)) {
    throw new GatewayError('FEATURE_UNSUPPORTED', { location: '//Body', detail: 'content of another namespace' });
  }
  if (second !== undefined) throw invalid('//Body', 'more than one element');
  return content;
}

function parseKind(reading: Reading): EbmsMessage {
  const { slots, common } = reading;
  const { service, action } = common.header;
  if (service.value !== MSH_SERVICE) return parseApplicationMessage(reading);
  if (slots.acknowledgment !== undefined && slots.errorList !== undefined) throw bundled('//Header/ErrorList');
  if (slots.acknowledgment !== undefined && action !== MSH_ACTION.acknowledgment) throw contradicted(action);
  if (slots.errorList !== undefined && action !== MSH_ACTION.messageError) throw contradicted(action);
  switch (action) {
    case MSH_ACTION.acknowledgment:
      return parseAcknowledgmentMessage(reading);
    case MSH_ACTION.messageError:
      return parseErrorMessage(reading);
    case MSH_ACTION.ping:
      return { ...withoutContent(reading), kind: 'PingMessage' };
    case MSH_ACTION.pong:
      return { ...withoutContent(reading), kind: 'PongMessage' };
    case MSH_ACTION.statusRequest:
      return { ...common, kind: 'StatusRequestMessage', ...parseStatusRequest(takeContent(reading, 'StatusRequest')) };
    case MSH_ACTION.statusResponse:
      return {
        ...common,
        kind: 'StatusResponseMessage',
        ...parseStatusResponse(takeContent(reading, 'StatusResponse')),
      };
    default:
      throw new GatewayError('FEATURE_UNSUPPORTED', {
        location: ACTION_AT,
        detail: `unknown Action of the MSH service`,
      });
  }
}

/** An ErrorList of warnings may ride on a business message; a receipt only in the HTTP answer to what it acknowledges. */
function parseApplicationMessage(reading: Reading): ApplicationMessage {
  const { common, slots, content } = reading;
  if (slots.acknowledgment !== undefined && reading.bundled !== true) throw bundled('//Header/Acknowledgment');
  const ackRequested = parseAckRequests(reading);
  const message: ApplicationMessage = {
    ...common,
    kind: 'ApplicationMessage',
    ...ackRequested,
    manifest: content === undefined ? undefined : parseManifest(takeContent(reading, 'Manifest')),
  };
  if (slots.errorList === undefined && slots.acknowledgment === undefined) return message;
  return { ...message, ...parseRiders(reading) };
}

function parseRiders({ slots, blocks }: Reading): Pick<ApplicationMessage, 'warnings' | 'acknowledgment'> {
  const { errorList, acknowledgment } = slots;
  if (errorList !== undefined) blocks.push({ element: errorList, exempt: false });
  if (acknowledgment !== undefined) blocks.push({ element: acknowledgment, exempt: false });
  return {
    ...(errorList === undefined ? {} : { warnings: onlyWarnings(parseErrorList(errorList)) }),
    ...(acknowledgment === undefined ? {} : { acknowledgment: parseAcknowledgment(acknowledgment) }),
  };
}

function onlyWarnings(errorList: ErrorList): ErrorList {
  if (errorList.highestSeverity === 'Warning') return errorList;
  throw invalid('//Header/ErrorList/@highestSeverity', 'an Error beside a business message');
}

/** One for the To Party MSH, which is also meant when there is no actor, and one for the next MSH. @spec ebMS2 §6.3.1.1 */
function parseAckRequests({
  slots,
  blocks,
}: Reading): Pick<ApplicationMessage, 'ackRequested' | 'nextMshAckRequested'> {
  let ackRequested: AckRequested | undefined;
  let nextMshAckRequested = false;
  for (const element of slots.ackRequested) {
    const parsed = parseAckRequested(element);
    const next = parsed.actor === ACTOR_NEXT_MSH;
    if (next ? nextMshAckRequested : ackRequested !== undefined) throw invalid('//Header/AckRequested', 'doubled');
    if (next) nextMshAckRequested = true;
    else ackRequested = parsed;
    blocks.push({ element, exempt: next });
  }
  return { ackRequested, nextMshAckRequested };
}

/** @spec ebMS2 §6.3.2 */
function parseAcknowledgmentMessage(reading: Reading): AcknowledgmentMessage {
  const { slots, content, blocks, common } = reading;
  if (slots.acknowledgment === undefined) throw invalid('//Header/Acknowledgment', 'missing');
  if (content !== undefined) throw bundled('//Body');
  blocks.push({ element: slots.acknowledgment, exempt: false });
  const acknowledgment = parseAcknowledgment(slots.acknowledgment);
  const { refToMessageId } = common.header.messageData;
  if (refToMessageId !== undefined && refToMessageId !== acknowledgment.refToMessageId) {
    throw invalid('//Header/Acknowledgment/RefToMessageId', 'contradicts that of MessageData');
  }
  return { ...common, kind: 'AcknowledgmentMessage', acknowledgment };
}

/** @spec ebMS2 §4.2.4 */
function parseErrorMessage(reading: Reading): ErrorMessage {
  const { slots, content, blocks, common } = reading;
  if (slots.errorList === undefined) throw invalid('//Header/ErrorList', 'missing');
  if (content !== undefined) throw bundled('//Body');
  blocks.push({ element: slots.errorList, exempt: false });
  return { ...common, kind: 'ErrorMessage', errorList: parseErrorList(slots.errorList) };
}

/** @spec ebMS2 §8 */
function withoutContent({ common, content }: Reading): Reading['common'] {
  if (content !== undefined) throw invalid('//Body', 'not empty');
  return common;
}

function takeContent({ content, blocks }: Reading, localName: string): XmlElement {
  if (content?.localName !== localName) throw invalid(`//Body/${localName}`, 'missing, or another element');
  blocks.push({ element: content, exempt: false });
  return content;
}

function contradicted(action: string): GatewayError {
  return invalid(ACTION_AT, `'${action}' contradicts the header blocks`);
}

function bundled(location: string): GatewayError {
  return new GatewayError('FEATURE_UNSUPPORTED', { location, detail: `${location}: bundled with another message` });
}
