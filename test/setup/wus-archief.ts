import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseXml, simpleText, textContent } from '../../src/xml/tree.ts';
import { escapeText } from '../../src/xml/writer.ts';
import type { WusProfileName } from '../../src/wus/profiles.ts';
import type { ConsumedService, ProvidedService } from '../../src/wus/service.ts';
import { readWsdl } from './read-wsdl.ts';
import type { WsdlInterface } from '../../src/wus/wsdl/wsdl.ts';
import { readPackage } from '../unit/mime/read-package.ts';
import { ARCHIEF_WSDL } from './cxf-peer.ts';
import { type BackendCall, type BackendReply, soapEnvelope, soapFault } from './wus-backend.ts';
import type { WusKeys, WusParty } from './wus-keys.ts';
import { profileNamed } from './wus-pair.ts';
import { all } from './wus-signatures.ts';

export const ARCHIEF_NAMESPACE = 'urn:postiljon:test:archief_v1';

export function archiefWsdl(): Promise<WsdlInterface> {
  return readWsdl('archief_v1.wsdl', readFileSync(ARCHIEF_WSDL), async () => {
    throw new Error('it imports nothing');
  });
}

export interface ArchiefTerms {
  readonly name: string;
  readonly profile: WusProfileName;
  readonly mtom: boolean;
}

/** archief_v1 as a provider has it; `partner` may call. */
export async function providedArchief(
  terms: ArchiefTerms,
  { ours, partner, backend }: { readonly ours: WusParty; readonly partner: WusParty; readonly backend: string },
): Promise<ProvidedService> {
  return {
    ...(await registered(terms)),
    role: 'provider',
    partners: new Set([partner.oin]),
    ours: new Set([ours.oin]),
    addresses: [],
    plainAddresses: true,
    backend: { destination: backend, format: 'soap', timeoutMs: 20_000, faults: 'declared' },
  };
}

/** The same as a consumer has it; `partner` answers. */
export async function consumedArchief(
  terms: ArchiefTerms,
  { ours, partner, endpoint }: { readonly ours: WusParty; readonly partner: WusParty; readonly endpoint: string },
): Promise<ConsumedService> {
  return {
    ...(await registered(terms)),
    role: 'consumer',
    partner: partner.oin,
    oin: ours.oin,
    endpoint,
    to: undefined,
    encryptFor: partner.der,
    timeoutMs: 20_000,
    idempotent: false,
  };
}

async function registered({
  name,
  profile,
  mtom,
}: ArchiefTerms): Promise<
  Pick<ProvidedService, 'name' | 'profile' | 'wsdl' | 'mtom' | 'maxEnvelopeBytes' | 'maxMessageBytes' | 'logContent'>
> {
  const limits = { maxEnvelopeBytes: 16 * 1024 * 1024, maxMessageBytes: 16 * 1024 * 1024 };
  return { name, profile: profileNamed(profile), wsdl: await archiefWsdl(), mtom, ...limits, logContent: false };
}

/** Bodies of the service. */
export function zoekStukken(trefwoord: string): string {
  return `<zoekStukken xmlns="${ARCHIEF_NAMESPACE}"><trefwoord>${trefwoord}</trefwoord></zoekStukken>`;
}

export function bewaarStuk(inhoud: string): string {
  const terug = '<terug>true</terug>';
  return `<bewaarStuk xmlns="${ARCHIEF_NAMESPACE}"><titel>stuk</titel><inhoud>${inhoud}</inhoud>${terug}</bewaarStuk>`;
}

/** The application behind the provider: finds two of everything but `onbekend`, and gives back what it keeps. */
export function archief({ headers, body }: BackendCall): BackendReply {
  const type = headers['content-type'] ?? '';
  const [root, ...parts] = type.startsWith('multipart/') ? readPackage(type, body) : [{ body }];
  const { root: envelope } = parseXml(root?.body ?? body);
  const [trefwoord] = all(envelope, 'trefwoord');
  if (trefwoord !== undefined) return found(simpleText(trefwoord) ?? '');
  const [inhoud = envelope] = all(envelope, 'inhoud');
  const [attached] = parts;
  const octets = attached?.body ?? Buffer.from(textContent(inhoud), 'base64');
  const kept = `<sha256>${sha256Hex(octets)}</sha256><grootte>${octets.length}</grootte>`;
  return { body: soapEnvelope(answer('bewaarStuk', `${kept}<inhoud>${octets.toString('base64')}</inhoud>`)) };
}

function found(trefwoord: string): BackendReply {
  if (trefwoord === 'onbekend') {
    const detail = `<detail><archiefFout xmlns="${ARCHIEF_NAMESPACE}"><code>A404</code></archiefFout></detail>`;
    return soapFault(detail, 's:Server', 'niets gevonden');
  }
  const titles = [1, 2].map((number) => `<titel>${escapeText(trefwoord)} ${number}</titel>`);
  return { body: soapEnvelope(answer('zoekStukken', titles.join(''))) };
}

function answer(operation: string, content: string): string {
  return `<${operation}Response xmlns="${ARCHIEF_NAMESPACE}">${content}</${operation}Response>`;
}

export function sha256Hex(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex');
}

export interface KeyFiles {
  readonly key: string;
  readonly certificate: string;
  readonly authorities: string;
  readonly partner: string;
  remove(): void;
}

/** A party's key and certificate, its CA and the certificate of its partner as PEM files, for programs of others. */
export function keyFiles(keys: WusKeys, party: WusParty, partner: WusParty): KeyFiles {
  const folder = mkdtempSync(join(tmpdir(), 'postiljon-peer-keys-'));
  const write = (name: string, content: string): string => {
    const file = join(folder, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  };
  return {
    key: write('key.pem', party.key),
    certificate: write('certificate.pem', party.certificate),
    authorities: write('authorities.pem', keys.ca.certificate),
    partner: write('partner.pem', partner.certificate),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
