import { GatewayError } from '../errors.ts';
import type { XmlElement } from '../xml/tree.ts';
import { escapeText, tag } from '../xml/writer.ts';
import { dateTime, messageId, requiredAttribute } from './element-values.ts';
import { parseBodyExtension } from './header-extension.ts';
import type { MessageStatus } from './message.ts';
import { EBMS_VERSION } from './namespaces.ts';
import { invalid, Sequence } from './sequence.ts';

const REQUEST_AT = '//Body/StatusRequest';
const RESPONSE_AT = '//Body/StatusResponse';
const RESPONSE_ATTRIBUTES: readonly string[] = ['version', 'messageStatus'];
const MESSAGE_STATUSES: readonly MessageStatus[] = [
  'UnAuthorized',
  'NotRecognized',
  'Received',
  'Processed',
  'Forwarded',
];

export interface StatusRequest {
  readonly refToMessageId: string;
}

export interface StatusResponse {
  readonly refToMessageId: string;
  readonly messageStatus: MessageStatus;
  readonly timestamp: string | undefined;
}

/** @spec ebMS2 §7.1.1 */
export function parseStatusRequest(element: XmlElement): StatusRequest {
  checkVersion(parseBodyExtension(element, REQUEST_AT), REQUEST_AT);
  const sequence = new Sequence(element, REQUEST_AT);
  const refToMessageId = messageId(sequence.required('RefToMessageId'), `${REQUEST_AT}/RefToMessageId`);
  sequence.end('extensible');
  return { refToMessageId };
}

/** @spec ebMS2 §7.1.2 */
export function parseStatusResponse(element: XmlElement): StatusResponse {
  checkVersion(parseBodyExtension(element, RESPONSE_AT, RESPONSE_ATTRIBUTES), RESPONSE_AT);
  const given = requiredAttribute(element, RESPONSE_AT, 'messageStatus');
  const messageStatus = MESSAGE_STATUSES.find((status) => status === given);
  if (messageStatus === undefined) throw invalid(`${RESPONSE_AT}/@messageStatus`, 'not a status');
  const sequence = new Sequence(element, RESPONSE_AT);
  const refToMessageId = messageId(sequence.required('RefToMessageId'), `${RESPONSE_AT}/RefToMessageId`);
  const timestamp = sequence.optional('Timestamp');
  sequence.end('extensible');
  return {
    refToMessageId,
    messageStatus,
    timestamp: timestamp === undefined ? undefined : dateTime(timestamp, `${RESPONSE_AT}/Timestamp`),
  };
}

/** The model has no version of these two, so that no later check could look at it. */
function checkVersion(version: string, location: string): void {
  if (version !== EBMS_VERSION) throw new GatewayError('HEADER_VALUE', { location: `${location}/@version` });
}

export function writeStatusRequest({ refToMessageId }: StatusRequest): string {
  return tag('eb:StatusRequest', { 'eb:version': EBMS_VERSION }, writeRefToMessageId(refToMessageId));
}

export function writeStatusResponse({ refToMessageId, messageStatus, timestamp }: StatusResponse): string {
  return tag(
    'eb:StatusResponse',
    { 'eb:messageStatus': messageStatus, 'eb:version': EBMS_VERSION },
    writeRefToMessageId(refToMessageId),
    timestamp === undefined ? '' : tag('eb:Timestamp', {}, escapeText(timestamp)),
  );
}

function writeRefToMessageId(refToMessageId: string): string {
  return tag('eb:RefToMessageId', {}, escapeText(refToMessageId));
}
