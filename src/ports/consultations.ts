import type { Page } from './message-views.ts';

/** Who consulted which service, when, and how it went: one record a request, of either role. */
export interface Consultation {
  readonly id: string;
  readonly role: 'provider' | 'consumer';
  readonly service: string;
  /** OIN of ours: in whose name it was asked, or who was asked. Undefined for what does not say it where it could be several. */
  readonly party: string | undefined;
  /** Undefined for what was refused before it was known. */
  readonly operation: string | undefined;
  /** OIN of the partner: of who asks, once that is proven. */
  readonly partner: string | undefined;
  /** OIN in the certificate that TLS showed, of who connects to a provided service. */
  readonly tlsOin: string | undefined;
  /** ms since 1970. */
  readonly at: number;
  readonly messageId: string | undefined;
  /** MessageID of the answer. */
  readonly answerId: string | undefined;
  /** `running`: its end is not recorded (yet); the gateway may have been killed. */
  readonly result: ConsultationResult;
  /** Our error code, or the partner's faultcode for a fault. */
  readonly code: string | undefined;
  /** For operators. */
  readonly detail: string | undefined;
  /** Undefined while running. */
  readonly durationMs: number | undefined;
  readonly remote: string | undefined;
}

export type ConsultationResult = 'running' | 'answered' | 'fault' | 'refused' | 'failed' | 'undelivered';

/** The bodies, kept only where the service is configured so. */
export interface ConsultationContent {
  readonly request: Uint8Array | undefined;
  readonly answer: Uint8Array | undefined;
}

export interface ConsultationEnd extends Pick<Consultation, 'result' | 'code' | 'detail' | 'durationMs' | 'answerId'> {
  readonly content?: ConsultationContent;
}

/** What an application named its request by, so that it is not asked twice without anybody knowing. */
export interface CallKey {
  readonly application: string;
  readonly key: string;
  /** Asking twice does no harm: the key goes to the newer one. */
  readonly again: boolean;
}

export interface ConsultationQuery {
  readonly role?: Consultation['role'];
  readonly service?: string;
  readonly operation?: string;
  /** OIN of the partner; where none was proven, the one that TLS showed. */
  readonly partner?: string;
  readonly result?: ConsultationResult;
  readonly messageId?: string;
  /** ms since 1970. */
  readonly since?: number;
  readonly until?: number;
  readonly owner?: ConsultationOwner;
  readonly cursor?: string;
  readonly limit: number;
}

/** Only consultations of these; undefined: any. */
export interface ConsultationOwner {
  /** OINs of ours. */
  readonly parties: readonly string[] | undefined;
  readonly services: readonly string[] | undefined;
  readonly operations: readonly string[] | undefined;
}

/** Everything throws STORE_UNAVAILABLE. */
export interface ConsultationLog {
  /**
   * Durable once it has answered; nothing is answered to a partner before that. Throws CALL_REPEATED, and stores nothing, when an
   * earlier one has the key of `call`.
   */
  begin(consultation: Consultation, call?: CallKey): Promise<void>;
  /** Completes what began. An id that is not there changes nothing. */
  end(id: string, end: ConsultationEnd): Promise<void>;
  /** Newest first. */
  list(query: ConsultationQuery): Promise<Page<Consultation>>;
  find(id: string): Promise<(Consultation & ConsultationContent) | undefined>;
  /** Of requests accepted by provided services since then: what the replay cache remembers after a start. */
  replayable(
    since: number,
  ): Promise<readonly { readonly partner: string; readonly messageId: string; readonly at: number }[]>;
  /** Removes those before `before`, at most `limit`; answers how many. */
  purge(before: number, limit: number): Promise<number>;
}
