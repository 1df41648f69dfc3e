import { parseDateTime } from '../../clock.ts';
import type { MessageState } from '../../ports/store.ts';
import { END_EVENTS, STATES } from '../states.ts';
import { type EvidenceReader, type EvidenceRecord, FILES } from './evidence.ts';
import type { EvidenceFindings } from './findings.ts';
import { isObject, isText, parseJson } from './json.ts';

interface ReadEvent {
  readonly type: string;
  /** ms since 1970. */
  readonly at: number;
}

interface ReadEvents {
  readonly complete: boolean;
  readonly events: readonly ReadEvent[];
}

/** The events tell the same story as the state that was noted: how the message came, and how it ended. */
export async function checkEvents(
  reader: EvidenceReader,
  { findings, record }: { readonly findings: EvidenceFindings; readonly record: EvidenceRecord },
): Promise<void> {
  const octets = await reader.read(FILES.events);
  if (octets === undefined) {
    findings.failed('events', `${FILES.events} is missing: nothing says what happened to the message, and when`);
    return;
  }
  const read = readEvents(parseJson(octets), record.messageId);
  if (read === undefined) {
    findings.failed('events', `${FILES.events} cannot be read, is of another message, or out of order`);
    return;
  }
  const wrong = contradictions(record, read);
  const late = record.direction === 'out' && record.state !== 'DELIVERED' && (await reader.read(FILES.receipt));
  if (late) {
    const text = `there is a receipt, and yet the message is ${record.state}`;
    const told = !read.complete || read.events.some(({ type }) => type === 'message.late-signal');
    if (told) findings.unproven('events', `${text}: that it came late is the word of this gateway alone`);
    else wrong.push(text);
  }
  for (const text of wrong) findings.failed('events', text);
  for (const type of surplusEnds(record, read)) {
    const why = `it is of another message with this MessageId, or one of the two is not true`;
    findings.unproven('events', `${type} does not go with the state ${record.state}: ${why}`);
  }
  if (!read.complete) findings.unproven('events', `${FILES.events} holds only the first ${read.events.length} events`);
  else if (wrong.length === 0) {
    findings.proven('events', `${FILES.events} (${countOf(read.events)}) goes with the state ${record.state}`);
  }
}

/** What must be there and is not. */
function contradictions(
  { direction, state, stateAt, held }: EvidenceRecord,
  { events, complete }: ReadEvents,
): string[] {
  if (!isState(state) || STATES[state].direction !== direction) return [`${state} is no state of such a message`];
  if (!complete) return [];
  const came = direction === 'out' || held || events.some(({ type }) => type === 'message.received');
  const end = END_EVENTS[state];
  const ended = end === undefined || events.some(({ type, at }) => type === end && at === parseDateTime(stateAt));
  return [
    ...(came ? [] : ['no event says that the message was received']),
    ...(ended ? [] : [`no ${end} of ${stateAt} goes with the state ${state}`]),
  ];
}

/** Ends that are there and must not be. */
function surplusEnds({ state }: EvidenceRecord, { events }: ReadEvents): readonly string[] {
  const types = new Set(events.map(({ type }) => type));
  return Object.values(END_EVENTS).filter((type) => types.has(type) && (!isState(state) || END_EVENTS[state] !== type));
}

function isState(state: string): state is MessageState {
  return Object.hasOwn(STATES, state);
}

function countOf(events: readonly unknown[]): string {
  return events.length === 1 ? '1 event' : `${events.length} events`;
}

/** undefined when it is none, or the order of its events is not that of their sequence. */
function readEvents(value: unknown, messageId: string): ReadEvents | undefined {
  if (!isObject(value) || value['messageId'] !== messageId || typeof value['complete'] !== 'boolean') return undefined;
  const { events: list, complete } = value;
  if (!Array.isArray(list)) return undefined;
  const events: ReadEvent[] = [];
  let last = 0;
  for (const one of list as readonly unknown[]) {
    if (!isObject(one)) return undefined;
    const { sequence, id, type, time } = one;
    const at = isText(time) ? parseDateTime(time) : undefined;
    if (typeof sequence !== 'number' || sequence <= last || !isText(id) || !isText(type) || at === undefined)
      return undefined;
    last = sequence;
    events.push({ type, at });
  }
  return { complete, events };
}
