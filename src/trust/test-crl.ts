import { sign, X509Certificate } from 'node:crypto';
import type * as asn1js from 'asn1js';
import type * as pkijs from 'pkijs';
import type { CertificateRevocationList, Extension } from 'pkijs';
import type { TestCa } from './test-pki.ts';

export interface ListOptions {
  readonly ca: TestCa;
  /** PEM or DER of the list before, whose entries stay. */
  readonly before?: Uint8Array | undefined;
  /** PEM of the certificates to be added. */
  readonly revoke?: readonly string[];
  readonly now?: number;
  /** Of validity; 3650 when absent, as long as the CA. */
  readonly days?: number;
  /** Instead of a whole list: what tests want to see refused. Each is `extnID`, critical, and DER of the value. */
  readonly extensions?: readonly (readonly [string, boolean, Uint8Array])[];
}

interface Libraries {
  readonly pki: typeof pkijs;
  readonly asn1: typeof asn1js;
}

const SHA256_WITH_RSA = '1.2.840.113549.1.1.11';
const DAY_MS = 86_400_000;
const CRL_NUMBER = '2.5.29.20';

/** The next revocation list of a test CA, as PEM. @spec RFC 5280 §5 */
export async function createList(options: ListOptions): Promise<string> {
  const [pki, asn1] = await Promise.all([import('pkijs'), import('asn1js')]);
  const { ca, now = Date.now(), days = 3650 } = options;
  const issuer = pki.Certificate.fromBER(bare(ca.certificate));
  const before = options.before === undefined ? undefined : pki.CertificateRevocationList.fromBER(bare(options.before));
  const time = (ms: number): InstanceType<typeof pki.Time> =>
    new pki.Time({ type: 0, value: new Date(Math.floor(ms / 1000) * 1000) });
  const fresh = (options.revoke ?? []).map((pem) => pki.Certificate.fromBER(bare(pem)).serialNumber);
  const list = new pki.CertificateRevocationList();
  list.version = 1;
  list.issuer = issuer.subject;
  list.thisUpdate = time(now);
  list.nextUpdate = time(now + days * DAY_MS);
  const revoked = [
    ...(before?.revokedCertificates ?? []),
    ...fresh.map((userCertificate) => new pki.RevokedCertificate({ userCertificate, revocationDate: time(now) })),
  ];
  if (revoked.length > 0) list.revokedCertificates = revoked;
  const more = (options.extensions ?? []).map(
    ([extnID, critical, value]) => new pki.Extension({ extnID, critical, extnValue: new Uint8Array(value).buffer }),
  );
  list.crlExtensions = new pki.Extensions({ extensions: [number({ pki, asn1 }, before), ...more] });
  return signList({ pki, asn1 }, list, ca.key);
}

/** Whether the CA of a test issued this certificate. */
export function isIssuedBy(ca: TestCa, pem: string): boolean {
  return new X509Certificate(pem).verify(new X509Certificate(ca.certificate).publicKey);
}

function number({ pki, asn1 }: Libraries, before: CertificateRevocationList | undefined): Extension {
  const last: unknown = before?.crlExtensions?.extensions.find(({ extnID }) => extnID === CRL_NUMBER)?.parsedValue;
  const value = new asn1.Integer({ value: last instanceof asn1.Integer ? last.valueBlock.valueDec + 1 : 1 });
  return new pki.Extension({ extnID: CRL_NUMBER, critical: false, extnValue: value.toBER() });
}

/** The library's own method leaves out the NULL parameter that RFC 4055 §5 demands. */
function signList({ pki, asn1 }: Libraries, list: CertificateRevocationList, key: string): string {
  const algorithm = { algorithmId: SHA256_WITH_RSA, algorithmParams: new asn1.Null() };
  list.signature = new pki.AlgorithmIdentifier(algorithm);
  list.signatureAlgorithm = new pki.AlgorithmIdentifier(algorithm);
  list.signatureValue = new asn1.BitString({ valueHex: new ArrayBuffer(1) });
  const [toBeSigned] = list.toSchema(true).valueBlock.value;
  if (toBeSigned === undefined) throw new Error('the library writes what is signed first');
  const signature = sign('sha256', new Uint8Array(toBeSigned.toBER()), key);
  list.signatureValue = new asn1.BitString({ valueHex: new Uint8Array(signature).buffer });
  const der = Buffer.from(list.toSchema(true).toBER());
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN X509 CRL-----\n${lines.join('\n')}\n-----END X509 CRL-----\n`;
}

function bare(file: Uint8Array | string): Uint8Array<ArrayBuffer> {
  if (typeof file !== 'string' && file[0] === 0x30) return new Uint8Array(file);
  const text = typeof file === 'string' ? file : Buffer.from(file).toString('latin1');
  return new Uint8Array(Buffer.from(text.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64'));
}
