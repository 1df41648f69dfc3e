import type { PayloadBody } from '../ports/payload-store.ts';

/** What applications see of a request or an answer: never an envelope. */
export interface WusContent {
  /**
   * The one child of soap:Body, an element that stands on its own: UTF-8, without declaration, with every namespace that
   * its place had in scope. It may hold xop:Include of `attachments`.
   */
  readonly body: Buffer;
  /** In the order of their Includes. */
  readonly attachments: readonly WusAttachment[];
}

/** Octets that stand in the place of base64 in the body. @spec MTOM, Digikoppeling WM001 */
export interface WusAttachment {
  /** Without angle brackets. */
  readonly contentId: string;
  readonly contentType: string;
  readonly size: number;
  readonly content: PayloadBody;
}

/** @spec SOAP 1.1 §4.4 */
export interface WusFault {
  /** Namespace '' where the code has no prefix. */
  readonly faultcode: { readonly namespace: string; readonly localName: string };
  readonly faultstring: string;
  readonly faultactor: string | undefined;
  /** The children of `detail`, each an element that stands on its own. */
  readonly detail: readonly Buffer[];
}

export type WusOutcome =
  | { readonly kind: 'answer'; readonly content: WusContent }
  | { readonly kind: 'fault'; readonly fault: WusFault };
