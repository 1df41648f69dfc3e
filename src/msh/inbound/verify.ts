import { GatewayError } from '../../errors.ts';
import type { SigningTerms } from '../../cpa/agreement.ts';
import { partyKeyOf } from '../../cpa/typed-value.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type { Store } from '../../ports/store.ts';
import type { Trust } from '../../ports/trust.ts';
import type { XmlElement } from '../../xml/tree.ts';
import { digestAlgorithm, signatureAlgorithm } from '../../xmlsec/algorithms.ts';
import { type SignedPart, type VerifiedEnvelope, verifyEnvelope } from '../../xmlsec/verify.ts';
import type { PartnerTerms, Weakening } from '../parts.ts';
import { identityOfOctets } from '../identity.ts';
import { refuseUnopened } from './open-parts.ts';
import { type ReceivedPart, readDigest } from './read-package.ts';
import type { AgreedMessage, ParsedMessage, VerifiedMessage } from './stages.ts';

export interface Verifier {
  readonly trust: Trust;
  readonly store: Pick<Store, 'findInbound'>;
  readonly payloads: PayloadStore;
  readonly partners: ReadonlyMap<string, PartnerTerms>;
  /** Told at each use of a weakening that the configuration allows. */
  weakened(partner: string, weakening: Weakening): void;
}

/** Demands what the CPA agreed about security of a message of the application. Throws SIGNATURE_*, CERTIFICATE_UNTRUSTED, DECRYPTION_FAILED. */
export async function verifyMessage(message: AgreedMessage, verifier: Verifier): Promise<VerifiedMessage> {
  const { document: _document, soap: _soap, blocks: _blocks, ...kept } = message;
  const { agreement, envelopeBytes, parts } = kept;
  if (agreement.signing === undefined) {
    refuseUnopened(parts, agreement);
    const octets = identifyingOctets(envelopeBytes, receiptIn(message));
    return { ...kept, identity: identityOfOctets(octets, parts), referencesXml: undefined };
  }
  const verified = await verifyPlain(message, agreement.signing, verifier);
  return { ...kept, identity: verified.identity.toString('hex'), referencesXml: verified.referencesXml };
}

/** The receipt that rode on a message is no part of its identity: a repeat comes without it. @spec ebMS2 §6.3.2 */
function receiptIn({ message, blocks }: ParsedMessage): XmlElement | undefined {
  if (message.kind !== 'ApplicationMessage' || message.acknowledgment === undefined) return undefined;
  return blocks.find(({ element }) => element.localName === 'Acknowledgment')?.element;
}

function identifyingOctets(envelope: Buffer, receipt: XmlElement | undefined): Buffer {
  if (receipt === undefined) return envelope;
  const { source, start, end } = receipt;
  return Buffer.concat([source.subarray(0, start), source.subarray(end)]);
}

/** The signature is over the plain octets: where they could not be had, it is looked at all the same before that is said. */
async function verifyPlain(message: AgreedMessage, terms: SigningTerms, verifier: Verifier): Promise<VerifiedEnvelope> {
  try {
    return await verifySigned(message, [terms], verifier);
  } finally {
    refuseUnopened(message.parts, message.agreement);
  }
}

/**
 * Verifies the signature of any message with one of the terms that its sender may use, and that it covers every block
 * the gateway acts on. @spec ebMS2 §4.1.4
 */
export async function verifySigned(
  message: ParsedMessage,
  terms: readonly SigningTerms[],
  verifier: Verifier,
): Promise<VerifiedEnvelope> {
  const partner = partyKeyOf(message.message.header.from.partyIds);
  const usable = terms.filter((candidate) => candidate.certificate !== undefined);
  let refusal: unknown;
  for (const candidate of usable) {
    try {
      return await verifyWith(message, candidate, { ...verifier, partner });
    } catch (error) {
      refusal = error;
    }
  }
  throw refusal ?? new GatewayError('SIGNATURE_INVALID', { detail: 'the CPA names no certificate that can be read' });
}

