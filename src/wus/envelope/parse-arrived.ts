import { isUtf8 } from 'node:buffer';
import { GatewayError } from '../../errors.ts';
import { parseEnvelope, type SoapEnvelope } from '../../soap/envelope.ts';
import { DEFAULT_XML_LIMITS, type XmlLimits } from '../../xml/limits.ts';
import { childElements, parseXml, type XmlDocument } from '../../xml/tree.ts';

export interface ParsedEnvelope {
  readonly document: XmlDocument;
  readonly soap: SoapEnvelope;
}

/** An envelope, and when it was complete: attachments may take their time after it. */
export interface TimedEnvelope extends ParsedEnvelope {
  /** ms since 1970. */
  readonly arrivedAt: number;
}

/**
 * The time that a Timestamp is held against: that of the envelope. How long attachments took is no fault of the message, up to
 * `maxAgeMs`: for so long it has to be remembered longer. @spec Digikoppeling WB002
 */
export function timeOfArrival(
  { arrivedAt }: TimedEnvelope,
  { now, maxAgeMs }: { readonly now: number; readonly maxAgeMs: number },
): number {
  return Math.max(arrivedAt, now - maxAgeMs);
}

const DECLARED = /^(?:\xef\xbb\xbf)?<\?xml[^>]{0,200}?encoding[ \t\r\n]*=[ \t\r\n]*["']([^"'<>]*)["']/;

/**
 * Throws WUS_ENCODING for anything but UTF-8, whether octets, declaration or charset say so; else what XML and SOAP 1.1 ask, and WS-I: the
 * Body is last. @spec Digikoppeling WS006, WW001, WS-I Basic Profile 1.2 R1011
 */
export function parseArrived(bytes: Buffer, charset: string | undefined): ParsedEnvelope {
  requireUtf8(charset, 'the charset');
  requireUtf8(DECLARED.exec(bytes.toString('latin1', 0, 256))?.[1], 'the declaration');
  const document = parseUtf8(bytes);
  if (document.encoding !== 'UTF-8') throw encoding('the octets are UTF-16');
  const soap = parseEnvelope(document);
  if (childElements(soap.envelope).at(-1) !== soap.body) {
    throw new GatewayError('SOAP_MALFORMED', { location: '/Envelope', detail: 'an element follows the Body' });
  }
  return { document, soap };
}

/** Throws WUS_ENCODING. Undefined says nothing, and so UTF-8. */
export function requireUtf8(name: string | undefined, where: string): void {
  if (name !== undefined && name.toLowerCase() !== 'utf-8') throw encoding(`${where} says ${name.slice(0, 40)}`);
}

function parseUtf8(bytes: Buffer): XmlDocument {
  try {
    return parseXml(bytes, limitsFor(bytes));
  } catch (error) {
    throw error instanceof GatewayError && error.code !== 'XML_LIMIT' && !isUtf8(bytes)
      ? encoding('the octets are not UTF-8', error)
      : error;
  }
}

/** How large an envelope may be was decided when it came. */
function limitsFor({ length }: Buffer): XmlLimits {
  return length > DEFAULT_XML_LIMITS.maxBytes ? { ...DEFAULT_XML_LIMITS, maxBytes: length } : DEFAULT_XML_LIMITS;
}

function encoding(detail: string, cause?: unknown): GatewayError {
  return new GatewayError('WUS_ENCODING', { detail, cause });
}
