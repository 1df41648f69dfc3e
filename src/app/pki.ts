import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OIN_TYPE, oinOf } from '../cpa/oin.ts';
import { GatewayError } from '../errors.ts';
import { createList, isIssuedBy } from '../trust/test-crl.ts';
import { createCa, issueCertificate } from '../trust/test-pki.ts';
import type { TestCa } from '../trust/test-pki.ts';
import { readCertificates } from '../trust/certificate.ts';
import { readGiven } from './contracts.ts';
import { writeNewFiles } from './new-files.ts';
import { writing } from './writing.ts';

const CA_CERTIFICATE = 'ca.crt';
const CA_KEY = 'ca.key';
export const CA_LIST = 'ca.crl';
const SECRET = 0o600;
const PUBLIC = 0o644;

/** Makes a test CA in a folder. Throws FILE_EXISTS. */
export async function makeCa(folder: string, name: string, keyBits?: number): Promise<TestCa> {
  if (existsSync(join(folder, CA_KEY))) throw new GatewayError('FILE_EXISTS', { location: join(folder, CA_KEY) });
  const ca = await createCa({ name, ...(keyBits === undefined ? {} : { keyBits }) });
  await writing(folder, () => mkdir(folder, { recursive: true, mode: 0o700 }));
  await writeNewFiles(folder, [
    { path: CA_KEY, content: ca.key, mode: SECRET },
    { path: CA_CERTIFICATE, content: ca.certificate, mode: PUBLIC },
    { path: CA_LIST, content: await createList({ ca }), mode: PUBLIC },
  ]);
  return ca;
}

/** The test CA of a folder. Throws FILE_MISSING. */
export async function readCa(folder: string): Promise<TestCa> {
  try {
    const [certificate, key] = await Promise.all([
      readFile(join(folder, CA_CERTIFICATE), 'utf8'),
      readFile(join(folder, CA_KEY), 'utf8'),
    ]);
    return { certificate, key };
  } catch (cause) {
    const detail = `${folder} holds no ${CA_CERTIFICATE} and ${CA_KEY}; make them with \`postiljon pki ca --out ${folder}\``;
    throw new GatewayError('FILE_MISSING', { location: folder, detail, cause });
  }
}

export async function readOrMakeCa(folder: string, keyBits?: number): Promise<TestCa> {
  if (!existsSync(join(folder, CA_KEY))) return makeCa(folder, 'CA', keyBits);
  if (!existsSync(join(folder, CA_LIST))) await renewList({ ca: folder });
  return readCa(folder);
}

export interface ListRequest {
  /** Folder of the test CA. */
  readonly ca: string;
  /** Days of validity. */
  readonly days?: number | undefined;
  /** Files of certificates to revoke. */
  readonly revoke?: readonly string[];
}

/** Writes the next revocation list of a test CA, with what was revoked before. Throws FILE_MISSING, OPTION_INVALID. */
export async function renewList({ ca: folder, days, revoke = [] }: ListRequest): Promise<{ readonly list: string }> {
  const ca = await readCa(folder);
  const certificates = await Promise.all(revoke.map(readIssued));
  for (const [index, pem] of certificates.entries()) {
    if (isIssuedBy(ca, pem)) continue;
    const detail = `${revoke[index]} is not a certificate of the CA in ${folder}`;
    throw new GatewayError('OPTION_INVALID', { location: 'CERT', detail });
  }
  const list = join(folder, CA_LIST);
  const before = existsSync(list) ? await readFile(list) : undefined;
  const pem = await createList({ ca, before, revoke: certificates, ...(days === undefined ? {} : { days }) });
  // Gateways read the file while it is replaced.
  await writing(list, async () => {
    await writeFile(`${list}.new`, pem, { mode: PUBLIC });
    await rename(`${list}.new`, list);
  });
  return { list };
}

async function readIssued(file: string): Promise<string> {
  const content = await readGiven(file);
  try {
    const [der] = readCertificates(content, file);
    return new X509Certificate(der ?? content).toString();
  } catch (cause) {
    throw new GatewayError('OPTION_INVALID', { location: 'CERT', detail: `${file} is no certificate`, cause });
  }
}

export interface IssueRequest {
  readonly ca: string;
  readonly out: string;
  readonly oin: string;
  readonly cn: string;
  readonly hosts?: readonly string[] | undefined;
  readonly days?: number | undefined;
  readonly keyBits?: number | undefined;
  /** Name of the files without their extension. */
  readonly name: string;
}

/** Issues a certificate of the test CA into a folder: NAME.key and NAME.crt. Throws FILE_EXISTS, FILE_MISSING, OPTION_INVALID. */
export async function issue(request: IssueRequest): Promise<{ readonly key: string; readonly certificate: string }> {
  const { hosts, days, keyBits, cn, name, out } = request;
  const oin = readOin(request.oin);
  const issued = await issueCertificate({
    ca: await readCa(request.ca),
    oin,
    cn,
    ...(hosts === undefined ? {} : { hosts }),
    ...(days === undefined ? {} : { days }),
    ...(keyBits === undefined ? {} : { keyBits }),
  });
  await writeNewFiles(out, [
    { path: `${name}.key`, content: issued.key, mode: SECRET },
    { path: `${name}.crt`, content: issued.certificate, mode: PUBLIC },
  ]);
  return { key: join(out, `${name}.key`), certificate: join(out, `${name}.crt`) };
}

/** A bare OIN, or one behind `urn:osb:oin:`. Throws OPTION_INVALID. */
export function readOin(text: string): string {
  const bare = text.startsWith(`${OIN_TYPE}:`) ? text.slice(OIN_TYPE.length + 1) : text;
  if (oinOf(bare) !== undefined) return bare;
  throw new GatewayError('OPTION_INVALID', {
    location: '--oin',
    detail: `${text} is no OIN: 20 positions, such as 00000099000000001000 for tests`,
  });
}
