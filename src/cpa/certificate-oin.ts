import { createHash } from 'node:crypto';
import { readCertificate } from './certificate.ts';
import { oinOf } from './oin.ts';

/** A partner shows the same few certificates again and again, in TLS and in its messages; to read one costs more than to verify by it. */
const KEPT = 1000;
const read = new Map<string, string | undefined>();
/** A connection shows the same octets with each request. */
const shown = new WeakMap<Uint8Array, { readonly oin: string | undefined }>();

/** The OIN in subject.serialNumber of a DER certificate, without a suffix for test environments. @spec Digikoppeling PKI001 */
export function certificateOin(der: Uint8Array): string | undefined {
  const known = shown.get(der) ?? { oin: readOin(der) };
  shown.set(der, known);
  return known.oin;
}

function readOin(der: Uint8Array): string | undefined {
  const key = createHash('sha256').update(der).digest('base64');
  if (read.has(key)) return read.get(key);
  const oin = oinOf(readCertificate(der)?.subjectSerialNumber ?? '');
  if (read.size >= KEPT) read.clear();
  read.set(key, oin);
  return oin;
}
