import { encodeCid } from '../mime/content-id.ts';
import { escapeText, tag } from '../xml/writer.ts';
import { actorXPath } from './actor-filter.ts';
import {
  type DigestAlgorithm,
  digestAlgorithm,
  ENVELOPED_TRANSFORM,
  INCLUSIVE_C14N,
  type SignatureAlgorithm,
  signatureAlgorithm,
  XPATH_TRANSFORM,
} from './algorithms.ts';
import { refusal } from './refusal.ts';
import { canonicalContext, parsedContext } from './signing-context.ts';

export interface SignInput {
  /** Markup of the unsigned envelope without declaration; declares ds, and SOAP under a prefix. */
  readonly envelope: string;
  /** The markup is canonical as it stands, as `writeMessage` makes it: it is digested without being parsed. */
  readonly canonical?: boolean;
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

/**
 * Signs an envelope and the parts of its message; the Signature becomes the last child of the Header. Gives UTF-8 without declaration.
 * In the form that every known peer takes: inclusive canonicalization, no Transforms on parts, base64 without line ends.
 * Throws SIGNATURE_ALGORITHM for an unknown algorithm, XML_* for an envelope that is not well-formed. @spec ebMS2 §4.1.3
 */
export async function signEnvelope(input: SignInput): Promise<Buffer> {
  const digest = knownDigest(input.digest);
  const signature = knownSignature(input.signature);
  const context =
    (input.canonical === true ? canonicalContext(input.envelope) : undefined) ?? parsedContext(input.envelope);
  const signedInfo = writeSignedInfo(input, {
    envelopeDigest: context.digest(digest.hash),
    soapPrefix: context.soapPrefix,
  });
  const value = await input.sign(signature.hash, context.canonicalSignedInfo(signedInfo));
  const markup = tag(
    'ds:Signature',
    {},
    signedInfo,
    tag('ds:SignatureValue', {}, value.toString('base64')),
    writeKeyInfo(input.certificate),
  );
  return context.insert(markup);
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

function writeSignedInfo(
  input: SignInput,
  { envelopeDigest, soapPrefix }: { envelopeDigest: Buffer; soapPrefix: string },
): string {
  const transforms = soapPrefix === OWN_PREFIX ? OWN_TRANSFORMS : writeTransforms(soapPrefix);
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

function writeTransforms(soapPrefix: string): string {
  return tag(
    'ds:Transforms',
    {},
    tag('ds:Transform', { Algorithm: ENVELOPED_TRANSFORM }),
    tag('ds:Transform', { Algorithm: XPATH_TRANSFORM }, tag('ds:XPath', {}, escapeText(actorXPath(soapPrefix)))),
    tag('ds:Transform', { Algorithm: INCLUSIVE_C14N }),
  );
}

/** That of `writeMessage`, which makes nearly all that is signed. */
const OWN_PREFIX = 'soap';
const OWN_TRANSFORMS = writeTransforms(OWN_PREFIX);

function writeReference(uri: string, algorithm: string, more: { transforms: string; digest: Buffer }): string {
  return tag(
    'ds:Reference',
    { URI: uri },
    more.transforms,
    tag('ds:DigestMethod', { Algorithm: algorithm }),
    tag('ds:DigestValue', {}, more.digest.toString('base64')),
  );
}

/** Contracts hand out the same object for a certificate each time. */
const keyInfos = new WeakMap<Uint8Array, string>();

function writeKeyInfo(certificate: Uint8Array): string {
  const known = keyInfos.get(certificate);
  if (known !== undefined) return known;
  const base64 = Buffer.from(certificate).toString('base64');
  const markup = tag('ds:KeyInfo', {}, tag('ds:X509Data', {}, tag('ds:X509Certificate', {}, base64)));
  keyInfos.set(certificate, markup);
  return markup;
}
