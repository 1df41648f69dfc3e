import { GatewayError } from '../../errors.ts';
import { type XmlDocument, type XmlElement, parseXml } from '../../xml/tree.ts';
import { DS_NAMESPACE } from '../../xmlsec/algorithms.ts';
import { verifyEnveloped } from '../../xmlsec/verify-enveloped.ts';
import { readCertificate } from '../certificate.ts';
import { child } from '../element-reader.ts';
import type { Cpa, PartyInfo } from '../model.ts';
import { typedKey } from '../typed-value.ts';
import { finding } from './finding-table.ts';
import type { Finding } from './finding-table.ts';
import { ROOT } from './places.ts';
import type { RuleSubject } from './places.ts';

const PLACE = `${ROOT}/Signature`;
/** Both parties and a notary. */
const MOST = 3;

/**
 * Each ds:Signature over the CPA must hold, and be of a certificate that the CPA names for one of the parties. A later one
 * covers those before it; an earlier one was made without those after it. @spec CPPA 2.0 §9.9
 */
export function checkSignatures({ cpa }: RuleSubject): readonly Finding[] {
  if (!cpa.signed) return cpa.status === 'signed' ? [finding('CPA_SIGNATURE_MISSING', PLACE)] : [];
  const document = parseXml(cpa.bytes);
  const signatures = dsElements(child(document.root, 'Signature'), 'Signature');
  if (signatures.length === 0 || signatures.length > MOST) {
    return [finding('CPA_SIGNATURE_INVALID', PLACE, `${signatures.length} ds:Signature elements`)];
  }
  return signatures.map((_, index) => checkOne({ cpa, document, signatures }, index));
}

interface Signed {
  readonly cpa: Cpa;
  readonly document: XmlDocument;
  readonly signatures: readonly XmlElement[];
}

function checkOne({ cpa, document, signatures }: Signed, index: number): Finding {
  const place = `${PLACE}/Signature[${index + 1}]`;
  const signature = signatures[index];
  const certificate = signature && signerOf(signature);
  if (certificate === undefined || signature === undefined) {
    return finding('CPA_SIGNATURE_INVALID', place, 'KeyInfo holds no X509Certificate');
  }
  const signer = cpa.parties.find((party) => names(party, certificate));
  if (signer === undefined) return finding('CPA_SIGNATURE_STRANGER', place, readCertificate(certificate)?.subject);
  try {
    const later = signatures.slice(index + 1);
    verifyEnveloped({ document, signature, later, certificate, allow: ALLOWED });
    return finding('CPA_SIGNATURE_VALID', place, signer.partyIds.map(typedKey).join(', '));
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return finding('CPA_SIGNATURE_INVALID', place, error.detail);
  }
}

/** SHA-2 only: a contract is not traffic with a partner of long ago, it can be signed anew. */
const ALLOWED = {
  digests: [
    'http://www.w3.org/2001/04/xmlenc#sha256',
    'http://www.w3.org/2001/04/xmldsig-more#sha384',
    'http://www.w3.org/2001/04/xmlenc#sha512',
  ],
  signatures: ['sha256', 'sha384', 'sha512'].map((hash) => `http://www.w3.org/2001/04/xmldsig-more#rsa-${hash}`),
};

/** The first certificate in KeyInfo: it only chooses among those that the CPA names. */
function signerOf(signature: XmlElement): Uint8Array | undefined {
  const [keyInfo] = dsElements(signature, 'KeyInfo');
  const [data] = dsElements(keyInfo, 'X509Data');
  const [certificate] = dsElements(data, 'X509Certificate');
  const text = certificate?.children.map((node) => (node.kind === 'text' ? node.octets : '')).join('');
  return text === undefined ? undefined : Buffer.from(text, 'base64');
}

function dsElements(parent: XmlElement | undefined, localName: string): readonly XmlElement[] {
  return (parent?.children ?? []).filter(
    (node): node is XmlElement =>
      node.kind === 'element' && node.namespace === DS_NAMESPACE && node.localName === localName,
  );
}

function names(party: PartyInfo, certificate: Uint8Array): boolean {
  return [...party.certificates.values()].some(({ der }) => der !== undefined && Buffer.from(der).equals(certificate));
}
