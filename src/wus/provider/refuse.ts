import type { Allowance } from '../../clock/allowance.ts';
import { type ErrorCode, type GatewayError, toGatewayError } from '../../errors.ts';
import { newId } from '../../ids.ts';
import type { ConsultationResult } from '../../ports/consultations.ts';
import type { OutgoingAnswer } from '../../ports/transport.ts';
import { messageIdIn } from '../addressing/parse-addressing.ts';
import { writeAddressing } from '../addressing/write-addressing.ts';
import { writeEnvelope } from '../envelope/write-envelope.ts';
import { errorMarkup } from '../faults/write-fault.ts';
import { WSA_ANONYMOUS, WSA_FAULT_ACTION } from '../namespaces.ts';
import { messageUri } from '../message-uri.ts';
import { ENVELOPE_TYPE } from '../outgoing/write-message.ts';
import { type Answerer, type WrittenReply, writeReply } from './answer.ts';
import { type Consulter, recordOf, shownOin } from './consult.ts';
import type { Arrival, AuthenticRequest } from './stages.ts';

export interface Refuser extends Answerer, Pick<Consulter, 'consultations' | 'log'> {
  /** How many requests of one who may not use a service are put on record, a minute and OIN. */
  readonly strangers: Allowance;
}

export const STRANGERS_PER_MINUTE = 30;

const RETRY_AFTER_S = '30';

/** Errors that are answered by HTTP alone. */
const BY_HTTP: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'WUS_SERVICE_UNKNOWN',
  'HTTP_CONTENT_TYPE',
  'HTTP_TOO_LARGE',
  'HTTP_MALFORMED',
]);

/**
 * Answers a request that was refused, or could not be served: the partner learns a number and a sentence, the log and the record
 * everything. The fault is secured once it is known who asks, and plain before that. @spec SOAP 1.1 §4.4, §6.2
 */
export async function refuse(error: GatewayError, arrival: Arrival, refuser: Refuser): Promise<OutgoingAnswer> {
  // Who asks gets its own MessageID back, whether or not it has signed it.
  const messageId = messageIdOf(arrival);
  const written = BY_HTTP.has(error.code) ? undefined : await writeFault(error, { arrival, messageId }, refuser);
  await note(error, arrival, { refuser, messageId, answerId: written?.messageId });
  // What was not read of the body ends the connection.
  const close = arrival.discard === undefined ? { close: true } : {};
  if (written === undefined) return { status: error.row.http, headers: {}, body: undefined, ...close };
  const headers = { ...written.answer.headers, ...(error.row.retriable ? { 'retry-after': RETRY_AFTER_S } : {}) };
  return { ...written.answer, headers, ...close };
}

function messageIdOf({ stage: { addressing, opened, package: read } }: Arrival): string | undefined {
  return addressing?.messageId ?? messageIdIn((opened ?? read?.envelope)?.soap.header);
}

async function writeFault(
  error: GatewayError,
  { arrival, messageId }: { readonly arrival: Arrival; readonly messageId: string | undefined },
  refuser: Refuser,
): Promise<WrittenReply> {
  const body = Buffer.from(errorMarkup(error), 'utf8');
  const { service, partner, security } = arrival.stage;
  if (service === undefined || partner === undefined) return plainFault(body, messageId);
  const authentic: Pick<AuthenticRequest, 'service' | 'partner' | 'security'> = { service, partner, security };
  const content = { body, attachments: [] };
  try {
    return await writeReply(
      { status: 500, action: WSA_FAULT_ACTION, content, relatesTo: messageId },
      authentic,
      refuser,
    );
  } catch (cause) {
    refuser.log.error({ err: cause, service: service.name }, 'a fault could not be secured');
    return plainFault(body, messageId);
  }
}

function plainFault(body: Buffer, relatesTo: string | undefined): WrittenReply {
  const messageId = messageUri();
  const related = relatesTo === undefined ? {} : { relatesTo };
  const headers = writeAddressing({ to: WSA_ANONYMOUS, action: WSA_FAULT_ACTION, messageId, ...related });
  const envelope = writeEnvelope(headers, body);
  const answer = { status: 500, headers: { 'content-type': ENVELOPE_TYPE }, body: envelope };
  return { messageId, answer, discard: () => Promise.resolve() };
}

interface Noted {
  readonly refuser: Refuser;
  readonly messageId: string | undefined;
  readonly answerId: string | undefined;
}

/** When the store cannot take the record the log has it, and the partner gets its answer all the same. */
async function note(error: GatewayError, arrival: Arrival, { refuser, messageId, answerId }: Noted): Promise<void> {
  if (isOneTooMany(error, arrival, refuser)) return;
  const { consultations, clock, log } = refuser;
  const { service, partner, operation } = arrival.stage;
  const { code, location, detail } = error;
  const fields = { service: service?.name, operation: operation?.name, partner, messageId, code, location, detail };
  if (code === 'INTERNAL') log.error({ ...fields, err: error.cause }, 'a consultation failed');
  else log.warn({ ...fields, remote: arrival.request.remote }, 'a consultation was refused, or failed');
  // A path that names nothing is nobody's consultation.
  if (service === undefined) return;
  const result: ConsultationResult = error.row.soap === 'Server' ? 'failed' : 'refused';
  const end = { result, code, detail, answerId, durationMs: clock.now() - arrival.receivedAt };
  try {
    if (arrival.consultation !== undefined) await consultations.end(arrival.consultation, end);
    else await consultations.begin({ ...recordOf(arrival, messageId), ...end, id: newId() });
  } catch (thrown) {
    log.error({ err: toGatewayError(thrown), ...fields }, 'the end of a consultation could not be stored');
  }
}

/** A stranger with a certificate that is trusted must not be able to fill disk and log. */
function isOneTooMany({ code }: GatewayError, { request, stage }: Arrival, { strangers, clock }: Refuser): boolean {
  if (code !== 'WUS_NOT_AUTHORISED' || stage.peer !== undefined) return false;
  return !strangers.take(shownOin(request) ?? 'none', clock.now());
}
