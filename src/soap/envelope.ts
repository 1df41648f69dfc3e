import { GatewayError } from '../errors.ts';
import type { XmlDocument, XmlElement } from '../xml/tree.ts';
import { childElements } from '../xml/tree.ts';
import { holdsText } from './element-content.ts';

export const SOAP_NS = 'http://schemas.xmlsoap.org/soap/envelope/';

export interface SoapEnvelope {
  readonly envelope: XmlElement;
  readonly header: XmlElement | undefined;
  readonly body: XmlElement;
}

/**
 * Finds Header and Body: at most one Header, exactly one Body, in that order. Throws SOAP_VERSION for an Envelope of
 * another SOAP, SOAP_MALFORMED for everything else. @spec SOAP 1.1 §4, ebMS2 §2.3.3
 */
export function parseEnvelope(document: XmlDocument): SoapEnvelope {
  const envelope = document.root;
  if (envelope.localName !== 'Envelope') throw malformed('/', 'the root element is not an Envelope');
  if (envelope.namespace !== SOAP_NS) throw new GatewayError('SOAP_VERSION', { location: '/Envelope' });
  checkPart(envelope, '/Envelope');
  const children = childElements(envelope);
  const first = children[0];
  const header = first !== undefined && isSoap(first, 'Header') ? first : undefined;
  const at = header === undefined ? 0 : 1;
  const body = children[at];
  if (body === undefined || !isSoap(body, 'Body')) {
    throw malformed('/Envelope/Body', 'Body is missing or not in its place');
  }
  for (let index = at + 1; index < children.length; index += 1) refuseAfterBody(children[index]);
  if (header !== undefined) checkPart(header, '/Envelope/Header');
  checkPart(body, '/Envelope/Body');
  return { envelope, header, body };
}

/** Whether `element` has this name in the SOAP 1.1 namespace. */
export function isSoap(element: XmlElement, localName: string): boolean {
  return element.localName === localName && element.namespace === SOAP_NS;
}

/** SOAP 1.1 lets qualified elements follow the Body; nobody here reads them. */
function refuseAfterBody(element: XmlElement | undefined): void {
  if (element === undefined || (element.namespace !== SOAP_NS && element.namespace !== '')) return;
  throw malformed('/Envelope', 'an element of SOAP or of no namespace follows the Body');
}

/**
 * No text beside the elements, and no attribute that belongs to a header block: the actor filter of a signature would
 * leave out all of an Envelope, Header or Body that carried soap:actor.
 */
function checkPart(element: XmlElement, location: string): void {
  if (holdsText(element)) throw malformed(location, 'text stands between the elements');
  for (const { namespace, localName } of element.attributes) {
    if (namespace === SOAP_NS && localName !== 'encodingStyle') {
      throw malformed(location, 'an attribute of a header block stands outside of one');
    }
  }
}

function malformed(location: string, detail: string): GatewayError {
  return new GatewayError('SOAP_MALFORMED', { location, detail });
}
