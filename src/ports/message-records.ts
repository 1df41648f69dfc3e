import type { PayloadBody } from './payload-store.ts';

/** By whom, to whom and for what a message is, in the words of its CPA. Parties and service in the form `type:value`. */
export interface MessagePurpose {
  readonly cpaId: string;
  readonly fromPartyId: string;
  readonly fromRole: string | undefined;
  readonly toPartyId: string;
  readonly toRole: string | undefined;
  readonly service: string;
  readonly action: string;
}

/** What messages in both directions have in common. */
export interface MessageRecord extends MessagePurpose {
  readonly messageId: string;
  readonly conversationId: string;
  readonly refToMessageId: string | undefined;
  /** MessageData/Timestamp. */
  readonly timestamp: number;
  readonly timeToLive: number | undefined;
  /** When this gateway stored it. */
  readonly storedAt: number;
  /** The SOAP envelope's octets, as received or as sent. */
  readonly envelope: Uint8Array;
  readonly payloads: readonly PayloadRecord[];
}

export interface PayloadRecord {
  readonly contentId: string;
  readonly contentType: string;
  readonly name: string | undefined;
  readonly size: number;
  /** SHA-256, lower-case hex. */
  readonly sha256: string;
  readonly body: PayloadBody;
  /** Set for a sent payload that travels encrypted: what makes the same cipher text at each attempt. */
  readonly sealed?: SealedRecord;
}

/** A `SealedPart` as it is kept. `key` is as secret as the payload. */
export interface SealedRecord {
  readonly algorithm: string;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
}

/** Where an application wants the response to a message that it sends, instead of where `routes` lead. */
export interface ReplyTo {
  /** A destination that an adapter serves. */
  readonly destination: string;
  /** What the adapter knows it by there: the name of a queue. */
  readonly address: string;
  /** Comes back with the response. */
  readonly correlationId: string;
}

/** MessageOrder of a message. After 99999999 comes 0. @spec ebMS2 §9.1.1 */
export interface OrderPlace {
  readonly number: number;
  /** Begins the numbering, at 0. */
  readonly reset: boolean;
}
