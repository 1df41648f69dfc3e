import type { Clock } from '../clock.ts';
import type { Backend } from '../ports/backend.ts';
import type { ConsultationLog } from '../ports/consultations.ts';
import type { Log } from '../ports/log.ts';
import type { PayloadStore } from '../ports/payload-store.ts';
import type { Transport } from '../ports/transport.ts';
import type { Decrypter, Signer, Trust } from '../ports/trust.ts';
import type { WusPartner, WusService } from './service.ts';
import type { QualifiedName, WsdlInterface } from './wsdl/wsdl.ts';

export interface WusConfig {
  /** Names are unique within a role. */
  readonly services: readonly WusService[];
  /** What differs for one partner, by OIN. */
  readonly partners: ReadonlyMap<string, WusPartner>;
  /** How far a clock may be off, in ms. */
  readonly skewMs: number;
  /** Oldest Timestamp, and for how long what we send is valid, in ms. */
  readonly maxAgeMs: number;
}

/** Bodies in JSON, for whoever wants no XML. Throws TRANSLATION_IMPOSSIBLE. */
export interface JsonTranslation {
  /** UTF-8 of a JSON object; `element` is what the body is by the WSDL. */
  toJson(body: Buffer, element: QualifiedName, wsdl: WsdlInterface): Buffer;
  /** An element that stands on its own. */
  fromJson(json: Buffer, element: QualifiedName, wsdl: WsdlInterface): Buffer;
}

export interface WusParts {
  readonly consultations: ConsultationLog;
  readonly payloads: PayloadStore;
  readonly transport: Transport;
  readonly backend: Backend;
  readonly trust: Trust;
  readonly signer: Signer;
  /** DER of the certificate to sign with; undefined where no service signs. */
  readonly certificate: Uint8Array | undefined;
  readonly decrypter: Decrypter;
  readonly clock: Clock;
  readonly log: Log;
  readonly translation: JsonTranslation;
}

/** By what messages of partners, requests and answers, are opened, verified and believed. */
export interface PartnerJudge
  extends Pick<WusConfig, 'partners' | 'skewMs' | 'maxAgeMs'>,
    Pick<WusParts, 'trust' | 'decrypter' | 'clock' | 'log'> {}