/** Whether the signature is there and right: what `verifySigned` refuses is no signature of who may sign. */
export async function isSigned(
  message: ParsedMessage,
  terms: readonly SigningTerms[],
  verifier: Verifier,
): Promise<boolean> {
  if (terms.length === 0) return false;
  try {
    await verifySigned(message, terms, verifier);
    return true;
  } catch (thrown) {
    if (thrown instanceof GatewayError) return false;
    throw thrown;
  }
}

async function verifyWith(
  message: ParsedMessage,
  terms: SigningTerms,
  verifier: Verifier & { readonly partner: string },
): Promise<VerifiedEnvelope> {
  const { certificate, hashFunction, signatureAlgorithm: signature } = terms;
  if (certificate === undefined || message.soap.header === undefined) throw new GatewayError('SIGNATURE_INVALID');
  requireStrength(terms, verifier);
  const aside = receiptIn(message);
  const verified = await verifyEnvelope({
    document: message.document,
    header: message.soap.header,
    parts: message.parts.map((part) => signedPart(part, verifier.payloads)),
    certificate,
    allow: { digests: [hashFunction], signatures: [signature] },
    ...(aside === undefined ? {} : { aside }),
  });
  requireCoverage(message, verified);
  try {
    await verifier.trust.check(certificate, message.receivedAt);
  } catch (refusal) {
    await requireRepeat(message, verified, { certificate, verifier, refusal });
  }
  return verified;
}

/**
 * The certificate counts at the first receipt: a repeat that comes after its end is the message of then, and gets the
 * receipt of then. @spec ebMS2 §6.5.6
 */
async function requireRepeat(
  { message: { header } }: ParsedMessage,
  { identity }: VerifiedEnvelope,
  untrusted: {
    readonly certificate: Uint8Array;
    readonly verifier: Verifier & { readonly partner: string };
    readonly refusal: unknown;
  },
): Promise<void> {
  const { trust, store, partner } = untrusted.verifier;
  const before = await store.findInbound(partner, header.messageData.messageId);
  if (before === undefined || before.identity !== identity.toString('hex')) throw untrusted.refusal;
  await trust.check(untrusted.certificate, before.storedAt);
}

// Named first: V8 keeps a function literal that is written straight into an object in old space, and with it all that
// it closes over, until a full collection.
function signedPart(part: ReceivedPart, payloads: PayloadStore): SignedPart {
  const digest = (hash: string): Buffer | Promise<Buffer> => readDigest(hash, part, payloads);
  return { contentId: part.contentId, digest };
}

function requireStrength(terms: SigningTerms, verifier: Verifier & { readonly partner: string }): void {
  const digest = digestAlgorithm(terms.hashFunction);
  const signature = signatureAlgorithm(terms.signatureAlgorithm);
  if (digest === undefined || signature === undefined) {
    throw new GatewayError('SIGNATURE_ALGORITHM', {
      location: '//Header/Signature',
      detail: 'algorithm of the CPA is not known here',
    });
  }
  if (digest.strength === 'sha2' && signature.strength === 'sha2') return;
  if (verifier.partners.get(verifier.partner)?.allow.includes('sha1') !== true) {
    throw new GatewayError('SIGNATURE_ALGORITHM', {
      location: '//Header/Signature',
      detail: `SHA-1 is not allowed for ${verifier.partner}`,
    });
  }
  verifier.weakened(verifier.partner, 'sha1');
}

/** Every block that the gateway acts on is signed. Throws SIGNATURE_COVERAGE. */
export function requireCoverage(message: Pick<ParsedMessage, 'blocks'>, verified: VerifiedEnvelope): void {
  for (const { element, exempt } of message.blocks) {
    if (exempt || verified.covered(element)) continue;
    throw new GatewayError('SIGNATURE_COVERAGE', {
      location: '//Header/Signature',
      detail: `${element.localName} is not covered`,
    });
  }
}
