import { X509Certificate } from 'node:crypto';
import { parseEnvelope } from '../../src/soap/envelope.ts';
import { findChild, parseXml } from '../../src/xml/tree.ts';
import { verifyEnvelope } from '../../src/xmlsec/verify.ts';

const DS = 'http://www.w3.org/2000/09/xmldsig#';
const EB = 'http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd';
export const SHA_256 = {
  digests: ['http://www.w3.org/2001/04/xmlenc#sha256'],
  signatures: ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'],
};

/** The answer is a receipt; with a `signer` (PEM), one whose signature holds. */
export async function requireReceipt(answer: Buffer, signer: Buffer | undefined): Promise<void> {
  const document = parseXml(answer);
  const { header } = parseEnvelope(document);
  if (header === undefined || findChild(header, EB, 'Acknowledgment') === undefined)
    throw new Error(`no Acknowledgment: ${answer.toString().slice(0, 2000)}`);
  if (signer === undefined) return;
  if (findChild(header, DS, 'Signature') === undefined) throw new Error('the receipt is not signed');
  const certificate = new X509Certificate(signer).raw;
  await verifyEnvelope({ document, header, parts: [], certificate, allow: SHA_256 });
}
