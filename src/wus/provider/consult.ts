import { certificateOin } from '../../cpa/certificate-oin.ts';
import type { Clock } from '../../clock.ts';
import { newTimedId } from '../../ids.ts';
import type { Backend } from '../../ports/backend.ts';
import type { Consultation, ConsultationLog } from '../../ports/consultations.ts';
import type { Log } from '../../ports/log.ts';
import type { IncomingRequest } from '../../ports/transport.ts';
import { type BackendOutcome, readBackendAnswer } from './backend-answer.ts';
import { backendRequest, type BackendWriter } from './backend-request.ts';
import type { AcceptedRequest, Arrival } from './stages.ts';
import { oinInAddress } from '../addressing/oin-in-address.ts';

export interface Consulter extends BackendWriter {
  readonly backend: Backend;
  readonly consultations: ConsultationLog;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborts when nothing may be waited for any longer. */
  readonly cutOff: AbortSignal;
}

export interface Consulted extends BackendOutcome {
  /** Once the record is durable. Rejects with STORE_UNAVAILABLE: then nothing may be answered of this. */
  readonly recorded: Promise<void>;
}

/**
 * Asks the backend while the record of the consultation goes to disk. The answer is made meanwhile and waits for it: nothing leaves
 * that is not on record, and the disk costs no time of its own. Throws STORE_UNAVAILABLE, BACKEND_*, and what `backendRequest`
 * throws, each when the record has ended one way or the other.
 */
export async function consult(accepted: AcceptedRequest, arrival: Arrival, consulter: Consulter): Promise<Consulted> {
  const id = newTimedId();
  const recorded = begin({ ...recordOf(arrival), id, result: 'running' }, arrival, consulter);
  // Whoever waits for it hears of it.
  recorded.catch(() => undefined);
  try {
    return { ...(await ask(accepted, consulter)), recorded };
  } catch (error) {
    await recorded;
    throw error;
  }
}

async function begin(one: Consultation, arrival: Arrival, { consultations }: Consulter): Promise<void> {
  await consultations.begin(one);
  arrival.consultation = one.id;
}

async function ask(accepted: AcceptedRequest, consulter: Consulter): Promise<BackendOutcome> {
  const { service, operation } = accepted;
  const request = await backendRequest(accepted, consulter);
  return await readBackendAnswer(await consulter.backend.call({ ...request, signal: consulter.cutOff }), {
    ...consulter,
    service,
    operation,
  });
}

/** Of who was refused before anything was known of it. */
export function shownOin({ clientCertificate }: IncomingRequest): string | undefined {
  return clientCertificate === undefined ? undefined : certificateOin(clientCertificate);
}

type Record = Omit<Consultation, 'id' | 'result'>;

/** What is known of a request by now; of its message id also what nobody has signed. */
export function recordOf({ request, receivedAt, stage }: Arrival, messageId = stage.addressing?.messageId): Record {
  return {
    role: 'provider',
    service: stage.service?.name ?? '',
    party: partyOf(stage),
    operation: stage.operation?.name,
    partner: stage.partner,
    tlsOin: stage.peer === undefined ? shownOin(request) : stage.peer.oin,
    at: receivedAt,
    messageId,
    answerId: undefined,
    code: undefined,
    detail: stage.remark,
    durationMs: undefined,
    remote: request.remote,
  };
}

/** The OIN in wsa:To; where there is none, the only one that the service can be of. */
function partyOf({ service, addressing }: Arrival['stage']): string | undefined {
  const [only, another] = service?.ours ?? [];
  return oinInAddress(addressing?.to) ?? (another === undefined ? only : undefined);
}
