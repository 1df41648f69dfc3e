import { GatewayError, newTimedId, timeOfId, toDateTime, toGatewayError } from '../../../src/index.ts';
import type { Clock, MessageQuery, MessageSummary, MessageUseCases } from '../../../src/index.ts';
import { operationOf } from './operations.ts';
import type { OperationName } from './operations.ts';

export interface JobRequest {
  readonly application: string;
  readonly operation: OperationName;
  readonly query: Omit<MessageQuery, 'limit' | 'cursor'>;
  readonly messages: MessageUseCases;
  /** Idempotency-Key of the request. */
  readonly key: string | undefined;
  /** Of operation and query: the same key with another is a conflict. */
  readonly digest: string;
}

/** Times are ms since 1970. */
export interface Job {
  readonly id: string;
  readonly application: string;
  readonly operation: OperationName;
  readonly digest: string;
  readonly key: string | undefined;
  readonly startedAt: number;
  state: 'searching' | 'running' | 'done' | 'stopped' | 'failed';
  /** Undefined while it searches. */
  total: number | undefined;
  done: number;
  failed: number;
  /** The first of what failed. */
  readonly failures: { readonly messageId: string; readonly code: string; readonly detail: string | undefined }[];
  endedAt: number | undefined;
}

const MOST_RUNNING = 4;
/** Two applications at least have their places. */
const MOST_RUNNING_OF_ONE = MOST_RUNNING / 2;
/** Of one application, so that nobody makes those of another forgotten. */
const MOST_KEPT = 250;
const MOST_MESSAGES = 100_000;
const MOST_FAILURES = 100;
const PAGE = 1000;

/**
 * Operations on many messages: first what is searched is found, then each is done, one after the other. Jobs live in this
 * process: what was done stays done, and the rest is for the same job again, which passes over what was done before.
 */
export class Jobs {
  readonly #clock: Clock;
  readonly #shared: boolean;
  readonly #since: number;
  readonly #jobs = new Map<string, Job>();
  #closing = false;

  /** `shared`: several applications may ask, and each has its share of the places. */
  constructor(clock: Clock, { shared }: { readonly shared: boolean }) {
    this.#clock = clock;
    this.#shared = shared;
    this.#since = Date.now();
  }

  /** Throws IDEMPOTENCY_CONFLICT, TOO_MANY_JOBS, BUSY. */
  start(request: JobRequest): Job {
    const { application, operation, key, digest } = request;
    const known =
      key === undefined ? undefined : this.#all().find((job) => job.application === application && job.key === key);
    if (known !== undefined && known.digest !== digest)
      throw new GatewayError('IDEMPOTENCY_CONFLICT', { location: 'Idempotency-Key' });
    if (known !== undefined && known.state !== 'stopped' && known.state !== 'failed') return known;
    this.#requirePlace(application);
    const counts = { total: undefined, done: 0, failed: 0, failures: [], endedAt: undefined };
    const of = { application, operation, key, digest };
    const job: Job = { id: newTimedId(), ...of, startedAt: this.#clock.now(), state: 'searching', ...counts };
    this.#jobs.set(job.id, job);
    this.#forgetOldest(application);
    void this.#run(job, request);
    return job;
  }

  /** Throws NOT_FOUND, also for a job of another application; JOB_FORGOTTEN for one of before the start. */
  find(id: string, application: string): Job {
    const job = this.#jobs.get(id);
    if (job?.application === application) return job;
    const startedAt = timeOfId(id);
    if (startedAt === undefined || startedAt >= this.#since)
      throw new GatewayError('NOT_FOUND', { detail: `job ${id} is none of the last ${MOST_KEPT} of this application` });
    const detail = `job ${id} is of ${toDateTime(startedAt)}; the gateway was started at ${toDateTime(this.#since)}`;
    throw new GatewayError('JOB_FORGOTTEN', { detail });
  }

  /** It does no more after the message that it is at. */
  stop(job: Job): void {
    this.#end(job, 'stopped');
  }

  close(): void {
    this.#closing = true;
    for (const job of this.#all()) this.stop(job);
  }

  async #run(job: Job, { messages, query, key = job.id, application }: JobRequest): Promise<void> {
    const operation = operationOf(job.operation);
    try {
      const found = await search(messages, query, () => isRunning(job));
      if (!isRunning(job)) return;
      job.state = 'running';
      job.total = found.length;
      for (const message of found) {
        if (!isRunning(job)) return;
        await operation.run(messages, message, { application, key }).then(
          () => (job.done += 1),
          (thrown: unknown) => note(job, message.messageId, thrown),
        );
      }
      this.#end(job, 'done');
    } catch (thrown) {
      note(job, '', thrown);
      this.#end(job, 'failed');
    }
  }

  #all(): readonly Job[] {
    return [...this.#jobs.values()];
  }

  #requirePlace(application: string): void {
    const running = this.#all().filter(isRunning);
    if (this.#closing || running.length >= MOST_RUNNING)
      throw new GatewayError('BUSY', { detail: `${MOST_RUNNING} jobs are running` });
    const own = running.filter((job) => job.application === application).length;
    if (this.#shared && own >= MOST_RUNNING_OF_ONE)
      throw new GatewayError('TOO_MANY_JOBS', { detail: `${own} jobs of ${application} are running` });
  }

  #forgetOldest(application: string): void {
    const own = this.#all().filter((job) => job.application === application);
    const ended = own.find((job) => !isRunning(job));
    if (own.length > MOST_KEPT && ended !== undefined) this.#jobs.delete(ended.id);
  }

  /** What has ended stays as it is. */
  #end(job: Job, state: 'done' | 'stopped' | 'failed'): void {
    if (!isRunning(job)) return;
    job.state = state;
    job.endedAt = this.#clock.now();
  }
}

/** All there is at this moment: what the job itself makes is not found. */
async function search(
  messages: MessageUseCases,
  query: JobRequest['query'],
  wanted: () => boolean,
): Promise<readonly MessageSummary[]> {
  const found: MessageSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await messages.list({ ...query, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...page.items);
    cursor = page.next;
    if (found.length > MOST_MESSAGES) {
      const detail = `more than ${MOST_MESSAGES} messages: narrow the query`;
      throw new GatewayError('REQUEST_INVALID', { location: '/query', detail });
    }
  } while (cursor !== undefined && wanted());
  // Oldest first, as they were stored.
  return found.toReversed();
}

function note(job: Job, messageId: string, thrown: unknown): void {
  const { code, detail } = toGatewayError(thrown);
  job.failed += 1;
  if (job.failures.length < MOST_FAILURES)
    job.failures.push({ messageId, code, detail: code === 'INTERNAL' ? undefined : detail });
}

function isRunning({ state }: Job): boolean {
  return state === 'searching' || state === 'running';
}
