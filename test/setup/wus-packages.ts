import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { GatewayError } from '../../src/errors.ts';
import { DEFAULT_MIME_LIMITS } from '../../src/mime/limits.ts';
import type { PayloadStore } from '../../src/ports/payload-store.ts';
import { parseEnvelope, SOAP_NS } from '../../src/soap/envelope.ts';
import { openPayloadFiles } from '../../src/store/files/payload-files.ts';
import {
  type ArrivedRoot,
  type CollectLimits,
  type ReadEnvelope,
  type ReadTerms,
  readWusPackage,
  type WusPackage,
} from '../../src/wus/mtom/read-package.ts';
import { WSSE_NAMESPACE, WSU_NAMESPACE, XOP_NAMESPACE } from '../../src/wus/namespaces.ts';
import { parseXml } from '../../src/xml/tree.ts';

export const LIMITS: CollectLimits = {
  maxEnvelopeBytes: 1024 * 1024,
  maxMessageBytes: 8 * 1024 * 1024,
  mime: DEFAULT_MIME_LIMITS,
};

/** A payload store in a folder of its own that counts what is read from it. */
export interface WatchedPayloads {
  readonly store: PayloadStore;
  /** How often a stored attachment was opened. */
  opened(): number;
  /** Files that are there, being written or held ones too. */
  files(): readonly string[];
  remove(): void;
}

export async function watchedPayloads(inlineLimit = 1024): Promise<WatchedPayloads> {
  const directory = mkdtempSync(join(tmpdir(), 'postiljon-wus-'));
  const real = await openPayloadFiles({ directory, inlineLimit });
  let opened = 0;
  const store: PayloadStore = {
    create: () => real.create(),
    createHeld: () => real.createHeld(),
    release: (body) => real.release(body),
    open: (body) => {
      opened += 1;
      return real.open(body);
    },
    sizeOf: (body) => real.sizeOf(body),
    discard: (body) => real.discard(body),
    sweep: (isReferenced, before) => real.sweep(isReferenced, before),
  };
  return {
    store,
    opened: () => opened,
    files: () =>
      readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => entry.name),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

export interface PackagePart {
  readonly contentId: string;
  readonly content: Buffer;
  readonly headers?: readonly string[];
}

export const ROOT_ID = 'root@example.nl';
export const MTOM =
  'multipart/related; type="application/xop+xml"; boundary="uuid:b"; start="<root@example.nl>"; start-info="text/xml"';
const XOP_ROOT = 'application/xop+xml; charset=UTF-8; type="text/xml"';

/** A package as peers put it together, boundary `uuid:b`; `at` is how many attachments come before the root. */
export function packageOf(
  envelope: string,
  parts: readonly PackagePart[],
  { at = 0, rootType = XOP_ROOT }: { readonly at?: number; readonly rootType?: string } = {},
): Buffer {
  const root = partOf(ROOT_ID, Buffer.from(envelope), [`Content-Type: ${rootType}`]);
  const others = parts.map(({ contentId, content, headers = ['Content-Type: application/octet-stream'] }) =>
    partOf(contentId, content, headers),
  );
  return Buffer.concat([...others.slice(0, at), root, ...others.slice(at), Buffer.from('--uuid:b--\r\n')]);
}

function partOf(contentId: string, content: Buffer, headers: readonly string[]): Buffer {
  const head = ['--uuid:b', ...headers, `Content-ID: <${contentId}>`, 'Content-Transfer-Encoding: binary', '', ''];
  return Buffer.concat([Buffer.from(head.join('\r\n')), content, Buffer.from('\r\n')]);
}

export function includeOf(href: string): string {
  return `<xop:Include xmlns:xop="${XOP_NAMESPACE}" href="${href}"/>`;
}

export function envelopeOf(body: string, header = ''): string {
  return (
    `<soap:Envelope xmlns:soap="${SOAP_NS}"><soap:Header>${header}</soap:Header>` +
    `<soap:Body xmlns:wsu="${WSU_NAMESPACE}" wsu:Id="body">${body}</soap:Body></soap:Envelope>`
  );
}

/** A Security header whose signature names the Body; no more of it is right than a digest begun ahead looks at. */
export function securityNaming(id: string, digest = 'http://www.w3.org/2001/04/xmlenc#sha256'): string {
  const form = 'http://www.w3.org/2001/10/xml-exc-c14n#';
  return (
    `<wsse:Security xmlns:wsse="${WSSE_NAMESPACE}"><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>` +
    `<ds:CanonicalizationMethod Algorithm="${form}"/><ds:SignatureMethod Algorithm="urn:any"/>` +
    `<ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="${form}"/></ds:Transforms>` +
    `<ds:DigestMethod Algorithm="${digest}"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference></ds:SignedInfo>` +
    '<ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature></wsse:Security>'
  );
}

export function readEnvelope({ envelope }: ArrivedRoot): ReadEnvelope {
  const document = parseXml(envelope);
  return { document, soap: parseEnvelope(document) };
}

export function readFrom(
  payloads: WatchedPayloads,
  body: Buffer,
  more: Partial<ReadTerms<ReadEnvelope>> & { readonly contentType?: string; readonly chunk?: number } = {},
): Promise<WusPackage<ReadEnvelope>> {
  const { contentType = MTOM, chunk = 1000, ...terms } = more;
  return readWusPackage(Readable.from(chunksOf(body, chunk)), contentType, {
    payloads: payloads.store,
    limits: LIMITS,
    readEnvelope,
    ...terms,
  });
}

function* chunksOf(body: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
}

/** Octets of any length that are no text. */
export function octets(length: number, seed = 1): Buffer {
  const made = Buffer.alloc(length);
  for (let at = 0, value = seed; at < length; at++) {
    value = (value * 1103515245 + 12345) % 2147483648;
    made[at] = value >> 8;
  }
  return made;
}

export const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('base64');

/** The code that a promise is refused with, or `taken`. */
export async function verdict(reading: Promise<unknown>): Promise<string> {
  try {
    await reading;
    return 'taken';
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return error.code;
  }
}
