import type { ParsedMessage } from '../stages.ts';
import { checkAckRequested } from './check-ack-requested.ts';
import { checkCpaDates } from './check-cpa-dates.ts';
import { checkDuplicateElimination } from './check-duplicate-elimination.ts';
import { checkManifest } from './check-manifest.ts';
import { checkMessageOrder } from './check-message-order.ts';
import { checkPartyIds } from './check-party-ids.ts';
import { checkSyncReply } from './check-sync-reply.ts';
import { checkTimes } from './check-times.ts';
import { checkVersion } from './check-version.ts';
import type { Check } from './check.ts';

type SignalCheck = (message: ParsedMessage) => void;

/**
 * The rules between the signature and acceptance: one row a rule, in their order; the first that fails answers.
 * `signal` is filled where the rule counts for Acknowledgment and ErrorList too. A repeat of a message that was
 * accepted before gets its stored answer, whatever these rules say by now.
 */
const GRID: readonly { readonly application: Check; readonly signal?: SignalCheck }[] = [
  { application: checkCpaDates },
  { application: checkVersion, signal: checkVersion },
  { application: checkPartyIds, signal: checkPartyIds },
  { application: checkDuplicateElimination },
  { application: checkMessageOrder },
  { application: checkAckRequested },
  { application: checkSyncReply },
  { application: checkTimes, signal: checkTimes },
  { application: checkManifest },
];

export const APPLICATION_CHECKS: readonly Check[] = GRID.map((row) => row.application);
export const SIGNAL_CHECKS: readonly SignalCheck[] = GRID.flatMap((row) =>
  row.signal === undefined ? [] : [row.signal],
);
