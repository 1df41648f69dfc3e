import { type ErrorRow, type GatewayError, SECURITY_TITLE } from '../../errors.ts';
import { SOAP_NS } from '../../soap/envelope.ts';
import { escapeText, tag } from '../../xml/writer.ts';
import type { WusFault } from '../content.ts';
import { WSSE_NAMESPACE } from '../namespaces.ts';

/**
 * The markup of soap:Fault for an error: code and title of its row, and nothing of the message or of us. Everything in signature,
 * certificate, Timestamp, decryption and replay looks the same. @spec SOAP 1.1 §4.4, WS-Security 1.1 §12
 */
export function errorMarkup({ row }: GatewayError): string {
  if (isSecurityFailure(row)) {
    const code = tag('faultcode', { 'xmlns:wsse': WSSE_NAMESPACE }, 'wsse:InvalidSecurity');
    return fault(code, SECURITY_TITLE);
  }
  const text = row.wus === undefined ? row.title : `${row.wus} ${row.title}`;
  return fault(tag('faultcode', {}, `soap:${row.soap}`), text);
}

function isSecurityFailure({ title }: ErrorRow): boolean {
  return title === SECURITY_TITLE;
}

/** The markup of a fault that is passed on as it is. Throws XML_FORBIDDEN. */
export function faultMarkup({ faultcode, faultstring, faultactor, detail }: WusFault): string {
  const actor = faultactor === undefined ? '' : tag('faultactor', {}, escapeText(faultactor));
  const details = detail.map((one) => one.toString('utf8'));
  return fault(codeMarkup(faultcode), faultstring, actor, details.length === 0 ? '' : tag('detail', {}, ...details));
}

function codeMarkup({ namespace, localName }: WusFault['faultcode']): string {
  const name = escapeText(localName);
  if (namespace === SOAP_NS) return tag('faultcode', {}, `soap:${name}`);
  if (namespace === '') return tag('faultcode', {}, name);
  return tag('faultcode', { 'xmlns:code': namespace }, `code:${name}`);
}

function fault(code: string, text: string, ...more: readonly string[]): string {
  return tag('soap:Fault', { 'xmlns:soap': SOAP_NS }, code, tag('faultstring', {}, escapeText(text)), ...more);
}
