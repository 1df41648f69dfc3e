import type * as asn1js from 'asn1js';
import type * as pkijs from 'pkijs';
import type { Certificate, Extension } from 'pkijs';

/** What a chain is judged by, decoded once a certificate. @spec RFC 5280 §4.2 */
export interface CertificateExtensions {
  readonly basicConstraints: { readonly ca: boolean; readonly pathLength: number | undefined } | undefined;
  /** First octet of the KeyUsage bits; undefined when there is no KeyUsage. */
  readonly keyUsage: number | undefined;
  readonly extendedKeyUsage: readonly string[] | undefined;
  /** A reason to refuse whatever the rest says. */
  readonly fault: string | undefined;
}

export const KEY_USAGE = { digitalSignature: 0x80, nonRepudiation: 0x40, keyCertSign: 0x04 } as const;

const OID = {
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  nameConstraints: '2.5.29.30',
  policyConstraints: '2.5.29.36',
  inhibitAnyPolicy: '2.5.29.54',
} as const;

/** Extensions that may be critical: those judged here, and those that restrict nothing which is judged here. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  OID.basicConstraints,
  OID.keyUsage,
  OID.extendedKeyUsage,
  '2.5.29.17', // subjectAltName: TLS judges host names
  '2.5.29.32', // certificatePolicies: any policy is acceptable
]);

/** Extensions that restrict and are not judged here: refused even when they are not critical. */
const UNSUPPORTED: ReadonlySet<string> = new Set([OID.nameConstraints, OID.policyConstraints, OID.inhibitAnyPolicy]);

const SHA2_SIGNATURES: ReadonlySet<string> = new Set([
  '1.2.840.113549.1.1.11', // RSA with SHA-256, 384, 512
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
  '1.2.840.10045.4.3.2', // ECDSA with SHA-256, 384, 512
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
]);
const RSASSA_PSS = '1.2.840.113549.1.1.10';
const SHA2_HASHES: ReadonlySet<string> = new Set([
  '2.16.840.1.101.3.4.2.1',
  '2.16.840.1.101.3.4.2.2',
  '2.16.840.1.101.3.4.2.3',
]);

/** Decodes the extensions of a DER certificate. Loads the ASN.1 library at first use: an idle gateway does without. */
export async function readExtensions(der: Uint8Array): Promise<CertificateExtensions> {
  const [pki, asn1] = await Promise.all([import('pkijs'), import('asn1js')]);
  try {
    return decode({ pki, asn1 }, pki.Certificate.fromBER(der));
  } catch {
    return { ...NONE, fault: 'the extensions cannot be decoded' };
  }
}

const NONE = { basicConstraints: undefined, keyUsage: undefined, extendedKeyUsage: undefined } as const;

type Pki = typeof pkijs;
type Asn1 = typeof asn1js;

function decode(
  { pki, asn1 }: { readonly pki: Pki; readonly asn1: Asn1 },
  certificate: Certificate,
): CertificateExtensions {
  const extensions = certificate.extensions ?? [];
  const find = (oid: string): Extension | undefined => extensions.find((extension) => extension.extnID === oid);
  const constraints = find(OID.basicConstraints)?.parsedValue;
  const usages = find(OID.extendedKeyUsage)?.parsedValue;
  return {
    basicConstraints:
      constraints instanceof pki.BasicConstraints
        ? { ca: constraints.cA, pathLength: pathLength(constraints.pathLenConstraint) }
        : undefined,
    keyUsage: keyUsageBits(asn1, find(OID.keyUsage)),
    extendedKeyUsage: usages instanceof pki.ExtKeyUsage ? usages.keyPurposes : undefined,
    fault: extensionFault(extensions) ?? signatureFault(certificate, pki.RSASSAPSSParams),
  };
}

function pathLength(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  // An integer too large for a number comes as an object: no chain here is that long.
  return typeof value === 'number' ? value : Number.MAX_SAFE_INTEGER;
}

function keyUsageBits(asn1: Asn1, extension: Extension | undefined): number | undefined {
  if (extension === undefined) return undefined;
  const bits: unknown = extension.parsedValue;
  return bits instanceof asn1.BitString ? (bits.valueBlock.valueHexView[0] ?? 0) : 0;
}

function extensionFault(extensions: readonly Extension[]): string | undefined {
  const seen = new Set<string>();
  for (const { extnID, critical, parsedValue } of extensions) {
    if (seen.has(extnID)) return `extension ${extnID} stands twice`;
    seen.add(extnID);
    if (UNSUPPORTED.has(extnID)) return `extension ${extnID} is not supported`;
    if (critical && !UNDERSTOOD.has(extnID)) return `critical extension ${extnID} is not known`;
    if (UNDERSTOOD.has(extnID) && parsedValue === undefined) return `extension ${extnID} cannot be decoded`;
  }
  return undefined;
}

function signatureFault(certificate: Certificate, PssParams: Pki['RSASSAPSSParams']): string | undefined {
  const { algorithmId, algorithmParams } = certificate.signatureAlgorithm;
  if (SHA2_SIGNATURES.has(algorithmId)) return undefined;
  if (algorithmId !== RSASSA_PSS) return `signature algorithm ${algorithmId} is not SHA-2`;
  const { hashAlgorithm } = new PssParams({ schema: algorithmParams });
  return SHA2_HASHES.has(hashAlgorithm.algorithmId) ? undefined : `PSS hash ${hashAlgorithm.algorithmId} is not SHA-2`;
}
