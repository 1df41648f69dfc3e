import type { AmqpSettings } from './settings.ts';

/** What must stand at the broker, or may, and what it is for. */
export interface Wanted {
  readonly kind: 'exchange' | 'queue';
  readonly name: string;
  readonly use: string;
  /** Whether the gateway declares it when it starts. */
  readonly declared: boolean;
}

export interface Found extends Wanted {
  readonly there: boolean;
  /** Of a queue, where the broker says so. */
  readonly messages?: number;
  readonly readers?: number;
  /** Why it could not be looked at. */
  readonly fault?: string;
}

export interface Examined {
  /** As the broker calls itself. */
  readonly broker: string;
  readonly found: readonly Found[];
  /** Why the gateway may not write straight to queues, as answers go; undefined: it may, or the broker does not say. */
  readonly unanswerable?: string | undefined;
}

/** One version of AMQP: looks and changes nothing. Rejects when there is no connection. */
export type Examine = (settings: AmqpSettings, wanted: readonly Wanted[]) => Promise<Examined>;
