import { X509Certificate } from 'node:crypto';
import { GatewayError } from '../../errors.ts';
import { elementsWhere, textContent } from '../../xml/tree.ts';
import { isDs } from '../../xmlsec/strict-elements.ts';
import type { ParsedSignature } from '../../xmlsec/signature.ts';
import { type SignedPart, verifyEnvelope } from '../../xmlsec/verify.ts';
import { requireCoverage } from '../inbound/verify.ts';
import type { EvidenceMessage } from './read-evidence-message.ts';

/**
 * A signature for which no contract names the certificate: it must hold all the same, by the certificate `pem` of the
 * evidence or else the one in its own KeyInfo. Whose that is, nothing says. Throws SIGNATURE_*.
 */
export async function checkUnagreedSignature(
  read: EvidenceMessage & { readonly signature: ParsedSignature },
  parts: readonly SignedPart[],
  pem: Buffer | undefined,
): Promise<void> {
  const { document, soap, signature } = read;
  if (soap.header === undefined) throw new GatewayError('SIGNATURE_INVALID');
  const digests = signature.references.map(({ digest }) => digest);
  const verified = await verifyEnvelope({
    document,
    header: soap.header,
    parts,
    certificate: pem === undefined ? certificateIn(signature) : derOf(pem),
    allow: { digests, signatures: [signature.algorithm] },
  });
  requireCoverage(read, verified);
}

function certificateIn({ keyInfo }: ParsedSignature): Buffer {
  const [found] = keyInfo === undefined ? [] : elementsWhere(keyInfo, (el) => isDs(el, 'X509Certificate'));
  if (found === undefined) throw new GatewayError('SIGNATURE_INVALID', { detail: 'nothing names a certificate' });
  return derOf(Buffer.from(textContent(found), 'base64'));
}

function derOf(certificate: Buffer): Buffer {
  try {
    return new X509Certificate(certificate).raw;
  } catch (cause) {
    throw new GatewayError('SIGNATURE_INVALID', { detail: 'the certificate cannot be read', cause });
  }
}
