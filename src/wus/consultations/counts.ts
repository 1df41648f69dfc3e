import type { Consultation, ConsultationLog, ConsultationResult } from '../../ports/consultations.ts';

/** Consultations that ended since start, of one service with one result. */
export interface ConsultationCount {
  readonly service: string;
  readonly role: Consultation['role'];
  readonly result: ConsultationResult;
  readonly count: number;
  /** All of them together, in ms. */
  readonly durationMs: number;
}

/** Names that partners made up are counted together. */
const OTHER_SERVICE = 'other';
/** Begun and not ended, at most: a partner that hangs up may leave some. */
const MOST_OPEN = 100_000;

type Key = Pick<Consultation, 'service' | 'role'>;

/** A log that counts what ends. `services` are the names that count by themselves. */
export function countConsultations(
  log: ConsultationLog,
  services: readonly string[],
): { readonly log: ConsultationLog; readonly counts: () => readonly ConsultationCount[] } {
  const known = new Set(services);
  const open = new Map<string, Key>();
  const counts = new Map<string, ConsultationCount>();
  const add = ({ service, role }: Key, result: ConsultationResult, durationMs = 0): void => {
    const name = known.has(service) ? service : OTHER_SERVICE;
    const key = `${role} ${result} ${name}`;
    const before = counts.get(key) ?? { count: 0, durationMs: 0 };
    const count = { count: before.count + 1, durationMs: before.durationMs + durationMs };
    counts.set(key, { service: name, role, result, ...count });
  };
  return {
    log: {
      begin(consultation, call) {
        const { id, service, role, result, durationMs } = consultation;
        if (result !== 'running') add({ service, role }, result, durationMs);
        else if (open.size < MOST_OPEN) open.set(id, { service, role });
        const begun = log.begin(consultation, call);
        begun.catch(() => void open.delete(id));
        return begun;
      },
      end(id, end) {
        const begun = open.get(id);
        if (begun !== undefined) add(begun, end.result, end.durationMs);
        open.delete(id);
        return log.end(id, end);
      },
      list: (query) => log.list(query),
      find: (id) => log.find(id),
      replayable: (since) => log.replayable(since),
      purge: (before, limit) => log.purge(before, limit),
    },
    counts: () => [...counts.values()],
  };
}
