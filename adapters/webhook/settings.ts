/** One webhook as it is configured, its files read. */
export interface Webhook {
  readonly name: string;
  readonly url: string;
  readonly secret: string;
  readonly mode: 'binary' | 'structured';
  /** Event types, or `*`; none: messages only. */
  readonly events: readonly string[];
  /** Largest payload that travels in the request. */
  readonly inlineLimit: number;
  readonly timeoutSeconds: number;
  readonly deadAfterHours: number;
  readonly handshake: boolean;
  /** What the receiver knows us by: a DNS name. */
  readonly origin: string;
  readonly networks: readonly string[];
  readonly allowPlain: boolean;
  /** PEM. */
  readonly ca: string | undefined;
}
