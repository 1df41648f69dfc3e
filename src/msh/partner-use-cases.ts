import type { MessageStatus } from '../ebms/message.ts';

/** What partners can be asked. */
export interface PartnerUseCases {
  /**
   * Sends a Ping and waits for the Pong, half a minute at most. Errors: CPA_UNKNOWN, CPA_INACTIVE, CPA_INVALID,
   * PARTY_UNKNOWN, NOT_OUR_PARTY, BUSY, PEER_UNREACHABLE, PEER_ANSWER, PEER_REFUSED, PEER_SILENT. @spec ebMS2 §8
   */
  ping(request: PingRequest): Promise<PingResult>;
}

export interface PingRequest {
  readonly cpaId: string;
  /** `type:value` or the bare value of a PartyId of the CPA; one of ours. */
  readonly from: string;
  /** The other party of the CPA when absent. */
  readonly to?: string;
}

/** How a question to a partner went. */
export interface Exchanged {
  readonly cpaId: string;
  /** As `type:value`. */
  readonly from: string;
  readonly to: string;
  readonly endpoint: string;
  /** Whether the answer came in the HTTP answer or by a request of its own. */
  readonly way: 'synchronous' | 'asynchronous';
  readonly roundTripMs: number;
}

export interface PingResult extends Exchanged {
  /** MessageId of the Ping and of the Pong. */
  readonly pingId: string;
  readonly pongId: string;
}

export interface PartnerStatus extends Exchanged {
  readonly messageId: string;
  readonly status: MessageStatus;
  /** When the partner received the message, as it says (ms since 1970); only with Received and Processed. */
  readonly receivedAt: number | undefined;
}
