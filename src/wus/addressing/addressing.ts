/** The WS-Addressing headers of one message, read; each stands at most once. @spec WS-Addressing 1.0, Digikoppeling WA001 */
export interface Addressing {
  readonly to: string | undefined;
  readonly action: string | undefined;
  readonly messageId: string | undefined;
  /** The MessageID that this one replies to. */
  readonly relatesTo: string | undefined;
  /** Address of each endpoint reference. */
  readonly from: string | undefined;
  readonly replyTo: string | undefined;
  readonly faultTo: string | undefined;
}

/** What `writeAddressing` writes; in this order, each with a wsu:Id when it is to be signed. */
export interface AddressingToWrite {
  readonly to: string;
  readonly action: string;
  readonly messageId: string;
  readonly relatesTo?: string;
  readonly from?: string;
  readonly replyTo?: string;
}
