import type { WusProfile } from './profiles.ts';
import type { WsdlInterface } from './wsdl/wsdl.ts';

/** One service of the catalogue, as configured: what the WSDL says is never repeated as a setting. */
export type WusService = ProvidedService | ConsumedService;

interface RegisteredService {
  /** Last segment of its path, `/wus/<name>`, and its name in the API. */
  readonly name: string;
  readonly profile: WusProfile;
  readonly wsdl: WsdlInterface;
  /** Whether messages we send have their binary content as attachments. @spec Digikoppeling WM001 */
  readonly mtom: boolean;
  /** Largest body without attachments, in octets: it is held in memory. */
  readonly maxEnvelopeBytes: number;
  /** Largest whole message, in octets. */
  readonly maxMessageBytes: number;
  /** Whether consultations keep the bodies of request and answer. */
  readonly logContent: boolean;
}

/** Partners call us. */
export interface ProvidedService extends RegisteredService {
  readonly role: 'provider';
  /** OINs of who may call. */
  readonly partners: ReadonlySet<string>;
  /** Our OINs: a `?OIN=` in wsa:To must be one of them. */
  readonly ours: ReadonlySet<string>;
  /** The values of wsa:To that are taken; where there are none, URLs whose path ends in `/<name>`. */
  readonly addresses: readonly string[];
  /** Whether those may be http:// as well. */
  readonly plainAddresses: boolean;
  readonly backend: BackendTerms;
}

/** We call a partner. */
export interface ConsumedService extends RegisteredService {
  readonly role: 'consumer';
  /** OIN of who answers: signs, and shows its certificate in TLS. */
  readonly partner: string;
  /** Our OIN, for wsa:From. */
  readonly oin: string;
  /** https:// URL; also wsa:To, unless `to` is given. */
  readonly endpoint: string;
  readonly to: string | undefined;
  /** DER of the partner's certificate to encrypt for; with 2W-be-SE. @spec Digikoppeling WB012 */
  readonly encryptFor: Uint8Array | undefined;
  readonly timeoutMs: number;
  /** Asking twice does no harm: a call that may have been made is made again. */
  readonly idempotent: boolean;
}

export interface BackendTerms {
  /** http(s):// URL that gets each request by POST, or what an adapter serves: `amqp`, `webhook:<name>`. */
  readonly destination: string;
  /** What is posted: a SOAP envelope with the body alone, the body itself, or JSON made of it. */
  readonly format: 'soap' | 'xml' | 'json';
  readonly timeoutMs: number;
  /** Which SOAP faults partners get as they are: those whose detail the WSDL declares, or all. */
  readonly faults: 'declared' | 'all';
}

/** What differs for one partner, by OIN; every weakening is logged at each use. */
export interface WusPartner {
  readonly allow: {
    readonly sha1: boolean;
    readonly cbc: boolean;
    readonly rsa15: boolean;
    /** A signature whose certificate is named by reference, not carried as a token. @spec Digikoppeling WB010 */
    readonly keyReferences: boolean;
    /** An answer whose SignatureConfirmation is not signed. */
    readonly unsignedConfirmation: boolean;
  };
  /** DER of certificates that key references may name, and that messages to it are encrypted for where its tokens are for signing only. */
  readonly certificates: readonly Uint8Array[];
  readonly encryptFor: Uint8Array | undefined;
  /** The OIN in the TLS certificate of who connects for this partner, where that is an intermediary. */
  readonly tlsOin: string | undefined;
}
