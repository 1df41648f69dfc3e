import type { Clock } from '../../clock.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type { OutboxJob, SentTerms, Store } from '../../ports/store.ts';
import type { Signer } from '../../ports/trust.ts';
import type { CpaRegister } from '../cpa-register.ts';
import type { GatewayUser } from '../gateway.ts';
import type { PartnerTerms } from '../parts.ts';
import type { WaitingRequests } from '../responses/waiting-requests.ts';
import type { Translations } from '../translation/translations.ts';
import type { Numbering } from './numbering.ts';
import type { OpenAnswer, Reservation } from './sender.ts';

/** What it takes to submit a message. */
export interface Submitter {
  readonly store: Store;
  readonly payloads: PayloadStore;
  readonly cpas: CpaRegister;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly ours: ReadonlySet<string>;
  readonly numbering: Numbering;
  readonly partners: ReadonlyMap<string, PartnerTerms>;
  readonly outbox: Outbox;
  readonly translations: Translations;
  /** For whom; undefined: nobody in particular, who may send everything. */
  readonly user: GatewayUser | undefined;
  /** Requests of partners whose HTTP answer may be a message of ours. */
  readonly waiting: WaitingRequests;
}

/** Who sends what is stored. */
export interface Outbox {
  reserve(lane: string): Reservation | undefined;
  wake(lane: string): void;
  leaseUntil(): number;
  answer(job: OutboxJob, terms: SentTerms, to: OpenAnswer): void;
}
