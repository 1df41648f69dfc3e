import { acceptInbound, findInbound } from './accept-inbound.ts';
import { auditMessages, auditTotals } from './audit.ts';
import { cancelOutbound } from './cancel-outbound.ts';
import { claimDue, releaseLeases } from './claim-due.ts';
import { concludeOutbound } from './conclude-outbound.ts';
import { listCpas, removeCpa, saveCpa, setCpaActive } from './cpas.ts';
import { listEvents } from './events.ts';
import { findMessage } from './find-message.ts';
import { listMessages } from './list-messages.ts';
import { recordAttempt } from './record-attempt.ts';
import { listRefusals, note } from './refusals.ts';
import { refersTo, stats } from './stats.ts';
import { findSubmitted, submitOutbound } from './submit-outbound.ts';
import { takeInbound } from './take-inbound.ts';

/** What the worker can be asked: every operation takes the database and one argument, and runs inside a transaction. */
export const OPERATIONS = {
  acceptInbound,
  findInbound,
  submitOutbound,
  findSubmitted,
  claimDue,
  releaseLeases,
  recordAttempt,
  concludeOutbound,
  cancelOutbound,
  takeInbound,
  findMessage,
  listMessages,
  listEvents,
  note,
  listRefusals,
  refersTo,
  stats,
  saveCpa,
  setCpaActive,
  removeCpa,
  listCpas,
  auditTotals,
  auditMessages,
} as const;

export type Operations = typeof OPERATIONS;
export type OperationName = keyof Operations;
export type Argument<Name extends OperationName> = Parameters<Operations[Name]>[1];
export type Result<Name extends OperationName> = ReturnType<Operations[Name]>;

/** These change nothing: a batch of them alone needs no commit. */
export const READ_ONLY: ReadonlySet<OperationName> = new Set<OperationName>([
  'findInbound',
  'findSubmitted',
  'findMessage',
  'listMessages',
  'listEvents',
  'listRefusals',
  'refersTo',
  'stats',
  'listCpas',
  'auditTotals',
  'auditMessages',
]);
