import { attribute, childElements, resolvePrefix } from '../../xml/tree.ts';
import type { XmlElement } from '../../xml/tree.ts';
import type { QualifiedName } from './wsdl.ts';

export const WSDL_NAMESPACE = 'http://schemas.xmlsoap.org/wsdl/';
export const SOAP_BINDING = 'http://schemas.xmlsoap.org/wsdl/soap/';
export const SOAP12_BINDING = 'http://schemas.xmlsoap.org/wsdl/soap12/';
export const SOAP_HTTP = 'http://schemas.xmlsoap.org/soap/http';
export const SOAP_ENCODING = 'http://schemas.xmlsoap.org/soap/encoding/';
export const WSAM_NAMESPACE = 'http://www.w3.org/2007/05/addressing/metadata';
/** Of drafts of WS-Addressing Metadata, which toolkits still write. */
export const WSAW_NAMESPACE = 'http://www.w3.org/2006/05/addressing/wsdl';
export const XSD_NAMESPACE = 'http://www.w3.org/2001/XMLSchema';
export const XSI_NAMESPACE = 'http://www.w3.org/2001/XMLSchema-instance';
export const XMIME_NAMESPACE = 'http://www.w3.org/2005/05/xmlmime';

const WHITE_SPACE = /^[ \t\r\n]+|[ \t\r\n]+$/g;

/** Key of a component in an index. */
export function keyOf({ namespace, localName }: QualifiedName): string {
  return `{${namespace}}${localName}`;
}

/** `localName {namespace}`, for people. */
export function describeName({ namespace, localName }: QualifiedName): string {
  return namespace === '' ? localName : `${localName} of ${namespace}`;
}

/** An attribute without namespace, without white space at its ends. */
export function plainAttribute(el: XmlElement, name: string): string | undefined {
  return attribute(el, '', name)?.replaceAll(WHITE_SPACE, '');
}

/** Name of a component; '' where it has none. */
export function nameOf(el: XmlElement): string {
  return plainAttribute(el, 'name') ?? '';
}

/** A name with a prefix, as it stands at an element; undefined where the prefix is not declared. */
export function resolveName(el: XmlElement, text: string): QualifiedName | undefined {
  const colon = text.indexOf(':');
  const prefix = colon < 0 ? '' : text.slice(0, colon);
  const namespace = resolvePrefix(el, prefix) ?? (colon < 0 ? '' : undefined);
  return namespace === undefined ? undefined : { namespace, localName: text.slice(colon + 1) };
}

export function childrenIn(el: XmlElement, namespace: string): readonly XmlElement[] {
  return childElements(el).filter((child) => child.namespace === namespace);
}
