import type { TypedValue } from '../cpa/typed-value.ts';

/** The elements of an ebMS2 message as readonly data. @spec ebMS2 §3 */
export type EbmsMessage =
  | ApplicationMessage
  | AcknowledgmentMessage
  | ErrorMessage
  | PingMessage
  | PongMessage
  | StatusRequestMessage
  | StatusResponseMessage;

interface Common {
  readonly header: MessageHeader;
  readonly syncReply: SyncReply | undefined;
  readonly messageOrder: MessageOrder | undefined;
}

export interface ApplicationMessage extends Common {
  readonly kind: 'ApplicationMessage';
  /** AckRequested for the To Party MSH; one for the next MSH stands in `nextMshAckRequested`. */
  readonly ackRequested: AckRequested | undefined;
  readonly nextMshAckRequested: boolean;
  readonly manifest: Manifest | undefined;
  /** Warnings about an earlier message that ride on this one; absent when there are none. @spec ebMS2 §4.2.4.1 */
  readonly warnings?: ErrorList;
  /** The receipt of the request that this message answers, in one HTTP answer with it. @spec ebMS2 §6.3.2 */
  readonly acknowledgment?: Acknowledgment;
}

export interface AcknowledgmentMessage extends Common {
  readonly kind: 'AcknowledgmentMessage';
  readonly acknowledgment: Acknowledgment;
}

export interface ErrorMessage extends Common {
  readonly kind: 'ErrorMessage';
  readonly errorList: ErrorList;
}

export interface PingMessage extends Common {
  readonly kind: 'PingMessage';
}

export interface PongMessage extends Common {
  readonly kind: 'PongMessage';
}

export interface StatusRequestMessage extends Common {
  readonly kind: 'StatusRequestMessage';
  readonly refToMessageId: string;
}

export interface StatusResponseMessage extends Common {
  readonly kind: 'StatusResponseMessage';
  readonly refToMessageId: string;
  readonly messageStatus: MessageStatus;
  readonly timestamp: string | undefined;
}

/** @spec ebMS2 §7.1.2 */
export type MessageStatus = 'UnAuthorized' | 'NotRecognized' | 'Received' | 'Processed' | 'Forwarded';

/** @spec ebMS2 §3.1 */
export interface MessageHeader {
  readonly version: string;
  readonly from: Party;
  readonly to: Party;
  readonly cpaId: string;
  readonly conversationId: string;
  readonly service: TypedValue;
  readonly action: string;
  readonly messageData: MessageData;
  readonly duplicateElimination: boolean;
  readonly descriptions: readonly string[];
}

export interface Party {
  readonly partyIds: readonly TypedValue[];
  readonly role: string | undefined;
}

export interface MessageData {
  readonly messageId: string;
  /** xsd:dateTime as it stands on the wire. */
  readonly timestamp: string;
  readonly refToMessageId: string | undefined;
  readonly timeToLive: string | undefined;
}

/** @spec ebMS2 §6.3.1 */
export interface AckRequested {
  readonly version: string;
  readonly actor: string | undefined;
  readonly signed: boolean;
}

/** @spec ebMS2 §4.3 */
export interface SyncReply {
  readonly version: string;
  readonly actor: string | undefined;
}

/** @spec ebMS2 §9.1 */
export interface MessageOrder {
  readonly version: string;
  /** As it stands on the wire: `readSequenceNumber` tells whether it is one. */
  readonly sequenceNumber: string;
  readonly status: 'Reset' | 'Continue';
}

/** @spec ebMS2 §6.3.2 */
export interface Acknowledgment {
  readonly version: string;
  readonly actor: string | undefined;
  readonly timestamp: string;
  readonly refToMessageId: string;
  readonly from: readonly TypedValue[];
  readonly references: readonly CopiedReference[];
}

/** A ds:Reference inside an Acknowledgment: compared, never evaluated. */
export interface CopiedReference {
  readonly uri: string;
  readonly digestAlgorithm: string;
  /** base64 without white space. */
  readonly digestValue: string;
}

/** @spec ebMS2 §4.2.3 */
export interface ErrorList {
  readonly version: string;
  readonly highestSeverity: 'Error' | 'Warning';
  readonly errors: readonly EbmsError[];
}

export interface EbmsError {
  readonly codeContext: string | undefined;
  readonly errorCode: string;
  readonly severity: 'Error' | 'Warning';
  readonly location: string | undefined;
  readonly description: string | undefined;
}

/** @spec ebMS2 §3.2 */
export interface Manifest {
  readonly version: string;
  readonly references: readonly ManifestReference[];
}

export interface ManifestReference {
  readonly href: string;
  readonly role: string | undefined;
}
