import { GatewayError } from '../../errors.ts';
import type { SoapEnvelope } from '../../soap/envelope.ts';
import { childElements, type XmlElement } from '../../xml/tree.ts';
import type { QualifiedName } from '../wsdl/wsdl.ts';

/** The one child of soap:Body. Throws WUS_BODY when there is none, or another one. @spec Digikoppeling WW003 */
export function bodyElement({ body }: Pick<SoapEnvelope, 'body'>): XmlElement {
  const [only, second] = childElements(body);
  if (only === undefined || second !== undefined) {
    const detail = `soap:Body has ${only === undefined ? 'no child' : 'more than one child'}`;
    throw new GatewayError('WUS_BODY', { location: '/Envelope/Body', detail });
  }
  return only;
}

export function isElement(element: XmlElement, { namespace, localName }: QualifiedName): boolean {
  return element.localName === localName && element.namespace === namespace;
}
