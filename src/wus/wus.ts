import type { Consultation, ConsultationContent, ConsultationQuery } from '../ports/consultations.ts';
import type { Page } from '../ports/store.ts';
import type { PayloadWriter, StoredContent } from '../ports/payload-store.ts';
import type { Receive } from '../ports/transport.ts';
import type { Readable } from 'node:stream';
import type { WusAttachment, WusContent, WusOutcome } from './content.ts';
import type { WusService } from './service.ts';
import type { WsdlOperation } from './wsdl/wsdl.ts';

/** The use cases of WUS: all that the endpoint, an adapter or the command line can ask of it. */
export interface Wus {
  /** Handles one HTTP request of a partner to `/wus/<service>` and gives the answer; never throws. */
  readonly receive: Receive;
  readonly services: readonly WusService[];
  /**
   * Calls the partner of a consumed service and gives its verified answer, or the fault that it signed. Errors: NOT_FOUND,
   * WUS_OPERATION, WUS_BODY, WUS_ATTACHMENT, CALL_REPEATED, SIGNING_KEY_MISSING, WUS_PEER_UNREACHABLE, WUS_PEER_TIMEOUT, WUS_PEER_ANSWER, WUS_ANSWER,
   * WUS_ANSWER_REFUSED (its cause says why), WUS_RELATES_TO, WUS_FAULT_UNPROVEN, STORE_UNAVAILABLE. What it holds of attachments is discarded after an error.
   */
  call(request: WusCall): Promise<WusCalled>;
  /** What a caller writes attachments to before `call`. */
  createAttachment(): PayloadWriter;
  discardAttachment(content: StoredContent): Promise<void>;
  openAttachment(attachment: WusAttachment): Promise<Readable>;
  readonly consultations: {
    list(query: ConsultationQuery): Promise<Page<Consultation>>;
    /** Throws NOT_FOUND. */
    find(id: string): Promise<Consultation & ConsultationContent>;
  };
  /**
   * Refuses what comes, and waits for what is under way; after `graceMs` backends and partners that are waited for are cut off (BUSY),
   * and their consultations are recorded as failed.
   */
  stop(graceMs?: number): Promise<void>;
}

export interface WusCall {
  readonly service: string;
  /** Undefined: the one whose input element the body is. */
  readonly operation: string | undefined;
  /** Those that may be asked; undefined: all of the service. */
  readonly operations?: readonly WsdlOperation[];
  readonly content: WusContent;
  /** What the application named it by: a second one with it is CALL_REPEATED, unless the service is `idempotent`. */
  readonly key?: { readonly application: string; readonly key: string } | undefined;
  /** Told before the partner is asked (with a `key`: once it is on record), so that its end can be named whatever it is. */
  readonly begun?: ((call: Pick<WusCalled, 'operation' | 'messageId' | 'consultation'>) => void) | undefined;
  /**
   * Makes of a verified answer what the application gets, before the consultation counts as answered: what this throws the call
   * throws (4xx as WUS_ANSWER_REFUSED), and the record says `undelivered`.
   */
  readonly handOver?: (content: WusContent, operation: string) => Promise<void>;
}

export interface WusCalled {
  readonly outcome: WusOutcome;
  readonly operation: string;
  readonly messageId: string;
  /** '' for a fault that says none. */
  readonly answerId: string;
  /** Id of the record of this consultation. */
  readonly consultation: string;
  /** Whoever called tells when it has read the attachments of the answer: they are discarded then. */
  release(): Promise<void>;
}
