import type { OutboundRecord, Store } from '../ports/store.ts';

/** A store that tells `changed` after each transaction that may have stored an event. */
export function observeStore(store: Store, changed: () => void): Store {
  const told = <A extends readonly unknown[], R>(method: (...args: A) => Promise<R>): ((...args: A) => Promise<R>) => {
    return async (...args) => {
      const result = await method(...args);
      changed();
      return result;
    };
  };
  const resent = told((message: OutboundRecord) => store.submitOutbound(message));
  return {
    acceptInbound: told((...args) => store.acceptInbound(...args)),
    recordAttempt: told((...args) => store.recordAttempt(...args)),
    concludeOutbound: told((...args) => store.concludeOutbound(...args)),
    cancelOutbound: told((...args) => store.cancelOutbound(...args)),
    takeInbound: told((...args) => store.takeInbound(...args)),
    note: told((...args) => store.note(...args)),
    findInbound: (...args) => store.findInbound(...args),
    findSubmitted: (...args) => store.findSubmitted(...args),
    // Only one that is sent once more has an event; the streams need not look for every other.
    submitOutbound: (message) => (message.resend === undefined ? store.submitOutbound(message) : resent(message)),
    claimDue: (...args) => store.claimDue(...args),
    findMessage: (...args) => store.findMessage(...args),
    listMessages: (...args) => store.listMessages(...args),
    listEvents: (...args) => store.listEvents(...args),
    listRefusals: (...args) => store.listRefusals(...args),
    refersTo: (...args) => store.refersTo(...args),
    stats: () => store.stats(),
    auditTotals: (query) => store.auditTotals(query),
    auditMessages: (query) => store.auditMessages(query),
    cpas: store.cpas,
    close: () => store.close(),
  };
}
