import type { XmlDocument, XmlElement } from '../xml/tree.ts';
import { isForNextActor, SOAP_NAMESPACE } from './actor-filter.ts';
import { refusal } from './refusal.ts';
import { isDs } from './strict-elements.ts';

export interface LocatedSignature {
  readonly signature: XmlElement;
  /** Tops of the subtrees that no digest covers: the Signature, and header blocks for the next actor. */
  readonly excluded: ReadonlySet<XmlElement>;
}

interface Finds {
  readonly signatures: XmlElement[];
  readonly forNextActor: XmlElement[];
}

/**
 * Finds the one ds:Signature of a document and what it leaves out. Another one anywhere, or one that is not a child of the Header,
 * is refused; so is the next actor on anything but a child of the Header, since the filter would take signed content away.
 * Throws SIGNATURE_MISSING, SIGNATURE_INVALID, SIGNATURE_COVERAGE.
 */
export function locateSignature(document: XmlDocument, header: XmlElement): LocatedSignature {
  if (header.parent !== document.root || header.localName !== 'Header' || header.namespace !== SOAP_NAMESPACE) {
    throw refusal('SIGNATURE_INVALID', 'the Header is not a child of the Envelope');
  }
  const finds: Finds = { signatures: [], forNextActor: [] };
  search(document.root, finds);
  const [signature, second] = finds.signatures;
  if (signature === undefined) throw refusal('SIGNATURE_MISSING', 'no Signature');
  if (second !== undefined) throw refusal('SIGNATURE_INVALID', 'more than one Signature');
  if (signature.parent !== header) throw refusal('SIGNATURE_INVALID', 'the Signature is not a child of the Header');
  for (const el of finds.forNextActor) {
    if (el.parent !== header)
      throw refusal('SIGNATURE_COVERAGE', `${el.localName} is put out of the signature by its actor`);
  }
  return { signature, excluded: new Set([signature, ...finds.forNextActor]) };
}

function search(el: XmlElement, finds: Finds): void {
  if (isDs(el, 'Signature')) finds.signatures.push(el);
  else if (isForNextActor(el)) finds.forNextActor.push(el);
  for (const child of el.children) if (child.kind === 'element') search(child, finds);
}
