import { randomBytes, X509Certificate } from 'node:crypto';
import { GatewayError } from '../../errors.ts';
import { tag } from '../../xml/writer.ts';
import { DS_NAMESPACE } from '../algorithms.ts';
import { certificateKey } from '../certificate-key.ts';
import { contentAlgorithm, type KeyTransport, SEALING_ALGORITHMS, XENC_NAMESPACE } from './algorithms.ts';
import { type KeyRecipient, writeEncryptedKey } from './encrypted-key.ts';
import { writeRecipient } from './recipient.ts';

/**
 * One part's encryption, fixed: `sealStream` makes the same octets of the same plain octets at every attempt. Keep it with the
 * part. It must never meet other plain octets: two texts under one key and iv would open each other.
 */
export interface SealedPart {
  /** Markup up to and with `<xenc:CipherValue>`. */
  readonly head: Buffer;
  /** The content encryption key itself: as secret as the plain part. */
  readonly key: Buffer;
  /** 12 octets. */
  readonly iv: Buffer;
  /** URI of the content's EncryptionMethod. */
  readonly algorithm: string;
  /** Closing tags; the same for every part. */
  readonly tail: Buffer;
}

export interface SealTerms {
  /** URI; one of SEALING_ALGORITHMS. */
  readonly algorithm: string;
  readonly keyTransport: KeyTransport;
  /** DER of the receiver's certificate. */
  readonly certificate: Uint8Array;
}

/** Octets of a GCM tag. */
export const TAG_LENGTH = 16;
const IV_LENGTH = 12;
const EMPTY_VALUE = '</xenc:CipherValue>';

/**
 * Chooses key and iv of a part and writes all of its EncryptedData but the cipher text. Without a Type: the content is octets of
 * the MimeType, not markup to be put in the place of an element. Throws CPA_INVALID when the certificate cannot be encrypted for.
 * @spec XML Encryption 1.1 §3.1, Digikoppeling ENC003, ENC004
 */
export function sealPart(
  part: { readonly contentId: string; readonly contentType: string },
  terms: SealTerms,
): SealedPart {
  const algorithm = SEALING_ALGORITHMS.includes(terms.algorithm) ? contentAlgorithm(terms.algorithm) : undefined;
  if (algorithm === undefined) throw new Error(`no algorithm to encrypt with: ${terms.algorithm}`);
  const recipient = { ...addresseeOf(terms.certificate), transport: terms.keyTransport };
  const key = randomBytes(algorithm.keyLength);
  const markup = tag(
    'xenc:EncryptedData',
    {
      'xmlns:xenc': XENC_NAMESPACE,
      'xmlns:ds': DS_NAMESPACE,
      Id: idOf(part.contentId),
      MimeType: part.contentType,
    },
    tag('xenc:EncryptionMethod', { Algorithm: algorithm.uri }),
    tag('ds:KeyInfo', {}, writeEncryptedKey(key, recipient)),
    tag('xenc:CipherData', {}, tag('xenc:CipherValue', {})),
  );
  const value = markup.lastIndexOf(EMPTY_VALUE);
  return {
    head: Buffer.from(markup.slice(0, value)),
    key,
    iv: randomBytes(IV_LENGTH),
    algorithm: algorithm.uri,
    tail: Buffer.from(markup.slice(value)),
  };
}

/** Octets that `sealStream` makes of `plainSize` octets. */
export function sealedSize({ head, iv, tail }: SealedPart, plainSize: number): number {
  const groups = Math.ceil((iv.length + plainSize + TAG_LENGTH) / 3);
  return head.length + groups * 4 + tail.length;
}

type Addressee = Omit<KeyRecipient, 'transport'>;

/** Contracts hand out the same object for a certificate each time. */
const known = new WeakMap<Uint8Array, Addressee>();

function addresseeOf(certificate: Uint8Array): Addressee {
  const addressee = known.get(certificate) ?? readAddressee(certificate);
  known.set(certificate, addressee);
  return addressee;
}

function readAddressee(certificate: Uint8Array): Addressee {
  try {
    return { key: certificateKey(certificate), keyInfo: writeRecipient(new X509Certificate(certificate)) };
  } catch (cause) {
    throw new GatewayError('CPA_INVALID', {
      location: 'EncryptionCertificateRef',
      detail: 'the certificate to encrypt for holds no RSA key of 2048 bits or more',
      cause,
    });
  }
}

/** The Content-ID as an xs:ID, so that the document stays valid. */
function idOf(contentId: string): string {
  return `_${contentId.replace(/[^A-Za-z0-9._-]/g, '_')}`;
}
