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
  readonly parts: readonly ReceivedPart[];
  readonly receivedAt: number;
  readonly remote: string;
}

/** Octets of an envelope → typed message. Throws XML_*, SOAP_*, HEADER_INVALID, FEATURE_UNSUPPORTED. */
export function parseArrived(arrived: ArrivedEnvelope, limits: XmlLimits): ParsedMessage {
  const { envelope, ...rest } = arrived;
  const document = parseXml(envelope, limits);
  const soap = parseEnvelope(document);
  if (soap.header === undefined) throw new GatewayError('HEADER_INVALID', { location: '//Header' });
  checkMustUnderstand(soap.header, understands);
  return { ...rest, envelopeBytes: envelope, document, soap, ...parseMessage(soap) };
}
