/** One application that knows only folders; every name is a setting, docs/configuration.md says what they mean. */
export interface FolderSettings {
  /** Makes the destination `files:<name>`, and the application of that name. */
  readonly name: string;
  readonly inbox: string | undefined;
  /** `files`: payloads beside their sidecar. `folder`: a folder a message. */
  readonly layout: 'files' | 'folder';
  /** What the gateway keeps for itself; undefined: `.postiljon` in inbox and outbox. */
  readonly work?: string | undefined;
  readonly outbox: OutboxSettings | undefined;
}

export interface OutboxSettings {
  readonly folder: string;
  readonly sent: string;
  readonly refused: string;
  /** That of the folder. */
  readonly work?: string | undefined;
  /** What every document of the folder is sent as; undefined: each message has a sidecar. */
  readonly message: FixedMessage | undefined;
  /** What is its own: PartyIds it may send for and services, as `type:value`, and actions; undefined: all. */
  readonly parties: readonly string[] | undefined;
  readonly services: readonly string[] | undefined;
  readonly actions: readonly string[] | undefined;
  /** So long a file must stay as it is before it counts as whole. */
  readonly quietMs: number;
  /** Longest time between two looks. */
  readonly pollMs: number;
  /** What was sent is kept so long; 0: for ever. */
  readonly keepDays: number;
  readonly limits: OutboxLimits;
}

export interface OutboxLimits {
  /** Octets of a sidecar. */
  readonly sidecar: number;
  /** Octets of all payloads of a message. */
  readonly message: number;
  /** Payloads of a message. */
  readonly parts: number;
}

export interface FixedMessage {
  readonly cpaId: string;
  readonly from: string;
  readonly fromRole: string | undefined;
  readonly to: string | undefined;
  readonly toRole: string | undefined;
  readonly service: string;
  readonly action: string;
  /** By the ending of its name where not given. */
  readonly contentType: string | undefined;
}

/** Within inbox and outbox, so that a rename never leaves their file system. */
export const WORK_FOLDER = '.postiljon';
