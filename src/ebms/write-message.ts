import { SOAP_NS } from '../soap/envelope.ts';
import { tag } from '../xml/writer.ts';
import { writeAckRequested, writeNextMshAckRequested } from './ack-requested.ts';
import { writeAcknowledgment } from './acknowledgment.ts';
import { writeErrorList } from './error-list.ts';
import { writeManifest } from './manifest.ts';
import { writeMessageHeader } from './message-header.ts';
import { writeMessageOrder } from './message-order.ts';
import type { EbmsMessage } from './message.ts';
import { DS_NS, EB_NS, XLINK_NS } from './namespaces.ts';
import { writeStatusRequest, writeStatusResponse } from './status.ts';
import { writeSyncReply } from './sync-reply.ts';

/** Peers depend on these prefixes; they stand in the order of Canonical XML. */
const DECLARATIONS = { 'xmlns:ds': DS_NS, 'xmlns:eb': EB_NS, 'xmlns:soap': SOAP_NS, 'xmlns:xlink': XLINK_NS };

export interface WriteExtra {
  /** Markup of the ds:References that an Acknowledgment copies, with prefix ds. */
  readonly referencesXml?: string;
}

/**
 * The unsigned envelope as markup that is canonical already: attributes and namespaces in order, no white space between
 * elements, no declaration.
 */
export function writeMessage(message: EbmsMessage, { referencesXml }: WriteExtra = {}): string {
  const header = tag(
    'soap:Header',
    {},
    writeMessageHeader(message.header),
    message.syncReply === undefined ? '' : writeSyncReply(message.syncReply),
    message.messageOrder === undefined ? '' : writeMessageOrder(message.messageOrder),
    headerContent(message, referencesXml),
  );
  return tag('soap:Envelope', DECLARATIONS, header, tag('soap:Body', {}, bodyContent(message)));
}

function headerContent(message: EbmsMessage, referencesXml: string | undefined): string {
  if (message.kind === 'AcknowledgmentMessage') return writeAcknowledgment(message.acknowledgment, referencesXml);
  if (message.kind === 'ErrorMessage') return writeErrorList(message.errorList);
  if (message.kind !== 'ApplicationMessage') return '';
  const { ackRequested, nextMshAckRequested, warnings, acknowledgment } = message;
  return [
    ackRequested === undefined ? '' : writeAckRequested(ackRequested),
    nextMshAckRequested ? writeNextMshAckRequested() : '',
    warnings === undefined ? '' : writeErrorList(warnings),
    acknowledgment === undefined ? '' : writeAcknowledgment(acknowledgment, referencesXml),
  ].join('');
}

function bodyContent(message: EbmsMessage): string {
  if (message.kind === 'StatusRequestMessage') return writeStatusRequest(message);
  if (message.kind === 'StatusResponseMessage') return writeStatusResponse(message);
  if (message.kind !== 'ApplicationMessage' || message.manifest === undefined) return '';
  return writeManifest(message.manifest);
}
