import type { AuditedMessage, AuditTotals, OrphanedEvent } from '../../ports/audit-source.ts';
import type { MessageState } from '../../ports/store.ts';
import type { AuditFinding } from '../gateway.ts';
import { INBOX } from '../handover/routes.ts';
import { END_EVENTS, STATES } from '../states.ts';
import type { AuditCode } from './findings.ts';
import { judgeEnvelope } from './judge-envelope.ts';

/** What is wrong with one message, apart from its payload files. */
export function judgeMessage(message: AuditedMessage, terms: JudgeTerms): readonly AuditFinding[] {
  return RULES.flatMap((rule) => {
    const found = rule(message, terms);
    return found === undefined ? [] : [findingOf(message, ...found)];
  });
}

export function findingOf(message: AuditedMessage, code: AuditCode, detail: string): AuditFinding {
  const { direction, messageId, sender } = message;
  return { code, direction, messageId, sender, detail };
}

/** What the store alone does not tell. */
export interface JudgeTerms {
  /** Destinations that are there; undefined: not known. */
  readonly destinations: readonly string[] | undefined;
}

type Rule = (message: AuditedMessage, terms: JudgeTerms) => readonly [AuditCode, string] | undefined;

const isOpen = ({ direction, state }: AuditedMessage): boolean => direction === 'out' && !STATES[state].final;

const isRouted = ({ direction, state, destination }: AuditedMessage): boolean =>
  direction === 'in' && state === 'RECEIVED' && destination !== INBOX;

const RULES: readonly Rule[] = [
  ({ direction, state }) =>
    isState(state) && STATES[state].direction === direction ? undefined : ['STATE_UNKNOWN', `state ${state}`],
  ({ hasEnvelope }) => (hasEnvelope ? undefined : ['ENVELOPE_MISSING', 'no envelope']),
  judgeEnvelope,
  ({ state, reliable, hasSignal }) =>
    state === 'DELIVERED' && reliable && !hasSignal
      ? ['RECEIPT_MISSING', 'DELIVERED, and no Acknowledgment']
      : undefined,
  (message) =>
    isState(message.state) && isOpen(message) && message.outboxRows === 0
      ? ['OUTBOX_MISSING', `${message.state}, no outbox row`]
      : undefined,
  (message) =>
    isState(message.state) && message.direction === 'out' && !isOpen(message) && message.outboxRows > 0
      ? ['OUTBOX_LEFT', `${message.state}, ${message.outboxRows} outbox row`]
      : undefined,
  (message) =>
    isRouted(message) && !message.waits
      ? ['HANDOVER_MISSING', `RECEIVED for ${message.destination}, and nothing waits`]
      : undefined,
  (message) =>
    message.waits && !isRouted(message)
      ? ['HANDOVER_LEFT', `${message.state}, and it waits for a destination`]
      : undefined,
  (message, { destinations }) =>
    isRouted(message) && destinations?.includes(message.destination) === false
      ? ['DESTINATION_UNKNOWN', `RECEIVED for ${message.destination}`]
      : undefined,
  ({ direction, ends, ended }) => {
    if (direction === 'in') return undefined;
    const expected = ended.map((state) => END_EVENTS[state] ?? state).sort();
    const found = Array.from<string>(ends).sort();
    if (expected.join() === found.join()) return undefined;
    return ['END_EVENT', `${list(found)} where ${list(expected)} must be`];
  },
];

function isState(state: string): state is MessageState {
  return Object.hasOwn(STATES, state);
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'no final event' : names.join(' and ');
}

/** What is wrong with the store as a whole. */
export function judgeTotals({ counted, kept, strayOutbox, damage }: AuditTotals): readonly AuditFinding[] {
  const states = Array.from(new Set([...Object.keys(counted), ...Object.keys(kept)].filter(isState)));
  const wrong = states.filter((state) => (counted[state] ?? 0) !== (kept[state] ?? 0));
  return [
    ...wrong.map((state) => whole('COUNT_WRONG', `${state}: ${counted[state] ?? 0} counted, ${kept[state] ?? 0} kept`)),
    ...strayOutbox.map((key) => whole('OUTBOX_STRAY', `outbox row ${key}`)),
    ...damage.map((text) => whole('STORE_DAMAGED', text)),
  ];
}

export function judgeOrphan({ type, at, direction, messageId }: OrphanedEvent): AuditFinding {
  const detail = `${type} at ${new Date(at).toISOString()}, and no message`;
  return { code: 'MESSAGE_MISSING', direction, messageId, sender: undefined, detail };
}

function whole(code: AuditCode, detail: string): AuditFinding {
  return { code, direction: undefined, messageId: undefined, sender: undefined, detail };
}
