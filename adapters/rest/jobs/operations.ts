import type { MessageQuery, MessageSummary, MessageUseCases, Scope } from '../../../src/index.ts';
import { resendDigest } from '../requests/submission.ts';

/** What a job does with each message of a search. */
interface Operation {
  readonly scope: Scope;
  /** What is searched, whatever the caller asks. */
  readonly within: Pick<MessageQuery, 'direction' | 'state' | 'held'>;
  /** States that a caller may ask for; it must ask for one where there are any. */
  readonly states: readonly NonNullable<MessageQuery['state']>[];
  run(messages: MessageUseCases, message: MessageSummary, by: JobKey): Promise<unknown>;
}

/** By which a repeat of the same job is known. */
export interface JobKey {
  readonly application: string;
  readonly key: string;
}

export const OPERATIONS = {
  resend: {
    scope: 'messages:operate',
    within: { direction: 'out' },
    states: ['FAILED', 'EXPIRED', 'CANCELLED', 'DELIVERED'],
    run: (messages, { messageId, fromPartyId: sender }, { application, key }) =>
      messages.resend(messageId, {
        sender,
        // The same job again finds what the first has sent already.
        idempotency: { application, key: `${key}/${sender}/${messageId}`, digest: resendDigest(sender, messageId) },
      }),
  },
  cancel: {
    scope: 'messages:operate',
    within: { direction: 'out' },
    states: ['QUEUED', 'SENT'],
    run: (messages, { messageId, fromPartyId }) => messages.cancel(messageId, fromPartyId),
  },
  taken: {
    scope: 'messages:take',
    within: { direction: 'in', state: 'RECEIVED', held: false },
    states: [],
    run: (messages, { messageId, fromPartyId }) => messages.take(messageId, fromPartyId),
  },
} as const satisfies Readonly<Record<string, Operation>>;
export type OperationName = keyof typeof OPERATIONS;

export function operationOf(name: OperationName): Operation {
  return OPERATIONS[name];
}
