import type { Clock } from '../../clock.ts';
import type { ConsultationLog } from '../../ports/consultations.ts';

const DAY_MS = 86_400_000;
const INTERVAL_MS = 3_600_000;
/** A batch is one transaction: small, so that what partners ask waits for none of them. */
const BATCH = 500;
const PAUSE_MS = 1_000;

interface PurgerParts {
  readonly consultations: Pick<ConsultationLog, 'purge'>;
  readonly clock: Clock;
  readonly failed: (error: unknown) => void;
}

/** Removes consultations that are older than `keepDays`: at once, then every hour. The answer ends it. */
export function startPurger(keepDays: number, { consultations, clock, failed }: PurgerParts): () => void {
  if (keepDays === 0) return () => undefined;
  let cancel: (() => void) | undefined;
  let stopped = false;
  const next = (wait: number): void => {
    if (!stopped) cancel = clock.schedule(clock.now() + wait, purge);
  };
  const purge = (): void => {
    consultations.purge(clock.now() - keepDays * DAY_MS, BATCH).then(
      (removed) => next(removed === BATCH ? PAUSE_MS : INTERVAL_MS),
      (error: unknown) => {
        if (!stopped) failed(error);
        next(INTERVAL_MS);
      },
    );
  };
  purge();
  return () => {
    stopped = true;
    cancel?.();
  };
}
