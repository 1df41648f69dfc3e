import { GatewayError } from '../../errors.ts';
import { understands } from '../../ebms/header-slots.ts';
import { parseMessage } from '../../ebms/parse-message.ts';
import { parseEnvelope } from '../../soap/envelope.ts';
import { checkMustUnderstand } from '../../soap/header-blocks.ts';
import type { XmlLimits } from '../../xml/limits.ts';
import { parseXml } from '../../xml/tree.ts';
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

/** Octets of an envelope → typed message. Throws XML_*, SOAP_*, HEADER_INVALID, FEATURE_UNSUPPORTED. */
export function parseArrived(arrived: ArrivedEnvelope, limits: XmlLimits): ParsedMessage {
  const { envelope, charset, ...rest } = arrived;
  const document = parseXml(envelope, limits);
  requireCharset(charset, document.encoding);
  const soap = parseEnvelope(document);
  if (soap.header === undefined) throw new GatewayError('HEADER_INVALID', { location: '//Header' });
  checkMustUnderstand(soap.header, understands);
  return { ...rest, envelopeBytes: envelope, document, soap, ...parseMessage(soap) };
}

/** A partner that says one encoding and sends another would be read differently by others on the way. @spec RFC 3023 §3.1 */
function requireCharset(charset: string | undefined, encoding: string): void {
  if (charset === undefined || charset.toLowerCase() === encoding.toLowerCase()) return;
  if (charset.toLowerCase() === 'utf-16' && encoding.toLowerCase().startsWith('utf-16')) return;
  throw new GatewayError('XML_FORBIDDEN', { detail: `charset ${charset}, but the envelope is ${encoding}` });
}
