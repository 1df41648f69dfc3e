import { messages } from './0001-messages.ts';
import { operators } from './0002-operators.ts';
import { sealedPayloads } from './0003-sealed-payloads.ts';
import { messageOrder } from './0004-message-order.ts';
import { bundles } from './0005-bundles.ts';
import type { Migration } from './migration.ts';

/** In order; a step that was released is never changed, a change is a new step. */
export const MIGRATIONS: readonly Migration[] = [messages, operators, sealedPayloads, messageOrder, bundles];
