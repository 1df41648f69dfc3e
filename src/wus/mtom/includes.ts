import { GatewayError } from '../../errors.ts';
import { decodeCid } from '../../mime/content-id.ts';
import type { SoapEnvelope } from '../../soap/envelope.ts';
import type { XmlElement } from '../../xml/tree.ts';
import { XENC_NAMESPACE } from '../../xmlsec/encryption/algorithms.ts';
import { WSSE_NAMESPACE, XOP_NAMESPACE } from '../namespaces.ts';

const LOCAL_NAME = 'Include';

/** An xop:Include and the attachment that it stands for. */
export interface Include {
  readonly element: XmlElement;
  /** Decoded from its `cid:`, once. */
  readonly contentId: string;
}

/**
 * Every xop:Include from an element downwards, in document order. An Include is the only child of its parent, has a `cid:` and
 * nothing else: what a signature over the expanded form does not see may not be there. Throws WUS_ATTACHMENT. @spec XOP 1.0 §2.1
 */
export function findIncludes(from: XmlElement): readonly Include[] {
  const found: Include[] = [];
  // Names of elements stand in a document as they are: most have none of that name, which octets tell sooner than a walk.
  if (from.source.subarray(from.start, from.end).includes(LOCAL_NAME)) collect(from, found);
  return found;
}

/** The xop:Include that an element holds in the place of its base64; undefined when it holds none. Throws WUS_ATTACHMENT. */
export function includeIn(el: XmlElement): Include | undefined {
  for (const child of el.children) if (child.kind === 'element' && isInclude(child)) return readInclude(child);
  return undefined;
}

/**
 * Every Include of an envelope, each where binary content may stand: in an element of the Body's content, in a token, in a cipher
 * text. Throws WUS_ATTACHMENT. @spec WS-Security 1.1 §5.1, MTOM §3
 */
export function placedIncludes({ envelope, body }: SoapEnvelope): readonly Include[] {
  const includes = findIncludes(envelope);
  for (const { element } of includes) {
    const parent = element.parent;
    if (parent !== undefined && (isSecurityBinary(parent) || isWithin(parent.parent, body))) continue;
    throw refusal(`an Include in ${parent?.localName ?? 'no element'}`);
  }
  return includes;
}

function collect(el: XmlElement, found: Include[]): void {
  if (isInclude(el)) found.push(readInclude(el));
  else for (const child of el.children) if (child.kind === 'element') collect(child, found);
}

function isInclude({ namespace, localName }: XmlElement): boolean {
  return namespace === XOP_NAMESPACE && localName === LOCAL_NAME;
}

function readInclude(element: XmlElement): Include {
  if (element.parent?.children.length !== 1) throw refusal('an Include beside other content');
  if (element.children.length > 0) throw refusal('an Include with content');
  const [href, surplus] = element.attributes;
  if (href === undefined || surplus !== undefined || href.localName !== 'href' || href.namespace !== '') {
    throw refusal('an Include without href, or with more than that');
  }
  const contentId = decodeCid(href.value);
  if (contentId === undefined) throw refusal(`an Include of ${JSON.stringify(href.value.slice(0, SHOWN))}`);
  return { element, contentId };
}

/** Characters of an href that the log shows. */
const SHOWN = 200;

function isSecurityBinary({ namespace, localName }: XmlElement): boolean {
  return (
    (namespace === WSSE_NAMESPACE && localName === 'BinarySecurityToken') ||
    (namespace === XENC_NAMESPACE && localName === 'CipherValue')
  );
}

function isWithin(el: XmlElement | undefined, ancestor: XmlElement): boolean {
  for (let at = el; at !== undefined; at = at.parent) if (at === ancestor) return true;
  return false;
}

function refusal(detail: string): GatewayError {
  return new GatewayError('WUS_ATTACHMENT', { detail });
}
