import { createHash } from 'node:crypto';
import { canonicalize } from '../../src/xml/c14n.ts';
import { parseXml, type XmlElement } from '../../src/xml/tree.ts';
import type { TestParty } from './test-keys.ts';

const DS = 'http://www.w3.org/2000/09/xmldsig#';
const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const END = '</tns:CollaborationProtocolAgreement>';
const CLOSE = '</tns:Signature>';

/** A CPA with one more ds:Signature in its tns:Signature, over all that is there before it. @spec CPPA 2.0 §9.9 */
export async function signCpa(cpa: string, keys: TestParty): Promise<string> {
  const open = cpa.includes(CLOSE) ? cpa : cpa.replace(END, `<tns:Signature>${CLOSE}${END}`);
  const form = { exclusive: false, comments: false };
  const digest = createHash('sha256')
    .update(canonicalize(parseXml(Buffer.from(open)), form))
    .digest('base64');
  const transforms = algorithm('Transform', `${DS}enveloped-signature`) + algorithm('Transform', C14N);
  const reference =
    `<ds:Reference URI=""><ds:Transforms>${transforms}</ds:Transforms>` +
    `${algorithm('DigestMethod', SHA256)}<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`;
  const signedInfo = `<ds:SignedInfo>${algorithm('CanonicalizationMethod', C14N)}${algorithm('SignatureMethod', RSA_SHA256)}${reference}</ds:SignedInfo>`;
  const certificate = keys.certificate.toString('base64');
  const signature = (value: string): string =>
    `<ds:Signature xmlns:ds="${DS}">${signedInfo}<ds:SignatureValue>${value}</ds:SignatureValue>` +
    `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>`;
  const unsigned = open.replace(CLOSE, `${signature('')}${CLOSE}`);
  const info = elements(parseXml(Buffer.from(unsigned)).root).findLast((one) => one.localName === 'SignedInfo');
  if (info === undefined) throw new Error('the SignedInfo is gone');
  const value = await keys.sign('sha256', canonicalize(info, form));
  return open.replace(CLOSE, `${signature(value.toString('base64'))}${CLOSE}`);
}

function algorithm(name: string, uri: string): string {
  return `<ds:${name} Algorithm="${uri}"/>`;
}

function elements(root: XmlElement): readonly XmlElement[] {
  return [root, ...root.children.flatMap((node) => (node.kind === 'element' ? elements(node) : []))];
}
