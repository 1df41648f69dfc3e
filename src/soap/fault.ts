import type { GatewayError } from '../errors.ts';
import { childElements, textContent } from '../xml/tree.ts';
import { escapeText, tag } from '../xml/writer.ts';
import { isSoap, SOAP_NS, type SoapEnvelope } from './envelope.ts';

/** How much of a partner's faultcode or faultstring is kept. */
const FAULT_TEXT_MAX = 1000;

export interface SoapFault {
  /** Without prefix: Client, Server, MustUnderstand, VersionMismatch, or what the partner made of it. */
  readonly faultcode: string | undefined;
  readonly faultstring: string | undefined;
}

/** The SOAP Fault for an error: its row's faultcode and title, and nothing of the message or of us. @spec SOAP 1.1 §4.4 */
export function writeFault(error: GatewayError): Buffer {
  const { soap, title } = error.row;
  const fault = tag('soap:Fault', {}, tag('faultcode', {}, `soap:${soap}`), tag('faultstring', {}, escapeText(title)));
  return Buffer.from(tag('soap:Envelope', { 'xmlns:soap': SOAP_NS }, tag('soap:Body', {}, fault)), 'utf8');
}

/** The Fault that a partner sent, cut to a sane length; undefined when the Body holds none. */
export function readFault({ body }: SoapEnvelope): SoapFault | undefined {
  const fault = childElements(body).find((element) => isSoap(element, 'Fault'));
  if (fault === undefined) return undefined;
  // SOAP 1.1 leaves these two unqualified; peers that qualify them are read as well.
  const text = (localName: string): string | undefined => {
    const element = childElements(fault).find((child) => child.localName === localName);
    return element === undefined ? undefined : textContent(element).trim().slice(0, FAULT_TEXT_MAX);
  };
  const code = text('faultcode');
  return { faultcode: code?.slice(code.indexOf(':') + 1), faultstring: text('faultstring') };
}
