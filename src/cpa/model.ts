import type { TypedValue } from './typed-value.ts';

/**
 * The parts of a CollaborationProtocolAgreement that a gateway acts on, as they stand in the document: nothing is
 * defaulted or resolved here except what the schema itself defaults. @spec CPPA 2.0 §9
 */
export interface Cpa {
  readonly cpaId: string;
  readonly version: string | undefined;
  readonly status: 'proposed' | 'agreed' | 'signed';
  /** ms since 1970 UTC. */
  readonly start: number;
  readonly end: number;
  readonly parties: readonly PartyInfo[];
  /** The document as it came, byte for byte. */
  readonly bytes: Uint8Array;
  readonly signed: boolean;
  /** Whether it limits invocations or concurrent conversations, which nothing here does. */
  readonly conversationConstraints: boolean;
}

export interface PartyInfo {
  readonly partyName: string;
  readonly partyIds: readonly TypedValue[];
  readonly defaultMshChannelId: string | undefined;
  readonly roles: readonly CollaborationRole[];
  readonly certificates: ReadonlyMap<string, CpaCertificate>;
  readonly securityDetails: ReadonlyMap<string, readonly string[]>;
  readonly channels: ReadonlyMap<string, DeliveryChannel>;
  readonly transports: ReadonlyMap<string, CpaTransport>;
  readonly docExchanges: ReadonlyMap<string, DocExchange>;
  readonly overrides: readonly { readonly action: string; readonly channelId: string }[];
}

export interface CollaborationRole {
  readonly role: string;
  readonly service: TypedValue;
  readonly canSend: readonly ActionBinding[];
  readonly canReceive: readonly ActionBinding[];
}

export interface ActionBinding {
  readonly id: string;
  readonly action: string;
  readonly otherPartyActionBinding: string | undefined;
  readonly channelIds: readonly string[];
  /** Whether it stands inside another binding: the reply of a synchronous exchange. */
  readonly nested: boolean;
  readonly characteristics: BusinessTransactionCharacteristics;
}

export type Protection = 'none' | 'transient' | 'persistent' | 'transient-and-persistent';

export interface BusinessTransactionCharacteristics {
  readonly isNonRepudiationRequired: boolean;
  readonly isNonRepudiationReceiptRequired: boolean;
  readonly isConfidential: Protection;
  readonly isAuthenticated: Protection;
  readonly isTamperProof: Protection;
  readonly isAuthorizationRequired: boolean;
  readonly isIntelligibleCheckRequired: boolean;
  readonly timeToPerform: string | undefined;
}

export interface CpaCertificate {
  readonly certId: string;
  /** DER of the first ds:X509Certificate; undefined when there is none or it cannot be read. */
  readonly der: Uint8Array | undefined;
}

export type Always = 'always' | 'never' | 'perMessage';
export type SyncReplyMode = 'none' | 'mshSignalsOnly' | 'signalsOnly' | 'responseOnly' | 'signalsAndResponse';

export interface DeliveryChannel {
  readonly channelId: string;
  readonly transportId: string;
  readonly docExchangeId: string;
  readonly syncReplyMode: SyncReplyMode;
  readonly ackRequested: Always;
  readonly ackSignatureRequested: Always;
  readonly duplicateElimination: Always;
  readonly actor: string | undefined;
}

export interface CpaTransport {
  readonly transportId: string;
  /** Of the receiver, else of the sender, e.g. `HTTP`; undefined when there is none. */
  readonly protocol: string | undefined;
  readonly endpoints: readonly { readonly uri: string; readonly type: string | undefined }[];
  /** Of the receiver, else of the sender, e.g. `TLS 1.2`; undefined when there is none. */
  readonly securityProtocol: string | undefined;
  readonly clientCertificateRef: string | undefined;
  readonly serverCertificateRef: string | undefined;
}

export interface DocExchange {
  readonly docExchangeId: string;
  readonly sender: MessagingBinding | undefined;
  readonly receiver: MessagingBinding | undefined;
}

/** ebXMLSenderBinding or ebXMLReceiverBinding: the same shape, read from the side that it stands on. */
export interface MessagingBinding {
  readonly reliable: ReliableMessaging | undefined;
  /** ms. */
  readonly persistDuration: number | undefined;
  readonly nonRepudiation: NonRepudiation | undefined;
  readonly envelope: DigitalEnvelope | undefined;
}

export interface ReliableMessaging {
  /** undefined: left to the sender. */
  readonly retries: number | undefined;
  /** ms; undefined: left to the sender. */
  readonly retryInterval: number | undefined;
  readonly messageOrder: 'Guaranteed' | 'NotGuaranteed';
}

export interface NonRepudiation {
  readonly hashFunction: string;
  readonly signatureAlgorithms: readonly string[];
  /** SigningCertificateRef of a sender binding; undefined in a receiver binding. */
  readonly certificateRef: string | undefined;
}

export interface DigitalEnvelope {
  readonly encryptionAlgorithms: readonly string[];
  readonly certificateRef: string | undefined;
}
