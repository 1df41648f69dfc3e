import type { ServerOptions } from 'node:https';
import type { Clock } from '../../src/index.ts';
import type { Access } from './access/access.ts';

/** What the REST API must know beside the gateway. */
export interface RestOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Host names that requests may name beside `localhost` and addresses; undefined: any (`access` keeps others out). */
  readonly names: readonly string[] | undefined;
  /** `source` of CloudEvents: `urn:nld:oin:<OIN>:systeem:postiljon`. */
  readonly source: string;
  readonly contact: { readonly name: string; readonly email: string | undefined; readonly url: string | undefined };
  readonly limits: RestLimits;
  /** Undefined: every caller may do everything. */
  readonly access?: Access | undefined;
  /** Undefined: plain HTTP. */
  readonly tls?: ServerOptions | undefined;
  readonly log: RestLog;
  readonly clock: Clock;
  /** Between two looks at an event stream: whether it is still known who reads it, and a comment on a silent one; 15 s where not given. */
  readonly heartbeatMs?: number;
}

export interface RestLimits {
  /** Octets of a JSON body, base64 included. */
  readonly json: number;
  /** Octets of a multipart/form-data body. */
  readonly upload: number;
  /** Payloads of one message. */
  readonly parts: number;
  /** Open at the same time; another is closed at once. 2000 where not given. */
  readonly connections?: number;
  /** How long the headers of a request may take to come in; 10 s where not given. */
  readonly headersMs?: number;
  /** How long a whole request may take to come in; an hour where not given. */
  readonly requestMs?: number;
  /** Event streams of one application at the same time; 20 where not given. */
  readonly streams?: number;
}

/** Fields never hold payload octets. */
export interface RestLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The version of the API, which is not that of the program. */
export const API_VERSION = '1.0.0';
export const API_BASE = '/api/v1';
