import { encodeCid } from '../mime/content-id.ts';
import { type CanonicalForm, canonicalize, digestCanonical, namespacesInScope } from '../xml/c14n.ts';
import { findChild, parseXml, resolvePrefix, type XmlElement } from '../xml/tree.ts';
import { escapeText, tag } from '../xml/writer.ts';
import { actorXPath, isForNextActor, SOAP_NAMESPACE } from './actor-filter.ts';
import {
  type DigestAlgorithm,
  digestAlgorithm,
  DS_NAMESPACE,
  ENVELOPED_TRANSFORM,
  INCLUSIVE_C14N,
  type SignatureAlgorithm,
  signatureAlgorithm,
  XPATH_TRANSFORM,
} from './algorithms.ts';
import { refusal } from './refusal.ts';

export interface SignInput {
  /** Markup of the unsigned envelope without declaration; declares ds, and SOAP under a prefix. */
  readonly envelope: string;
  /** Digest of the octets of each part, by the algorithm that `digest` names. */
  readonly parts: readonly { readonly contentId: string; readonly digest: Buffer }[];
  /** URI of the digest algorithm. */
  readonly digest: string;
  /** URI of the signature algorithm. */
  readonly signature: string;
  /** DER; goes into KeyInfo. */
  readonly certificate: Uint8Array;
  /** RSASSA-PKCS1-v1_5 with the hash named (as in node:crypto) by the certificate's key. */
  readonly sign: (hash: string, data: Uint8Array) => Promise<Buffer>;
}

const INCLUSIVE: CanonicalForm = { exclusive: false, comments: false };

/**
 * Signs an envelope and the parts of its message; the Signature becomes the last child of the Header. Gives UTF-8 without declaration.
 * In the form that every known peer takes: inclusive canonicalization, no Transforms on parts, base64 without line ends.
 * Throws SIGNATURE_ALGORITHM for an unknown algorithm, XML_* for an envelope that is not well-formed. @spec ebMS2 §4.1.3
 */
export async function signEnvelope(input: SignInput): Promise<Buffer> {
  const digest = knownDigest(input.digest);
  const signature = knownSignature(input.signature);
  const document = parseXml(Buffer.from(input.envelope, 'utf8'));
  const header = headerOf(document.root);
  const signedInfo = writeSignedInfo(input, {
    envelopeDigest: digestCanonical(document, INCLUSIVE, digest.hash, isForNextActor),
    soapPrefix: header.prefix,
  });
  const value = await input.sign(signature.hash, canonicalInHeader(signedInfo, header));
  const markup = tag(
    'ds:Signature',
    {},
    signedInfo,
    tag('ds:SignatureValue', {}, value.toString('base64')),
    writeKeyInfo(input.certificate),
  );
  return insertLast(document.bytes, header, markup);
}

function knownDigest(uri: string): DigestAlgorithm {
  const row = digestAlgorithm(uri);
  if (row === undefined) throw refusal('SIGNATURE_ALGORITHM', `digest ${uri}`);
  return row;
}

function knownSignature(uri: string): SignatureAlgorithm {
  const row = signatureAlgorithm(uri);
  if (row === undefined) throw refusal('SIGNATURE_ALGORITHM', `signature ${uri}`);
  return row;
}

/** Our own writer makes the envelope, so that anything unfit is a mistake of ours. */
function headerOf(root: XmlElement): XmlElement {
  const header = findChild(root, SOAP_NAMESPACE, 'Header');
  if (header === undefined || header.prefix === '' || header.children.length === 0) {
    throw new Error('the envelope has no Header with a prefix and content');
  }
  if (resolvePrefix(header, 'ds') !== DS_NAMESPACE) throw new Error('the envelope does not declare ds');
  if (findChild(header, DS_NAMESPACE, 'Signature') !== undefined) throw new Error('the envelope is signed already');
  return header;
}

function writeSignedInfo(
  input: SignInput,
  { envelopeDigest, soapPrefix }: { envelopeDigest: Buffer; soapPrefix: string },
): string {
  const transforms = tag(
    'ds:Transforms',
    {},
    tag('ds:Transform', { Algorithm: ENVELOPED_TRANSFORM }),
    tag('ds:Transform', { Algorithm: XPATH_TRANSFORM }, tag('ds:XPath', {}, escapeText(actorXPath(soapPrefix)))),
    tag('ds:Transform', { Algorithm: INCLUSIVE_C14N }),
  );
  return tag(
    'ds:SignedInfo',
    {},
    tag('ds:CanonicalizationMethod', { Algorithm: INCLUSIVE_C14N }),
    tag('ds:SignatureMethod', { Algorithm: input.signature }),
    writeReference('', input.digest, { transforms, digest: envelopeDigest }),
    ...input.parts.map((one) =>
      writeReference(encodeCid(one.contentId), input.digest, { transforms: '', digest: one.digest }),
    ),
  );
}

function writeReference(uri: string, algorithm: string, more: { transforms: string; digest: Buffer }): string {
  return tag(
    'ds:Reference',
    { URI: uri },
    more.transforms,
    tag('ds:DigestMethod', { Algorithm: algorithm }),
    tag('ds:DigestValue', {}, more.digest.toString('base64')),
  );
}

/**
 * Canonical form of SignedInfo as a child of a Signature in this Header. Canonical XML takes the namespaces in scope along, and
 * attributes of the xml prefix; so a copy of the Header's context is all that it has to be parsed in.
 */
function canonicalInHeader(signedInfo: string, header: XmlElement): Buffer {
  const context: Record<string, string> = {};
  for (const { prefix, uri } of namespacesInScope(header)) context[prefix === '' ? 'xmlns' : `xmlns:${prefix}`] = uri;
  for (const el of [header.parent, header]) {
    for (const one of el?.attributes ?? []) if (one.prefix === 'xml') context[`xml:${one.localName}`] = one.value;
  }
  const [child] = parseXml(Buffer.from(tag('ds:Signature', context, signedInfo), 'utf8')).root.children;
  if (child?.kind !== 'element') throw new Error('SignedInfo was lost');
  return canonicalize(child, INCLUSIVE);
}

function writeKeyInfo(certificate: Uint8Array): string {
  const base64 = Buffer.from(certificate).toString('base64');
  return tag('ds:KeyInfo', {}, tag('ds:X509Data', {}, tag('ds:X509Certificate', {}, base64)));
}

function insertLast(bytes: Uint8Array, header: XmlElement, markup: string): Buffer {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = whole.lastIndexOf('</', header.end - 1);
  return Buffer.concat([whole.subarray(0, at), Buffer.from(markup, 'utf8'), whole.subarray(at)]);
}
