import type { Clock } from '../../clock.ts';
import { GatewayError, toGatewayError } from '../../errors.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type { Attempt, OutboxJob } from '../../ports/store.ts';
import type { IncomingAnswer, Transport } from '../../ports/transport.ts';
import type { MessageLimits } from '../limits.ts';
import type { ReceivedResponse, ResponseReader } from '../responses/receive-response.ts';
import type { SignalMessage } from '../signals/signal-reader.ts';
import { packRequest } from './package.ts';
import { readAnswer } from './read-answer.ts';

export interface Attempter {
  readonly transport: Transport;
  readonly payloads: PayloadStore;
  readonly clock: Clock;
  readonly limits: MessageLimits;
  readonly responses: ResponseReader;
}

export type HeardSignal = Pick<SignalMessage, 'message' | 'receivedAt'>;

export interface AttemptOutcome {
  readonly attempt: Attempt;
  /** 2xx: the partner has the octets. */
  readonly transmitted: boolean;
  /** The signal that the answer held. */
  readonly signal: HeardSignal | undefined;
  /** The same with its tree, until somebody takes it: the tree must not wait along for the disk. */
  unread: SignalMessage | undefined;
  /** To be called when the signal has been looked at. */
  readonly forget?: ReceivedResponse['forget'];
}

/** Sends a job once and reads the answer. Never throws: what went wrong is in the attempt. @spec ebMS2 §6.5.4 */
export async function makeAttempt(job: OutboxJob, attempter: Attempter): Promise<AttemptOutcome> {
  const startedAt = attempter.clock.now();
  const base = { number: job.attempt, startedAt };
  try {
    const answer = await attempter.transport.post(packRequest(job, attempter.payloads));
    const endedAt = attempter.clock.now();
    const transmitted = answer.status >= 200 && answer.status < 300;
    const read = readSignal(answer, transmitted, { job, attempter });
    const { signal, error, forget } = read instanceof Promise ? await read : read;
    const problem = transmitted
      ? (error ?? refusalIn(signal))
      : new GatewayError('PEER_ANSWER', { detail: `HTTP ${answer.status}` });
    const attempt = { ...base, endedAt, status: answer.status, code: problem?.code, detail: problem?.message };
    const heard = signal === undefined ? undefined : { message: signal.message, receivedAt: signal.receivedAt };
    const outcome = { attempt, transmitted: transmitted && error === undefined, signal: heard, unread: signal };
    return forget === undefined ? outcome : { ...outcome, forget };
  } catch (thrown) {
    const error = toGatewayError(thrown);
    const attempt = {
      ...base,
      endedAt: attempter.clock.now(),
      status: undefined,
      code: error.code,
      detail: error.message,
    };
    return { attempt, transmitted: false, signal: undefined, unread: undefined };
  }
}

/** Why the partner refuses, as it says: shown with the attempt, whether or not it may end the message. */
function refusalIn(signal: SignalMessage | undefined): GatewayError | undefined {
  if (signal?.message.kind !== 'ErrorMessage' || signal.message.errorList.highestSeverity !== 'Error') return undefined;
  const [first] = signal.message.errorList.errors;
  const said = [first?.errorCode, first?.location, first?.description].filter((one) => one !== undefined);
  return new GatewayError('PEER_REFUSED', { detail: said.join(' ') });
}

interface ReadAnswer {
  readonly signal: SignalMessage | undefined;
  readonly error: GatewayError | undefined;
  readonly forget?: ReceivedResponse['forget'];
}

interface Asking {
  readonly job: OutboxJob;
  readonly attempter: Attempter;
}

/** A 2xx with a body must hold a signal or a response; what a proxy may have put there is a failed attempt. */
function readSignal(answer: IncomingAnswer, transmitted: boolean, asking: Asking): ReadAnswer | Promise<ReadAnswer> {
  if (answer.parts !== undefined) return readResponse(answer, asking);
  if (!transmitted || answer.body.length === 0) return { signal: undefined, error: undefined };
  try {
    const parsed = readAnswer(answer, asking.attempter, BUNDLED);
    const { message } = parsed;
    if (message.kind === 'AcknowledgmentMessage' || message.kind === 'ErrorMessage') {
      return { signal: { ...parsed, message }, error: undefined };
    }
    if (message.kind === 'ApplicationMessage') return readResponse(answer, asking);
    return { signal: undefined, error: new GatewayError('PEER_ANSWER', { detail: `the answer is a ${message.kind}` }) };
  } catch (thrown) {
    return { signal: undefined, error: toGatewayError(thrown) };
  }
}

const BUNDLED = { bundled: true };

/** The business response of the partner, and the receipt beside it where there is one. */
async function readResponse(answer: IncomingAnswer, { job, attempter }: Asking): Promise<ReadAnswer> {
  const { message, messageId } = job;
  try {
    if (message === undefined) throw new GatewayError('PEER_ANSWER', { detail: 'a signal is not answered' });
    const { receipt, forget } = await attempter.responses.read(answer, { ...message, messageId });
    return { signal: receipt, error: undefined, forget };
  } catch (thrown) {
    answer.parts?.destroy();
    return { signal: undefined, error: toGatewayError(thrown) };
  }
}
