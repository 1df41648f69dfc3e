import type { Clock } from '../clock.ts';
import type { PayloadStore } from '../ports/payload-store.ts';
import type { Store } from '../ports/store.ts';
import type { Transport } from '../ports/transport.ts';
import type { Decrypter, Signer, Trust } from '../ports/trust.ts';
import type { Route } from './handover/routes.ts';
import type { MessageLimits } from './limits.ts';
import type { Log } from '../ports/log.ts';

export interface GatewayConfig {
  /** PartyIds this gateway speaks for, as `type:value`. */
  readonly parties: readonly string[];
  /** What differs for one partner, by `type:value`. */
  readonly partners: ReadonlyMap<string, PartnerTerms>;
  readonly limits: MessageLimits;
  /** Attempts under way at the same time for one partner; 32 where not given. */
  readonly concurrency?: number;
  /** Pings and StatusRequests that one partner may send a minute; 60 where not given. */
  readonly questionsPerMinute?: number;
  /** How long a request waits for the response of the application, where the CPA has it in the HTTP answer; not at all where not given. */
  readonly responseTimeoutMs?: number;
  /** Requests that wait so at the same time. */
  readonly waitingRequests?: number;
  /** Who gets a received message; the first rule that matches. All go to the inbox where not given. */
  readonly routes?: readonly Route[];
  /** Octets of the largest payload that routes translate; 4 MiB where not given. */
  readonly translatedLimit?: number;
  /** Own certificates, for health: one that is not valid now stops the work. */
  readonly certificates?: readonly OwnCertificate[];
}

/** Times are ms since 1970 UTC. */
export interface OwnCertificate {
  /** Key of the configuration: keys.sign, keys.tlsClient, ebms.tls. */
  readonly name: string;
  readonly der: Uint8Array;
  readonly notBefore: number;
  readonly notAfter: number;
}

export type Weakening = 'sha1' | 'cbc' | 'rsa15' | 'keyRef';

export interface PartnerTerms {
  readonly allow: readonly Weakening[];
  /** Used instead of the Endpoint of the CPA. */
  readonly endpoint?: string;
  /** Messages to it are not numbered, whatever the CPA says: it signs Guaranteed and cannot do it. */
  readonly messageOrder?: 'off';
  /** Responses to it never travel in the HTTP answer, whatever the CPA says: it cannot read them there. */
  readonly responses?: 'apart';
  /** The OIN in the TLS certificate of who connects for this partner: an intermediary. */
  readonly tlsOin?: string;
  /** How payloads to it are encrypted, where the CPA asks for encryption. */
  readonly encryption?: PartnerEncryption;
}

export interface PartnerEncryption {
  /** Instead of the first of the CPA's algorithms that this gateway sends. */
  readonly data?: 'aes128-gcm' | 'aes256-gcm';
  /** `rsa-oaep` is that of XML Encryption 1.1, with SHA-256; `rsa-oaep-mgf1p` where nothing is said. */
  readonly keyTransport?: 'rsa-oaep-mgf1p' | 'rsa-oaep';
}

export interface GatewayParts {
  readonly store: Store;
  readonly payloads: PayloadStore;
  readonly transport: Transport;
  readonly trust: Trust;
  readonly signer: Signer;
  readonly decrypter: Decrypter;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 up to 1, for jitter; Math.random where not given. */
  readonly random?: () => number;
}
