import { GatewayError } from '../errors.ts';
import { mustUnderstand } from '../soap/header-blocks.ts';
import type { XmlElement } from '../xml/tree.ts';
import { childElements } from '../xml/tree.ts';
import { DS_NS, EB_NS } from './namespaces.ts';
import { invalid } from './sequence.ts';

/** The ebMS blocks of a Header by name; the order among them means nothing. */
export interface HeaderSlots {
  readonly messageHeader: XmlElement;
  readonly syncReply: XmlElement | undefined;
  readonly messageOrder: XmlElement | undefined;
  /** At most two: for the To Party MSH and for the next one. */
  readonly ackRequested: readonly XmlElement[];
  readonly acknowledgment: XmlElement | undefined;
  readonly errorList: XmlElement | undefined;
  /** The first block of the eb namespace that the specification does not have. */
  readonly unknown: XmlElement | undefined;
}

const ONCE: ReadonlySet<string> = new Set([
  'MessageHeader',
  'SyncReply',
  'MessageOrder',
  'Acknowledgment',
  'ErrorList',
]);

/**
 * Whether this gateway knows what to do with a header block: for `checkMustUnderstand`. Every ebMS block counts, since
 * `parseMessage` itself refuses those that it does not support. @spec ebMS2 §2.3.6, §2.3.9
 */
export function understands(block: XmlElement): boolean {
  return block.namespace === EB_NS || (block.namespace === DS_NS && block.localName === 'Signature');
}

/** Sorts the blocks of the eb namespace. Throws HEADER_INVALID for a doubled one or no MessageHeader. @spec ebMS2 §2.3, §6.3.1 */
export function sortHeader(header: XmlElement | undefined): HeaderSlots {
  const found = new Map<string, XmlElement>();
  const ackRequested: XmlElement[] = [];
  let unknown: XmlElement | undefined;
  for (const block of header === undefined ? [] : childElements(header)) {
    if (block.namespace !== EB_NS) continue;
    const { localName } = block;
    if (localName === 'AckRequested') ackRequested.push(block);
    else if (!ONCE.has(localName)) unknown ??= block;
    else if (found.has(localName)) throw invalid(`//Header/${localName}`, 'doubled');
    else found.set(localName, block);
  }
  const messageHeader = found.get('MessageHeader');
  if (messageHeader === undefined) throw invalid('//Header/MessageHeader', 'missing');
  return {
    messageHeader,
    syncReply: found.get('SyncReply'),
    messageOrder: found.get('MessageOrder'),
    ackRequested,
    acknowledgment: found.get('Acknowledgment'),
    errorList: found.get('ErrorList'),
    unknown,
  };
}

/**
 * An unknown block is FEATURE_UNSUPPORTED when it must be understood, otherwise HEADER_INVALID. Its name stays out of
 * the location: that goes to the partner and repeats nothing.
 */
export function unknownBlock(block: XmlElement): GatewayError {
  const detail = `unknown ebMS header block ${block.localName}`;
  return mustUnderstand(block)
    ? new GatewayError('FEATURE_UNSUPPORTED', { location: '//Header', detail })
    : invalid('//Header', detail);
}
