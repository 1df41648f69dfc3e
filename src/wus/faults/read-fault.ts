import { isSoap, type SoapEnvelope } from '../../soap/envelope.ts';
import { childElements, resolvePrefix, simpleText, type XmlElement } from '../../xml/tree.ts';
import type { WusFault } from '../content.ts';
import { standalone } from '../envelope/standalone.ts';

/** How much of a text is kept. */
const TEXT_MAX = 1000;
const NAME = /^(?:([^\s:]+):)?([^\s:]+)$/;

/** The soap:Fault that is the only child of the Body, or undefined. @spec SOAP 1.1 §4.4 */
export function readFault({ body }: Pick<SoapEnvelope, 'body'>): WusFault | undefined {
  const [fault, second] = childElements(body);
  if (fault === undefined || second !== undefined) return undefined;
  return readFaultElement(fault);
}

/** Undefined when the element is no soap:Fault. */
export function readFaultElement(fault: XmlElement): WusFault | undefined {
  if (!isSoap(fault, 'Fault')) return undefined;
  const detail = part(fault, 'detail');
  return {
    faultcode: codeOf(part(fault, 'faultcode')),
    faultstring: textOf(part(fault, 'faultstring')) ?? '',
    faultactor: textOf(part(fault, 'faultactor')),
    detail: detail === undefined ? [] : childElements(detail).map(standalone),
  };
}

/** SOAP 1.1 leaves these unqualified; peers that qualify them are read as well. */
function part(fault: XmlElement, localName: string): XmlElement | undefined {
  return childElements(fault).find((child) => child.localName === localName);
}

function textOf(element: XmlElement | undefined): string | undefined {
  return element === undefined ? undefined : simpleText(element)?.trim().slice(0, TEXT_MAX);
}

/** The prefix may be declared on the faultcode itself; one that is declared nowhere stays part of the name. */
function codeOf(element: XmlElement | undefined): WusFault['faultcode'] {
  const text = textOf(element) ?? '';
  const [, prefix, localName] = NAME.exec(text) ?? [];
  if (element === undefined || localName === undefined || prefix === undefined)
    return { namespace: '', localName: text };
  const namespace = resolvePrefix(element, prefix);
  return namespace === undefined ? { namespace: '', localName: text } : { namespace, localName };
}
