import type { ErrorCode } from '../errors.ts';
import type { Page } from './message-views.ts';
import type { StoredEvent } from './store-events.ts';

/** How far each subscriber of events has come, by its name. Everything throws STORE_UNAVAILABLE. */
export interface EventCursors {
  /** Sequence of the last event that it has; a subscriber that is new begins behind the newest. */
  open(subscriber: string): Promise<number>;
  /** Never goes back. */
  advance(subscriber: string, sequence: number): Promise<void>;
}

/** Events that a subscriber did not take: kept until they are sent once more and taken. Everything throws STORE_UNAVAILABLE. */
export interface DeadLetters {
  /** The cursor goes past the event in the same transaction. One letter a subscriber and event. */
  bury(subscriber: string, sequence: number, failure: EventFailure): Promise<void>;
  /** Newest first. */
  list(query: DeadLetterQuery): Promise<Page<DeadLetter>>;
  /** Marks it to be sent once more; false when there is none. */
  replay(id: string): Promise<boolean>;
  /** Those that are marked, oldest first. */
  marked(subscriber: string, limit: number): Promise<readonly DeadLetter[]>;
  /** It was taken and goes; or with a failure it stays, marked no more. */
  settle(id: string, failure: EventFailure | undefined): Promise<void>;
}

export interface EventFailure {
  readonly at: number;
  /** So far, for this event. */
  readonly attempts: number;
  readonly code: ErrorCode;
  readonly detail: string | undefined;
}

export interface DeadLetter extends EventFailure {
  readonly id: string;
  readonly subscriber: string;
  readonly event: StoredEvent;
  /** It is to be sent once more. */
  readonly marked: boolean;
}

export interface DeadLetterQuery {
  readonly id?: string;
  readonly subscriber?: string;
  readonly cursor?: string;
  readonly limit: number;
}
