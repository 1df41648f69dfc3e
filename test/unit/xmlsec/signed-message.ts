import { hash, sign } from 'node:crypto';
import { canonicalize, digestCanonical } from '../../../src/xml/c14n.ts';
import { elementsWhere, findChild, parseXml, type XmlElement } from '../../../src/xml/tree.ts';
import { isForNextActor, SOAP_NAMESPACE } from '../../../src/xmlsec/actor-filter.ts';
import { canonicalFormOf } from '../../../src/xmlsec/canonical-form.ts';
import { signEnvelope } from '../../../src/xmlsec/sign.ts';
import {
  type SignedPart,
  type VerifiedEnvelope,
  verifyEnvelope,
  type VerifyInput,
} from '../../../src/xmlsec/verify.ts';
import { partyA, type TestParty } from '../../setup/test-keys.ts';

export const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
export const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
export const INCLUSIVE = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
export const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
export const DS = 'http://www.w3.org/2000/09/xmldsig#';
export const NEXT = 'http://schemas.xmlsoap.org/soap/actor/next';
export const NEXT_MSH = 'urn:oasis:names:tc:ebxml-msg:actor:nextMSH';
export const ALLOW = { digests: [SHA256], signatures: [RSA_SHA256] };

export const SYNC_REPLY = `<eb:SyncReply soap:actor="${NEXT}" soap:mustUnderstand="1" eb:version="2.0"></eb:SyncReply>`;
export const HEADER =
  '<eb:MessageHeader soap:mustUnderstand="1" eb:version="2.0"><eb:Action>doen</eb:Action></eb:MessageHeader>';
export const BODY =
  '<eb:Manifest eb:version="2.0"><eb:Reference xlink:href="cid:part-1@a.test" xlink:type="simple"></eb:Reference></eb:Manifest>';

export interface TestPart {
  readonly contentId: string;
  readonly body: Buffer;
}

export const PARTS: readonly TestPart[] = [{ contentId: 'part-1@a.test', body: Buffer.from('<b>één</b>\r\n') }];

export function envelope(header = HEADER + SYNC_REPLY, body = BODY): string {
  return (
    `<soap:Envelope xmlns:ds="${DS}" xmlns:eb="http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd"` +
    ` xmlns:soap="${SOAP_NAMESPACE}" xmlns:xlink="http://www.w3.org/1999/xlink">` +
    `<soap:Header>${header}</soap:Header><soap:Body>${body}</soap:Body></soap:Envelope>`
  );
}

/** The message as this gateway signs it. */
export function signMessage(markup = envelope(), parts = PARTS, party: TestParty = partyA): Promise<Buffer> {
  return signEnvelope({
    envelope: markup,
    parts: parts.map(({ contentId, body }) => ({ contentId, digest: hash('sha256', body, 'buffer') })),
    digest: SHA256,
    signature: RSA_SHA256,
    certificate: party.certificate,
    sign: party.sign,
  });
}

export function signedParts(parts: readonly TestPart[]): SignedPart[] {
  return parts.map(({ contentId, body }) => ({ contentId, digest: (name) => hash(name, body, 'buffer') }));
}

