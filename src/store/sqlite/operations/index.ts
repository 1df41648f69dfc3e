import { acceptInbound, findInbound } from './accept-inbound.ts';
import { auditEvents, auditMessages, auditTotals } from './audit.ts';
import { cancelOutbound } from './cancel-outbound.ts';
import { claimDue, releaseLeases } from './claim-due.ts';
import { claimHandovers, waitingHandovers } from './claim-handovers.ts';
import { concludeOutbound } from './conclude-outbound.ts';
import {
  beginConsultation,
  endConsultation,
  findConsultation,
  purgeConsultations,
  replayableConsultations,
} from './consultations.ts';
import { listCpas, removeCpa, saveCpa, setCpaActive } from './cpas.ts';
import { buryEvent, listDeadLetters, markDeadLetter, markedDeadLetters, settleDeadLetter } from './dead-letters.ts';
import { advanceCursor, openCursor } from './event-cursors.ts';
import { listEvents, listEventsAbout, listEventsOf } from './events.ts';
import { findMessage } from './find-message.ts';
import { confirmHandovers, hastenHandover, hastenHandovers, postponeHandover } from './handovers.ts';
import { listConsultations } from './list-consultations.ts';
import { listMessages } from './list-messages.ts';
import { probe } from './probe.ts';
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
  listEventsAbout,
  listEventsOf,
  note,
  listRefusals,
  refersTo,
  stats,
  probe,
  saveCpa,
  setCpaActive,
  removeCpa,
  listCpas,
  auditTotals,
  auditMessages,
  auditEvents,
  beginConsultation,
  endConsultation,
  listConsultations,
  findConsultation,
  replayableConsultations,
  purgeConsultations,
  claimHandovers,
  confirmHandovers,
  postponeHandover,
  hastenHandover,
  hastenHandovers,
  waitingHandovers,
  openCursor,
  advanceCursor,
  buryEvent,
  listDeadLetters,
  markDeadLetter,
  markedDeadLetters,
  settleDeadLetter,
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
  'listEventsAbout',
  'listEventsOf',
  'listRefusals',
  'refersTo',
  'stats',
  'listCpas',
  'auditTotals',
  'auditMessages',
  'auditEvents',
  'listConsultations',
  'findConsultation',
  'replayableConsultations',
  'waitingHandovers',
  'listDeadLetters',
  'markedDeadLetters',
]);
