import type { ErrorCode } from '../errors.ts';
import type { MessageRecord, OrderPlace } from './message-records.ts';
import type { InboundState } from './message-states.ts';

export interface InboundRecord extends MessageRecord {
  /** Hex digest over envelope and parts: equal for a repeat, whatever MIME did. See `msh/identity.ts`. */
  readonly identity: string;
  /** Forget the MessageId not before this time. */
  readonly persistUntil: number | undefined;
  /** Its place in the conversation; undefined: handed over as it comes. */
  readonly order: InboundOrder | undefined;
  /** Who gets it: `inbox`, or the name of a destination that it then waits for; a response goes where its request said. */
  readonly destination: string;
}

export interface InboundOrder extends OrderPlace {
  /** So many messages of the conversation may wait for earlier ones. */
  readonly maxHeld: number;
}

/** The answer to a received message: an Acknowledgment, kept byte for byte. */
export interface SignalRecord {
  readonly messageId: string;
  readonly envelope: Uint8Array;
  /** Set: the answer goes out by a request of its own, to this endpoint and lane. Unset: in the HTTP answer. */
  readonly send: { readonly endpoint: string; readonly lane: string } | undefined;
}

export type AcceptOutcome =
  /** `destination`: where an application wanted the response, in the place of that of the record. */
  | { readonly kind: 'accepted'; readonly destination?: string }
  /** Stored, but it waits for the message with the number `expected`. */
  | { readonly kind: 'held'; readonly expected: number }
  | { readonly kind: 'duplicate'; readonly answer: SignalRecord | undefined }
  | { readonly kind: 'conflict' }
  /** Nothing is stored. `used`: another message has this number; `full`: too many are held already. */
  | { readonly kind: 'out-of-order'; readonly why: 'used' | 'full'; readonly expected: number };

export interface KnownInbound {
  readonly identity: string;
  readonly cpaId: string;
  readonly state: InboundState;
  readonly storedAt: number;
  readonly answer: SignalRecord | undefined;
}

export interface RefusalQuery {
  readonly id?: string;
  readonly code?: string;
  /** Ms since 1970: at or after. */
  readonly since?: number;
  readonly cursor?: string;
  readonly limit: number;
}

/** What was refused: no message, but never forgotten. `sample` is at most 4 KiB of the envelope. */
export interface Refusal {
  readonly id: string;
  readonly at: number;
  readonly code: ErrorCode;
  readonly location: string | undefined;
  readonly detail: string | undefined;
  readonly remote: string | undefined;
  readonly messageId: string | undefined;
  readonly cpaId: string | undefined;
  readonly fromPartyId: string | undefined;
  readonly sample: Uint8Array;
}
