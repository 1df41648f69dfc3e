import { GatewayError } from '../../errors.ts';
import { type DerElement, DerError, DerReader, extensionsOf, oidOf, serialOf, TAG, timeOf } from './der.ts';
import { type ListScope, readListScope, WHOLE } from './distribution-points.ts';

/** A certificate revocation list, decoded; its signature has not been looked at. Times are ms since 1970. @spec RFC 5280 §5.1 */
export interface RevocationList {
  /** DER of the issuer's name. */
  readonly issuer: Buffer;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** When each was revoked, by `serialOf`. */
  readonly serials: ReadonlyMap<string, number>;
  readonly scope: ListScope;
  /** DER of the whole. */
  readonly octets: Buffer;
  /** What is signed, with what, and the signature. */
  readonly signed: Buffer;
  readonly algorithm: DerElement;
  readonly signature: Buffer;
}

const OID = {
  issuingDistributionPoint: '2.5.29.28',
  deltaIndicator: '2.5.29.27',
  reasonCode: '2.5.29.21',
} as const;

/** Extensions that change nothing here: authority key identifier, number, issuer's other names. */
const HARMLESS: ReadonlySet<string> = new Set(['2.5.29.35', '2.5.29.20', '2.5.29.18']);
const REMOVE_FROM_LIST = 8;
const PEM_LIST = /-----BEGIN X509 CRL-----([^-]*)-----END X509 CRL-----/g;

/** All lists of a PEM file, or the one of a DER file. Throws CRL_INVALID. */
export function readLists(octets: Uint8Array): readonly RevocationList[] {
  const input = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  if (input[0] === TAG.sequence) return [readList(input)];
  const lists = [...input.toString('latin1').matchAll(PEM_LIST)].map(([, text]) => Buffer.from(text ?? '', 'base64'));
  if (lists.length === 0) throw unusable('it is neither DER nor PEM with BEGIN X509 CRL');
  return lists.map(readList);
}

function readList(der: Buffer): RevocationList {
  try {
    const outer = new DerReader(der);
    const list = outer.within(TAG.sequence);
    outer.end();
    const signed = list.read(TAG.sequence);
    const algorithm = list.read(TAG.sequence);
    const signature = list.read(TAG.bitString).content;
    list.end();
    if (signature[0] !== 0) throw new DerError('its signature is no number of octets');
    const octets = { octets: der, signed: signed.raw, signature: signature.subarray(1) };
    return { ...readSigned(signed, algorithm), ...octets, algorithm };
  } catch (cause) {
    if (cause instanceof DerError) throw unusable(cause.message, cause);
    throw cause;
  }
}

type SignedFields = Omit<RevocationList, 'octets' | 'signed' | 'algorithm' | 'signature'>;

function readSigned({ content }: DerElement, algorithm: DerElement): SignedFields {
  const reader = new DerReader(content);
  const version = reader.maybe(TAG.integer)?.content;
  if (version !== undefined && !(version.length === 1 && version[0] === 1)) throw new DerError('its version is not 2');
  if (!reader.read(TAG.sequence).raw.equals(algorithm.raw)) throw new DerError('it names two signature algorithms');
  const issuer = reader.read(TAG.sequence).raw;
  const thisUpdate = timeOf(reader.any());
  const ends = reader.next === TAG.utcTime || reader.next === TAG.generalizedTime;
  if (!ends) throw new DerError('it has no nextUpdate');
  const nextUpdate = timeOf(reader.any());
  const revoked = reader.maybe(TAG.sequence);
  const serials = revoked === undefined ? new Map<string, number>() : readEntries(revoked.content);
  const explicit = reader.maybe(0xa0);
  reader.end();
  const scope = explicit === undefined ? WHOLE : readExtensions(new DerReader(explicit.content).within(TAG.sequence));
  return { issuer, thisUpdate, nextUpdate, serials, scope };
}

function readEntries(content: Buffer): Map<string, number> {
  const reader = new DerReader(content);
  const serials = new Map<string, number>();
  while (!reader.done) {
    const entry = reader.within(TAG.sequence);
    const serial = serialOf(entry.read(TAG.integer));
    serials.set(serial, timeOf(entry.any()));
    if (!entry.done) judgeEntry(entry.within(TAG.sequence));
  }
  return serials;
}

/** @spec RFC 5280 §5.3 */
function judgeEntry(reader: DerReader): void {
  for (const { oid, critical, value } of extensionsOf(reader)) {
    if (oid === OID.reasonCode) {
      const reason = new DerReader(value).read(TAG.enumerated).content[0];
      if (reason === REMOVE_FROM_LIST) throw new DerError('an entry takes back another: it is a delta list');
    } else if (critical) throw new DerError(`an entry has the critical extension ${oid}, which is not known`);
  }
}

/** @spec RFC 5280 §5.2 */
function readExtensions(reader: DerReader): ListScope {
  let scope: ListScope = WHOLE;
  for (const { oid, critical, value } of extensionsOf(reader)) {
    if (oid === OID.deltaIndicator) throw new DerError('it is a delta list');
    if (oid === OID.issuingDistributionPoint) scope = readListScope(value);
    else if (critical && !HARMLESS.has(oid)) throw new DerError(`its critical extension ${oid} is not known`);
  }
  return scope;
}

/** The name of the algorithm, for `signature.ts`. */
export function algorithmOf({ algorithm }: RevocationList): { readonly oid: string; readonly parameters: DerReader } {
  const parameters = new DerReader(algorithm.content);
  return { oid: oidOf(parameters.read(TAG.oid)), parameters };
}

export function unusable(detail: string, cause?: unknown): GatewayError {
  return new GatewayError('CRL_INVALID', { detail, cause });
}
