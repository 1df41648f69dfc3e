import type { ErrorCode } from '../../errors.ts';
import type { OperationName } from './operations/index.ts';

/** What the worker gets: how to open at first (`workerData`), then batch after batch. */
export interface WorkerSettings {
  readonly path: string;
  /** A second connection that only reads: no lock, no schema step, no checkpoint. */
  readonly readOnly?: boolean;
}

/** Name and argument belong together: `WorkerLink.call` sees to it. */
export interface Call {
  readonly name: OperationName;
  readonly argument: unknown;
}

/** What it answers: one message when the database is open, then one for each batch, after COMMIT. */
export type Reply =
  | { readonly kind: 'opened' }
  | { readonly kind: 'not-opened'; readonly error: Failure }
  | BatchReply
  | { readonly kind: 'closed' };

export type BatchReply =
  | { readonly kind: 'done'; readonly results: readonly CallResult[]; readonly wrote: boolean }
  /** Nothing of the batch is stored. */
  | { readonly kind: 'failed'; readonly error: Failure };

export type CallResult = { readonly value: unknown } | { readonly error: Failure };

/** A GatewayError in a form that crosses threads. */
export interface Failure {
  readonly code: ErrorCode;
  readonly location: string | undefined;
  readonly detail: string | undefined;
}
