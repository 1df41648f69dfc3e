import type { Signer } from '../../ports/trust.ts';
import type { KeyHolder } from '../../xmlsec/encryption/key-holder.ts';
import type { SoapEnvelope } from '../../soap/envelope.ts';
import type { XmlDocument, XmlElement } from '../../xml/tree.ts';
import type { AttachmentSource } from '../mtom/attachments.ts';
import type { WusPartner } from '../service.ts';

/**
 * The ways in, each narrower than the one before:
 *
 *   ArrivedEnvelope ──decryptBody──> OpenedEnvelope ──verifySecurity──> VerifiedSecurity
 *
 * and the way out: `secureEnvelope`. @spec WS-Security 1.1, X.509 Token Profile 1.1, Digikoppeling WB001–WB014
 */
export interface ArrivedEnvelope {
  readonly document: XmlDocument;
  readonly soap: SoapEnvelope;
  readonly attachments: AttachmentSource;
}

/** What was encrypted stands in its place as plain octets: a document of its own, parsed once more. */
export interface OpenedEnvelope extends ArrivedEnvelope {
  /** Whether the content of the Body was encrypted, and nothing else was. */
  readonly decrypted: boolean;
}

export interface DecryptTerms {
  readonly decrypter: KeyHolder;
  readonly allow: Pick<WusPartner['allow'], 'cbc' | 'rsa15'>;
  /** Told of each weakening that was needed. */
  readonly weakened: (weakening: 'cbc' | 'rsa15') => void;
}

export interface VerifyTerms {
  /** ms since 1970. */
  readonly now: number;
  /** How far a clock may be off, in ms. */
  readonly skewMs: number;
  /** Oldest Created, where there is no Expires before it, in ms. */
  readonly maxAgeMs: number;
  readonly allow: Pick<WusPartner['allow'], 'sha1' | 'keyReferences' | 'unsignedConfirmation'>;
  /** DER of certificates that a key reference may name; used with `allow.keyReferences` only. */
  readonly certificates: readonly Uint8Array[];
  /** SignatureValues of the request (base64), for an answer: each must be confirmed, and nothing else. Undefined for a request. */
  readonly confirms: readonly string[] | undefined;
  /** Told of each weakening that was needed. */
  readonly weakened: (weakening: 'sha1' | 'keyReferences' | 'unsignedConfirmation') => void;
}

/**
 * Everything that is acted upon (the Body, each wsa: header, the Timestamp) is the node that this certificate signed. Whether the
 * certificate is to be believed is for the caller: chain, revocation, and whose it is.
 */
export interface VerifiedSecurity {
  /** DER. */
  readonly certificate: Uint8Array;
  /** Base64, for the SignatureConfirmation of the answer and against replay. */
  readonly signatureValue: string;
  /** ms since 1970. */
  readonly created: number;
  /** Until when the message would be taken if it were new, in ms since 1970: a clock that is off (`skewMs`) is counted in. */
  readonly expires: number;
}

export interface EnvelopeToSecure {
  /** Markup of the wsa: header blocks, each with a wsu:Id. Declares its namespaces itself. */
  readonly headers: readonly string[];
  /** Markup of the children of soap:Body: UTF-8, each on its own. */
  readonly body: Buffer;
  /** What xop:Include in `body` stands for; digested as base64. */
  readonly attachments: AttachmentSource;
}

export interface SecureTerms {
  /** ms since 1970: Created of the Timestamp. */
  readonly now: number;
  readonly expiresAfterMs: number;
  readonly signer: Signer;
  /** DER; goes along as BinarySecurityToken. */
  readonly certificate: Uint8Array;
  /** For an answer: SignatureValues of the request; empty for a request without signature. Undefined for a request. */
  readonly confirms: readonly string[] | undefined;
  /** DER of the receiver's certificate; undefined: not encrypted. */
  readonly encryptFor: Uint8Array | undefined;
  /** Largest body with its attachments in it, where it is encrypted; 10 MiB when undefined. */
  readonly maxBytes?: number;
}

export interface SecuredEnvelope {
  readonly bytes: Buffer;
  /** Base64; undefined when nothing was signed. */
  readonly signatureValue: string | undefined;
}

/** wsse:Security and what stands in it; nothing of it has been believed. */
export interface SecurityHeader {
  readonly element: XmlElement;
  readonly timestamp: XmlElement | undefined;
  readonly signature: XmlElement | undefined;
  readonly tokens: readonly XmlElement[];
  readonly encryptedKeys: readonly XmlElement[];
  readonly confirmations: readonly XmlElement[];
}
