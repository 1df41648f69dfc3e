import { GatewayError } from '../errors.ts';
import type { ConsultationLog, HandoverQueue, OutboundRecord, Store } from '../ports/store.ts';
import type { Log } from '../ports/log.ts';

/** Why the last write of messages or events failed; undefined when it went well. */
export interface WriteWatch {
  readonly failure: GatewayError | undefined;
}

/** A store that tells `changed` after each transaction that may have stored an event, and how its writes go. */
export function observeStore(
  store: Store,
  changed: () => void,
  log: Log,
): { readonly store: Store; readonly watch: WriteWatch } {
  const watch: { failure: GatewayError | undefined } = { failure: undefined };
  const worked = (): void => {
    watch.failure = undefined;
  };
  const failed = (thrown: unknown): void => {
    if (!(thrown instanceof GatewayError) || thrown.code !== 'STORE_UNAVAILABLE') return;
    if (watch.failure === undefined) log.error({ err: thrown }, 'the store cannot be written');
    watch.failure = thrown;
  };
  const watched = <R>(result: Promise<R>): Promise<R> => {
    result.then(worked, failed);
    return result;
  };
  const told = <A extends readonly unknown[], R>(method: (...args: A) => Promise<R>): ((...args: A) => Promise<R>) => {
    return async (...args) => {
      const result = await watched(method(...args));
      changed();
      return result;
    };
  };
  const resent = told((message: OutboundRecord) => store.submitOutbound(message));
  const observed: Store = {
    acceptInbound: told((...args) => store.acceptInbound(...args)),
    recordAttempt: told((...args) => store.recordAttempt(...args)),
    concludeOutbound: told((...args) => store.concludeOutbound(...args)),
    cancelOutbound: told((...args) => store.cancelOutbound(...args)),
    takeInbound: told((...args) => store.takeInbound(...args)),
    note: told((...args) => store.note(...args)),
    findInbound: (...args) => store.findInbound(...args),
    findSubmitted: (...args) => store.findSubmitted(...args),
    // Only one that is sent once more has an event; the streams need not look for every other.
    submitOutbound: (message) =>
      message.resend === undefined ? watched(store.submitOutbound(message)) : resent(message),
    claimDue: (...args) => store.claimDue(...args),
    findMessage: (...args) => store.findMessage(...args),
    listMessages: (...args) => store.listMessages(...args),
    listEvents: (...args) => store.listEvents(...args),
    listEventsAbout: (about) => store.listEventsAbout(about),
    listEventsOf: (...args) => store.listEventsOf(...args),
    listRefusals: (...args) => store.listRefusals(...args),
    refersTo: (...args) => store.refersTo(...args),
    stats: () => store.stats(),
    probe: () => store.probe(),
    auditTotals: (query) => store.auditTotals(query),
    auditMessages: (query) => store.auditMessages(query),
    auditEvents: (query) => store.auditEvents(query),
    cpas: store.cpas,
    consultations: watchConsultations(store.consultations, watched),
    handovers: tellHandovers(store.handovers, told),
    cursors: store.cursors,
    deadLetters: store.deadLetters,
    close: () => store.close(),
  };
  return { store: observed, watch };
}

type Told = <A extends readonly unknown[], R>(method: (...args: A) => Promise<R>) => (...args: A) => Promise<R>;

function tellHandovers(queue: HandoverQueue, told: Told): HandoverQueue {
  return {
    claim: (claim) => queue.claim(claim),
    confirm: told((...args) => queue.confirm(...args)),
    postpone: told((...args) => queue.postpone(...args)),
    hasten: (...args) => queue.hasten(...args),
    hastenAll: (...args) => queue.hastenAll(...args),
    waiting: () => queue.waiting(),
  };
}

function watchConsultations(log: ConsultationLog, watched: <R>(result: Promise<R>) => Promise<R>): ConsultationLog {
  return {
    begin: (...args) => watched(log.begin(...args)),
    end: (id, end) => watched(log.end(id, end)),
    list: (query) => log.list(query),
    find: (id) => log.find(id),
    replayable: (since) => log.replayable(since),
    purge: (before, limit) => watched(log.purge(before, limit)),
  };
}
