import { createHash, type X509Certificate } from 'node:crypto';
import { GatewayError } from '../../errors.ts';
import { DerError, DerReader, extensionsOf, serialOf, TAG } from './der.ts';
import { readDistributionPoints } from './distribution-points.ts';

/** What the search for a list needs of a certificate. */
export interface CertificatePoints {
  /** As `serialOf` gives it. */
  readonly serial: string;
  /** DER of its own name. */
  readonly subject: Buffer;
  /** Name and key together, as text: renewed certificates of one CA share it. */
  readonly identity: string;
  /** Addresses of lists. */
  readonly urls: readonly string[];
  /** Whether its KeyUsage lets it sign lists. */
  readonly signsLists: boolean;
  readonly isAuthority: boolean;
}

const OID = { distributionPoints: '2.5.29.31', keyUsage: '2.5.29.15' } as const;
const CRL_SIGN = 0x02;
const known = new WeakMap<X509Certificate, CertificatePoints>();

/**
 * Read once a certificate. A damaged extension counts as absent: the list that is then missing refuses it.
 * Throws CERTIFICATE_UNTRUSTED for what OpenSSL reads and is no DER.
 */
export function pointsOf(certificate: X509Certificate): CertificatePoints {
  const before = known.get(certificate);
  if (before !== undefined) return before;
  const points = lenient(() => read(certificate), undefined);
  if (points === undefined) throw new GatewayError('CERTIFICATE_UNTRUSTED', { detail: 'the certificate is no DER' });
  known.set(certificate, points);
  return points;
}

function read(certificate: X509Certificate): CertificatePoints {
  const body = new DerReader(certificate.raw).within(TAG.sequence).within(TAG.sequence);
  body.maybe(0xa0);
  const serial = serialOf(body.read(TAG.integer));
  body.read(TAG.sequence);
  body.read(TAG.sequence);
  body.read(TAG.sequence);
  const subject = body.read(TAG.sequence).raw;
  const key = body.read(TAG.sequence).raw;
  while (!body.done && body.next !== 0xa3) body.any();
  const explicit = body.maybe(0xa3);
  const extensions = explicit === undefined ? [] : extensionsOf(new DerReader(explicit.content).within(TAG.sequence));
  const find = (oid: string): Buffer | undefined => extensions.find((one) => one.oid === oid)?.value;
  const points = find(OID.distributionPoints);
  const usage = find(OID.keyUsage);
  return {
    serial,
    subject,
    identity: createHash('sha256').update(subject).update(key).digest('base64'),
    urls: points === undefined ? [] : lenient(() => readDistributionPoints(points), []),
    signsLists: usage === undefined || lenient(() => mayCrlSign(usage), false),
    isAuthority: certificate.ca,
  };
}

function mayCrlSign(usage: Buffer): boolean {
  return ((new DerReader(usage).read(TAG.bitString).content[1] ?? 0) & CRL_SIGN) !== 0;
}

function lenient<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof DerError) return otherwise;
    throw error;
  }
}
