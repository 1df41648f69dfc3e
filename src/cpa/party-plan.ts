import type { SyncReplyMode } from './model.ts';
import type { PartyProfile } from './party-profile.ts';
import type { Profile } from './profiles.ts';

/** One party of a contract that is being made. Times in ms. */
export interface PartyPlan {
  /** Begins every id of this party. */
  readonly key: string;
  readonly party: PartyProfile;
  readonly profile: Profile;
  readonly syncReplyMode: SyncReplyMode;
  readonly retries: number;
  readonly retryInterval: number;
  readonly persistDuration: number;
}
