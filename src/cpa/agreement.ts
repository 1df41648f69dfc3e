import type {
  Always,
  BusinessTransactionCharacteristics,
  Cpa,
  DeliveryChannel,
  PartyInfo,
  SyncReplyMode,
} from './model.ts';
import type { TypedValue } from './typed-value.ts';

/** What is agreed about one action in one direction: all that sender and receiver need, resolved once. */
export interface Agreement {
  readonly cpa: Cpa;
  readonly from: AgreedParty;
  readonly to: AgreedParty;
  readonly service: TypedValue;
  readonly action: string;
  /** The From party's channel of its CanSend: decides headers, signature and retries. */
  readonly sendChannel: DeliveryChannel;
  /** The To party's channel of its CanReceive: decides the endpoint. */
  readonly receiveChannel: DeliveryChannel;
  readonly characteristics: BusinessTransactionCharacteristics;
  readonly ackRequested: Always;
  readonly ackSignatureRequested: Always;
  readonly duplicateElimination: Always;
  readonly syncReplyMode: SyncReplyMode;
  /** actor of AckRequested. */
  readonly actor: string;
  /** First Endpoint of the receive channel; undefined when the transport has none. */
  readonly endpoint: string | undefined;
  /** undefined: the message is not signed. */
  readonly signing: SigningTerms | undefined;
  /** undefined: payloads travel as they are. */
  readonly encryption: EncryptionTerms | undefined;
  readonly retry: RetryPolicy;
  readonly messageOrder: OrderTerms;
  /** ms; how long the receiver keeps the MessageId at least. */
  readonly persistDuration: number | undefined;
}

export interface AgreedParty {
  readonly info: PartyInfo;
  /** The PartyIds that stand in the header: of this party in the CPA. */
  readonly partyIds: readonly TypedValue[];
  /** Role of the business message; undefined for the MSH's own service. */
  readonly role: string | undefined;
}

export interface SigningTerms {
  readonly hashFunction: string;
  readonly signatureAlgorithm: string;
  /** DER; undefined when the CPA names none that can be read. */
  readonly certificate: Uint8Array | undefined;
}

/** What the To party wants its payloads encrypted with. @spec CPPA 2.0 §8.4.54 */
export interface EncryptionTerms {
  /** URIs in the order of the CPA, the attribute `w3c` before the text. */
  readonly algorithms: readonly string[];
  /** DER of the To party's EncryptionCertificateRef; undefined when the CPA names none that can be read. */
  readonly certificate: Uint8Array | undefined;
}

/** Whether MessageOrderSemantics is Guaranteed: in the sender's sender binding, in the receiver's receiver binding. */
export interface OrderTerms {
  readonly sender: boolean;
  readonly receiver: boolean;
}

/** attempts = retries + 1, retryInterval ms apart; best effort is retries 0. @spec CPPA 2.0 §9.8.4 */
export interface RetryPolicy {
  readonly retries: number;
  readonly retryInterval: number;
  readonly reliable: boolean;
}
