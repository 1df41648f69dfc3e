import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { stringify } from 'yaml';
import { toPartyProfile } from '../cpa/party-profile.ts';
import { GatewayError } from '../errors.ts';
import { issueCertificate } from '../trust/test-pki.ts';
import { configurationTemplate } from './config/configuration-template.ts';
import { writeNewFiles } from './new-files.ts';
import type { NewFile } from './new-files.ts';
import { writing } from './writing.ts';
import { CA_LIST, readOin, readOrMakeCa } from './pki.ts';

export interface InitOptions {
  readonly folder: string;
  readonly oin: string;
  readonly name: string;
  readonly port: number;
  readonly apiPort: number;
  readonly testPki: boolean;
  /** Folder of the test CA, to share one; `ca` in the folder when absent. */
  readonly ca?: string | undefined;
  /** URL that partners send to; localhost when absent. */
  readonly endpoint?: string | undefined;
  readonly keyBits?: number | undefined;
}

export interface InitResult {
  readonly folder: string;
  readonly config: string;
  readonly files: readonly string[];
  readonly party: string | undefined;
  readonly ca: string | undefined;
}

const CONFIG = 'postiljon.yaml';
const SECRET = 0o600;
const PUBLIC = 0o644;

/** Makes the folder of a new gateway: configuration, data and keys. Throws FILE_EXISTS, OPTION_INVALID. */
export async function initialise(options: InitOptions): Promise<InitResult> {
  const folder = resolve(options.folder);
  const oin = readOin(options.oin);
  if (existsSync(join(folder, CONFIG))) throw new GatewayError('FILE_EXISTS', { location: join(folder, CONFIG) });
  const ca = options.testPki ? resolve(options.ca ?? join(folder, 'ca')) : undefined;
  const crl = ca && relative(folder, join(ca, CA_LIST));
  const keys = ca === undefined ? [] : await testKeys({ ...options, oin, ca });
  const files: readonly NewFile[] = [
    { path: CONFIG, content: configurationTemplate({ ...options, oin, crl }), mode: PUBLIC },
    ...keys,
  ];
  await writeNewFiles(folder, files);
  for (const name of ['data', 'keys'])
    await writing(folder, () => mkdir(join(folder, name), { recursive: true, mode: 0o700 }));
  return {
    folder,
    config: join(folder, CONFIG),
    files: files.map(({ path }) => join(folder, path)),
    party: ca === undefined ? undefined : join(folder, 'party.yaml'),
    ca,
  };
}

/** Keys for signing and for TLS from a test CA, and the public half for partners. */
async function testKeys(options: Omit<InitOptions, 'ca'> & { readonly ca: string }): Promise<readonly NewFile[]> {
  const { oin, name, keyBits } = options;
  const endpoint = options.endpoint ?? `https://localhost:${options.port}/ebms`;
  const host = hostOf(endpoint);
  const ca = await readOrMakeCa(options.ca, keyBits);
  const size = keyBits === undefined ? {} : { keyBits };
  const hosts = [...new Set([host, 'localhost', '127.0.0.1'])];
  const [sign, tls] = await Promise.all([
    issueCertificate({ ca, oin, cn: name, hosts, ...size }),
    issueCertificate({ ca, oin, cn: host, hosts, ...size }),
  ]);
  const certificates = { sign: sign.certificate, tlsClient: tls.certificate, tlsServer: tls.certificate };
  return [
    { path: 'keys/sign.key', content: sign.key, mode: SECRET },
    { path: 'keys/sign.crt', content: sign.certificate, mode: PUBLIC },
    { path: 'keys/tls.key', content: tls.key, mode: SECRET },
    { path: 'keys/tls.crt', content: tls.certificate, mode: PUBLIC },
    { path: 'keys/ca.crt', content: ca.certificate, mode: PUBLIC },
    { path: 'party.yaml', content: partyFile({ name, oin, endpoint, certificates }), mode: PUBLIC },
  ];
}

function partyFile(party: Parameters<typeof toPartyProfile>[0]): string {
  const head = `# The public half of ${party.name}: what partners need for \`postiljon cpa create\`. It holds no secret.\n`;
  return head + stringify(toPartyProfile(party));
}

function hostOf(endpoint: string): string {
  if (URL.canParse(endpoint)) return new URL(endpoint).hostname;
  throw new GatewayError('OPTION_INVALID', { location: '--endpoint', detail: `${endpoint} is no URL` });
}