export function verifyMessage(bytes: Uint8Array | string, more: Partial<VerifyInput> = {}): Promise<VerifiedEnvelope> {
  const document = parseXml(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
  const header = headerOf(document.root);
  const parts = signedParts(PARTS);
  return verifyEnvelope({ document, header, parts, certificate: partyA.certificate, allow: ALLOW, ...more });
}

export function headerOf(root: XmlElement): XmlElement {
  const header = findChild(root, SOAP_NAMESPACE, 'Header');
  if (header === undefined) throw new Error('the test document has no Header');
  return header;
}

export const xpath = (prefix = 'soap'): string =>
  `not(ancestor-or-self::node()[@${prefix}:actor="${NEXT_MSH}"]|ancestor-or-self::node()[@${prefix}:actor="${NEXT}"])`;

/** What a test changes in a signature before it is signed for good with the partner's own key. */
export interface SignatureMarkup {
  readonly canonicalization?: string;
  readonly method?: string;
  readonly transforms?: string;
  readonly envelopeReference?: string;
  readonly references?: string;
  readonly tail?: string;
  readonly keyInfo?: string;
}

export const algorithm = (name: string, uri: string, content = ''): string =>
  `<ds:${name} Algorithm="${uri}">${content}</ds:${name}>`;

export const TRANSFORMS: readonly string[] = [
  algorithm('Transform', `${DS}enveloped-signature`),
  algorithm('Transform', 'http://www.w3.org/TR/1999/REC-xpath-19991116', `<ds:XPath>${xpath()}</ds:XPath>`),
  algorithm('Transform', INCLUSIVE),
];

export function reference(uri: string, digest: string, transforms = ''): string {
  const wrapped = transforms === '' ? '' : `<ds:Transforms>${transforms}</ds:Transforms>`;
  return `<ds:Reference URI="${uri}">${wrapped}${algorithm('DigestMethod', SHA256)}<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`;
}

export const partReference = ({ contentId, body }: TestPart, uri = `cid:${contentId}`): string =>
  reference(uri, hash('sha256', body, 'base64'));

/** Markup of a Signature whose values are still to be filled in. */
export function signatureMarkup(changes: SignatureMarkup = {}): string {
  const transforms = changes.transforms ?? TRANSFORMS.join('');
  return (
    '<ds:Signature>\n<ds:SignedInfo>' +
    (changes.canonicalization ?? algorithm('CanonicalizationMethod', INCLUSIVE)) +
    (changes.method ?? algorithm('SignatureMethod', RSA_SHA256)) +
    (changes.envelopeReference ?? reference('', '@ENVELOPE@', transforms)) +
    (changes.references ?? PARTS.map((one) => partReference(one)).join('')) +
    `${changes.tail ?? ''}</ds:SignedInfo>\n<ds:SignatureValue>@SIGNATURE@</ds:SignatureValue>` +
    `${changes.keyInfo ?? ''}</ds:Signature>`
  );
}

/** Puts a Signature of any markup into a message and fills in digest and value, so that only what the test changed can be refused. */
export function signAsMarked(
  changes: SignatureMarkup | string,
  markup = envelope(),
  party: TestParty = partyA,
): string {
  const signature = typeof changes === 'string' ? changes : signatureMarkup(changes);
  return fillIn(
    markup.replace('</soap:Header>', () => `${signature}</soap:Header>`),
    party,
  );
}

export function fillIn(message: string, party: TestParty = partyA): string {
  const { root, ...rest } = parseXml(Buffer.from(message));
  const form = canonicalFormIn(root, 'Transform');
  const leftOut = elementsWhere(
    root,
    (el) => isForNextActor(el) || (el.localName === 'Signature' && el.parent?.localName === 'Header'),
  );
  const digest = digestCanonical({ root, ...rest }, { ...form, digest: 'sha256' }, leftOut);
  const digested = message.replaceAll('@ENVELOPE@', digest.toString('base64'));
  const tree = parseXml(Buffer.from(digested)).root;
  const signedInfo = findDeep(tree, 'SignedInfo');
  if (signedInfo === undefined) throw new Error('the test document has no SignedInfo');
  const octets = canonicalize(signedInfo, canonicalFormIn(tree, 'CanonicalizationMethod'));
  return digested.replace('@SIGNATURE@', sign('sha256', octets, party.key).toString('base64'));
}

/** The form that the last element of that name asks; the inclusive one when it asks none that exists. */
function canonicalFormIn(root: XmlElement, localName: string): ReturnType<typeof canonicalFormOf> {
  const elements = allDeep(root, localName);
  const last = elements.at(-1);
  try {
    if (last !== undefined) return canonicalFormOf(last);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
  return { exclusive: false, comments: false };
}

export function findDeep(el: XmlElement, localName: string): XmlElement | undefined {
  return allDeep(el, localName)[0];
}

export function allDeep(el: XmlElement, localName: string): XmlElement[] {
  const own = el.localName === localName ? [el] : [];
  return [...own, ...el.children.flatMap((child) => (child.kind === 'element' ? allDeep(child, localName) : []))];
}
