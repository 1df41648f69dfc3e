import type { Clock } from '../../clock.ts';
import { GatewayError, toGatewayError } from '../../errors.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type { Attempt, OutboxJob } from '../../ports/store.ts';
import type { IncomingAnswer, Transport } from '../../ports/transport.ts';
import type { MessageLimits } from '../limits.ts';
import type { SignalMessage } from '../signals/signal-reader.ts';
import { packRequest } from './package.ts';
import { readAnswer } from './read-answer.ts';

export interface Attempter {
  readonly transport: Transport;
  readonly payloads: PayloadStore;
  readonly clock: Clock;
  readonly limits: MessageLimits;
}

export interface AttemptOutcome {
  readonly attempt: Attempt;
  /** 2xx: the partner has the octets. */
  readonly transmitted: boolean;
  /** The signal that the answer held. */
  readonly signal: SignalMessage | undefined;
}

/** Sends a job once and reads the answer. Never throws: what went wrong is in the attempt. @spec ebMS2 §6.5.4 */
export async function makeAttempt(job: OutboxJob, attempter: Attempter): Promise<AttemptOutcome> {
  const startedAt = attempter.clock.now();
  const base = { number: job.attempt, startedAt };
  try {
    const answer = await attempter.transport.post(packRequest(job, attempter.payloads));
    const endedAt = attempter.clock.now();
    const transmitted = answer.status >= 200 && answer.status < 300;
    const { signal, error } = readSignal(answer, transmitted, attempter);
    const problem = transmitted ? error : new GatewayError('PEER_ANSWER', { detail: `HTTP ${answer.status}` });
    const attempt = { ...base, endedAt, status: answer.status, code: problem?.code, detail: problem?.message };
    return { attempt, transmitted: transmitted && error === undefined, signal };
  } catch (thrown) {
    const error = toGatewayError(thrown);
    const attempt = {
      ...base,
      endedAt: attempter.clock.now(),
      status: undefined,
      code: error.code,
      detail: error.message,
    };
    return { attempt, transmitted: false, signal: undefined };
  }
}

interface ReadAnswer {
  readonly signal: SignalMessage | undefined;
  readonly error: GatewayError | undefined;
}

/** A 2xx with a body must hold a signal; what a proxy may have put there is a failed attempt. */
function readSignal(answer: IncomingAnswer, transmitted: boolean, attempter: Attempter): ReadAnswer {
  if (!transmitted || answer.body.length === 0) return { signal: undefined, error: undefined };
  try {
    const parsed = readAnswer(answer, attempter);
    const { message } = parsed;
    if (message.kind === 'AcknowledgmentMessage' || message.kind === 'ErrorMessage') {
      return { signal: { ...parsed, message }, error: undefined };
    }
    return { signal: undefined, error: new GatewayError('PEER_ANSWER', { detail: `the answer is a ${message.kind}` }) };
  } catch (thrown) {
    return { signal: undefined, error: toGatewayError(thrown) };
  }
}
