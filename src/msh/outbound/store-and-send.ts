import type { Lease, OutboundRecord, SubmitOutcome } from '../../ports/store.ts';
import type { WaitingRequest } from '../responses/waiting-requests.ts';
import { firstJob, termsOf } from './outbound-record.ts';
import type { Submitter } from './submitter.ts';

type StoreAndOutbox = Pick<Submitter, 'store' | 'outbox'>;

/** The first attempt begins as soon as the message is on disk: at once where its lane has a place, else by a claim. */
export async function storeAndSend(record: OutboundRecord, { store, outbox }: StoreAndOutbox): Promise<SubmitOutcome> {
  const place = outbox.reserve(record.lane);
  let lease: Lease | undefined;
  try {
    const outcome = await store.submitOutbound(
      place === undefined ? record : { ...record, leaseUntil: place.leaseUntil },
    );
    if (outcome.kind === 'submitted') lease = outcome.lease;
    if (outcome.kind === 'submitted' && lease === undefined) outbox.wake(record.lane);
    return outcome;
  } finally {
    if (lease === undefined) place?.release();
    else place?.run(firstJob(record, lease));
  }
}

/** The first attempt is the HTTP answer to the request, where that still waits when the message is about to be stored. */
export async function storeAndAnswer(
  record: OutboundRecord,
  waiting: WaitingRequest,
  { store, outbox }: StoreAndOutbox,
): Promise<SubmitOutcome> {
  if (!waiting.claim()) {
    const { bundle: _bundle, ...alone } = record;
    return storeAndSend(alone, { store, outbox });
  }
  let lease: Lease | undefined;
  try {
    const outcome = await store.submitOutbound({ ...record, leaseUntil: outbox.leaseUntil() });
    if (outcome.kind === 'submitted') lease = outcome.lease;
    return outcome;
  } finally {
    if (lease === undefined) waiting.release();
    else {
      const job = firstJob({ ...record, envelope: record.bundle ?? record.envelope }, lease);
      outbox.answer(job, { ...termsOf(record), state: 'QUEUED' }, waiting);
    }
  }
}
