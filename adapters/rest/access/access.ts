import type { Application } from '../../../src/index.ts';

/** How callers are known. Made by the application from its configuration. */
export interface Access {
  readonly schemes: readonly SchemeName[];
  /** For the OpenAPI document, with `openId`. */
  readonly issuer?: string | undefined;
  /** Throws UNAUTHENTICATED, TOO_MANY_FAILURES, IDENTITY_PROVIDER_UNREACHABLE. */
  identify(shown: Shown): Promise<Identity>;
}

export type SchemeName = 'apiKey' | 'clientCertificate' | 'openId';

/** What a request shows of its caller. */
export interface Shown {
  readonly authorization: string | undefined;
  /** DER of the client certificate that TLS has chained; undefined: none. */
  readonly certificate: Uint8Array | undefined;
  /** Address of the caller. */
  readonly remote: string | undefined;
}

export interface Identity {
  readonly application: Application;
  /** When what was shown ends; ms since 1970. */
  readonly until?: number | undefined;
}
