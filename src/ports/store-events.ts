import type { Direction, EventType } from './message-states.ts';

export interface NewEvent {
  readonly type: EventType;
  readonly at: number;
  readonly messageId: string | undefined;
  readonly direction: Direction | undefined;
  readonly cpaId: string | undefined;
  readonly data: Readonly<Record<string, EventValue>>;
}

/** A list holds things of one kind, such as the Errors of an ErrorList. */
export type EventValue = string | number | boolean | readonly Readonly<Record<string, string>>[];

/** Which events of one message: page after page, each after the last sequence of the one before. */
export interface EventsAbout {
  readonly messageId: string;
  readonly direction: Direction;
  readonly cpaId: string;
  /** Sequence, exclusive. */
  readonly after: number;
  readonly limit: number;
}

export interface StoredEvent extends NewEvent {
  readonly sequence: number;
  readonly id: string;
}
