import { messages } from './0001-messages.ts';
import { operators } from './0002-operators.ts';
import { sealedPayloads } from './0003-sealed-payloads.ts';
import { messageOrder } from './0004-message-order.ts';
import { bundles } from './0005-bundles.ts';
import { consultations } from './0006-consultations.ts';
import { partnerErrors } from './0007-partner-errors.ts';
import { refusals } from './0008-refusals.ts';
import { handovers } from './0009-handovers.ts';
import { refusedConsultations } from './0010-refused-consultations.ts';
import { eventsOfMessage } from './0011-events-of-message.ts';
import { consultationResults } from './0012-consultation-results.ts';
import { wusCalls } from './0013-wus-calls.ts';
import { replies } from './0014-replies.ts';
import { consultationParties } from './0015-consultation-parties.ts';
import { eventsByRow } from './0016-events-by-row.ts';
import type { Migration } from './migration.ts';

/** In order; a step that was released is never changed, a change is a new step. */
export const MIGRATIONS: readonly Migration[] = [
  messages,
  operators,
  sealedPayloads,
  messageOrder,
  bundles,
  consultations,
  partnerErrors,
  refusals,
  handovers,
  refusedConsultations,
  eventsOfMessage,
  consultationResults,
  wusCalls,
  replies,
  consultationParties,
  eventsByRow,
];
