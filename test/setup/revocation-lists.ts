import { createHash, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCertificates } from '../../src/trust/certificate.ts';
import { Revocation, type RevocationOptions } from '../../src/trust/revocation/revocation.ts';
import { createList, type ListOptions } from '../../src/trust/test-crl.ts';
import { createCa, type IssuedCertificate, issueCertificate, type TestCa } from '../../src/trust/test-pki.ts';
import { createTrust } from '../../src/trust/trust-store.ts';
import { ManualClock } from './manual-clock.ts';

export const NOW = Date.parse('2026-11-22T12:00:00Z');
export const DAY_MS = 86_400_000;

/** A root, a CA below it, and a certificate that the CA issued. */
export interface Hierarchy {
  readonly root: TestCa;
  readonly ca: TestCa;
  readonly leaf: IssuedCertificate;
  readonly other: IssuedCertificate;
}

let made: Promise<Hierarchy> | undefined;

/** One for all tests: keys take their time. */
export function hierarchy(): Promise<Hierarchy> {
  return (made ??= make());
}

async function make(): Promise<Hierarchy> {
  const size = { now: NOW, keyBits: 2048 };
  const root = await createCa({ name: 'root', ...size });
  const ca = await createCa({ name: 'CA', issuer: root, ...size });
  const leaf = await issueCertificate({ ca, oin: '00000099000000001000', cn: 'leaf', ...size });
  const other = await issueCertificate({ ca, oin: '00000099000000002000', cn: 'other', ...size });
  return { root, ca, leaf, other };
}

export function derOf(pem: string): Uint8Array {
  const [first] = readCertificates(pem, 'test');
  if (first === undefined) throw new Error('no certificate');
  return first;
}

export const listOf = (options: ListOptions): Promise<string> => createList({ now: NOW, ...options });

/** Octets of a PEM list. */
export function derOfList(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
}

/** The list with other signed octets, signed anew: what the library would not write. */
export function resign(pem: string, ca: TestCa, change: (signed: Buffer) => Buffer): Buffer {
  const der = derOfList(pem);
  const signed = readAt(der, readAt(der, 0).from);
  const algorithm = readAt(der, signed.end);
  const tbs = change(Buffer.from(der.subarray(signed.start, signed.end)));
  const signature = sign('sha256', tbs, ca.key);
  const bits = tlv(0x03, Buffer.concat([Buffer.of(0), signature]));
  return tlv(0x30, Buffer.concat([tbs, der.subarray(algorithm.start, algorithm.end), bits]));
}

export function tlv(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  const head = length < 0x80 ? [tag, length] : [tag, 0x84, ...Buffer.from(length.toString(16).padStart(8, '0'), 'hex')];
  return Buffer.concat([Buffer.from(head), content]);
}

function readAt(der: Buffer, start: number): { readonly start: number; readonly from: number; readonly end: number } {
  const first = der[start + 1] ?? 0;
  const count = first < 0x80 ? 0 : first & 0x7f;
  const from = start + 2 + count;
  return { start, from, end: from + (count === 0 ? first : der.readUIntBE(start + 2, count)) };
}

export interface TestRevocation {
  readonly revocation: Revocation;
  readonly clock: ManualClock;
  readonly folder: string;
  readonly failures: readonly { readonly source: string; readonly error: unknown }[];
  /** Puts a list where the gateway looks, and lets it look. */
  readonly put: (name: string, content: string | Uint8Array) => Promise<void>;
  readonly check: (pem: string) => Promise<void>;
  close(): void;
}

/** Revocation on real files, with `root` and `ca` trusted. */
export async function openRevocation(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: Partial<RevocationOptions> & { readonly roots?: readonly string[]; readonly clock?: ManualClock } = {},
): Promise<TestRevocation> {
  const { root, ca } = await hierarchy();
  const folder = mkdtempSync(join(tmpdir(), 'postiljon-crl-'));
  const clock = options.clock ?? new ManualClock(NOW);
  const failures: { source: string; error: unknown }[] = [];
  const roots = (options.roots ?? [root.certificate, ca.certificate]).map((one) => Buffer.from(one));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const revocation = new Revocation({
    mode: 'require',
    authorities: roots,
    files: Object.keys(files).map((name) => join(folder, name)),
    maxBytes: 16 * 2 ** 20,
    download: undefined,
    failed: (source, error) => failures.push({ source, error }),
    ...options,
    clock,
  });
  await revocation.start();
  const trust = createTrust({ roots, revocation });
  let written = 0;
  return {
    revocation,
    clock,
    folder,
    failures,
    async put(name, content) {
      const file = join(folder, name);
      written += 1;
      rmSync(file, { force: true });
      writeFileSync(file, content);
      // A file system with a coarse clock shows the change by its size.
      const mark = createHash('sha256').update(String(written)).digest('hex').slice(0, written);
      if (typeof content === 'string') writeFileSync(file, `${content}${mark}\n`);
      await revocation.poll();
    },
    check: (pem) => trust.check(derOf(pem), clock.now()),
    close() {
      revocation.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const UNKNOWN = { code: 'REVOCATION_UNKNOWN' };
export const REVOKED = { code: 'CERTIFICATE_REVOKED' };

/** `openRevocation` for the suite that calls it; what a test opened is closed after it. */
export function revocations(): typeof openRevocation {
  let open: TestRevocation[] = [];
  afterEach(() => {
    for (const one of open) one.close();
    open = [];
  });
  return async (...args) => {
    const one = await openRevocation(...args);
    open.push(one);
    return one;
  };
}
