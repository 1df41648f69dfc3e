import { GatewayError } from '../../errors.ts';
import { understands } from '../../ebms/header-slots.ts';
import { type OpenedMessage, openMessage, readMessage, type ReadOptions } from '../../ebms/parse-message.ts';
import { parseEnvelope, type SoapEnvelope } from '../../soap/envelope.ts';
import { checkMustUnderstand } from '../../soap/header-blocks.ts';
import type { XmlLimits } from '../../xml/limits.ts';
import { parseXml, type XmlDocument } from '../../xml/tree.ts';
import type { ReceivedPart } from './read-package.ts';
import type { ParsedMessage } from './stages.ts';

export interface ArrivedEnvelope {
  readonly envelope: Buffer;
  /** As the Content-Type of the envelope says it. */
  readonly charset: string | undefined;
  readonly parts: readonly ReceivedPart[];
  readonly receivedAt: number;
  readonly remote: string;
}

/** An envelope whose header is read and whose content is not. */
export interface OpenedEnvelope {
  readonly arrived: ArrivedEnvelope;
  readonly document: XmlDocument;
  readonly soap: SoapEnvelope;
  readonly opened: OpenedMessage;
}

/** Octets of an envelope → its header. Throws XML_*, SOAP_*, HEADER_INVALID. */
export function openArrived(arrived: ArrivedEnvelope, limits: XmlLimits): OpenedEnvelope {
  const document = parseXml(arrived.envelope, limits);
  requireCharset(arrived.charset, document.encoding);
  const soap = parseEnvelope(document);
  if (soap.header === undefined) throw new GatewayError('HEADER_INVALID', { location: '//Header' });
  checkMustUnderstand(soap.header, understands);
  return { arrived, document, soap, opened: openMessage(soap) };
}

/** Its content → typed message. Throws HEADER_INVALID, HEADER_VALUE, FEATURE_UNSUPPORTED. */
export function readArrived({ arrived, document, soap, opened }: OpenedEnvelope, options?: ReadOptions): ParsedMessage {
  const { envelope, charset: _charset, ...rest } = arrived;
  return { ...rest, envelopeBytes: envelope, document, soap, ...readMessage(opened, options) };
}

/** Both at once: for an answer, which is never answered. */
export function parseArrived(arrived: ArrivedEnvelope, limits: XmlLimits, options?: ReadOptions): ParsedMessage {
  return readArrived(openArrived(arrived, limits), options);
}

/** A partner that says one encoding and sends another would be read differently by others on the way. @spec RFC 3023 §3.1 */
function requireCharset(charset: string | undefined, encoding: string): void {
  if (charset === undefined || charset.toLowerCase() === encoding.toLowerCase()) return;
  if (charset.toLowerCase() === 'utf-16' && encoding.toLowerCase().startsWith('utf-16')) return;
  throw new GatewayError('XML_FORBIDDEN', { detail: `charset ${charset}, but the envelope is ${encoding}` });
}
