import { verify } from 'node:crypto';
import { acknowledgmentSigning } from '../../cpa/acknowledgment-signing.ts';
import type { Agreement, SigningTerms } from '../../cpa/agreement.ts';
import type { Cpa } from '../../cpa/model.ts';
import type { Acknowledgment, EbmsMessage } from '../../ebms/message.ts';
import { DS_NS } from '../../ebms/namespaces.ts';
import { type ConsumedBlock, openMessage, readMessage } from '../../ebms/parse-message.ts';
import { toGatewayError } from '../../errors.ts';
import { parseEnvelope, type SoapEnvelope } from '../../soap/envelope.ts';
import { canonicalize } from '../../xml/c14n.ts';
import { findChild, parseXml, type XmlDocument } from '../../xml/tree.ts';
import { signatureAlgorithm } from '../../xmlsec/algorithms.ts';
import { certificateKey } from '../../xmlsec/certificate-key.ts';
import { type ParsedSignature, parseSignature } from '../../xmlsec/signature.ts';
import { agree } from '../inbound/agree.ts';

/** An envelope of the evidence, read as at the gateway. */
export interface EvidenceMessage {
  readonly document: XmlDocument;
  readonly soap: SoapEnvelope;
  readonly message: EbmsMessage;
  readonly blocks: readonly ConsumedBlock[];
  /** undefined: it is not signed. */
  readonly signature: ParsedSignature | undefined;
}

export interface EnvelopeSignature {
  readonly signature: ParsedSignature | undefined;
  /** DER of the certificate of the CPA that signed it; undefined where nothing is signed or agreed. */
  readonly certificate: Uint8Array | undefined;
}

export interface Signatures {
  readonly message: EnvelopeSignature;
  /** undefined: there is no Acknowledgment. */
  readonly receipt: EnvelopeSignature | undefined;
}

/** Throws what the gateway refuses such octets with. */
export function readEvidenceMessage(octets: Uint8Array): EvidenceMessage {
  const document = parseXml(octets);
  const soap = parseEnvelope(document);
  const found = soap.header === undefined ? undefined : findChild(soap.header, DS_NS, 'Signature');
  const signature = found === undefined ? undefined : parseSignature(found);
  return { document, soap, signature, ...readMessage(openMessage(soap), { bundled: true }) };
}

/** The receipt that an envelope is, or that rides on a business message in an HTTP answer. */
export function acknowledgmentIn(message: EbmsMessage): Acknowledgment | undefined {
  return message.kind === 'AcknowledgmentMessage' || message.kind === 'ApplicationMessage'
    ? message.acknowledgment
    : undefined;
}

/** Who signed the message and its receipt, as far as the contract tells. */
export function signaturesOf(
  { message, signature }: EvidenceMessage,
  signal: Uint8Array | undefined,
  cpa: Cpa | undefined,
): Signatures {
  const agreement = cpa === undefined ? undefined : agreementOf(message, cpa);
  const receipt = signal === undefined ? undefined : readEvidenceMessage(signal);
  const terms = agreement === undefined ? [] : acknowledgmentSigning(agreement);
  return {
    message: { signature, certificate: signature === undefined ? undefined : agreement?.signing?.certificate },
    receipt:
      receipt !== undefined && acknowledgmentIn(receipt.message) !== undefined
        ? { signature: receipt.signature, certificate: signerOf(receipt.signature, terms) }
        : undefined,
  };
}

/** What the contract says of the message; undefined where it does not know it. */
export function agreementOf({ header }: EbmsMessage, cpa: Cpa): Agreement | undefined {
  try {
    return agree(header, { cpa });
  } catch (error) {
    if (['PARTY_UNKNOWN', 'ACTION_NOT_AGREED'].includes(toGatewayError(error).code)) return undefined;
    throw error;
  }
}

/** The first of the certificates that made the SignatureValue, or the first that there is. */
function signerOf(signature: ParsedSignature | undefined, terms: readonly SigningTerms[]): Uint8Array | undefined {
  if (signature === undefined) return undefined;
  const certificates = terms.flatMap(({ certificate }) => certificate ?? []);
  return certificates.find((one) => hasSigned(one, signature)) ?? certificates[0];
}

function hasSigned(certificate: Uint8Array, signature: ParsedSignature): boolean {
  const hash = signatureAlgorithm(signature.algorithm)?.hash;
  const signed = canonicalize(signature.signedInfo, signature.canonicalForm);
  return hash !== undefined && verify(hash, signed, certificateKey(certificate), signature.signatureValue);
}
