import type { Allowance } from '../../clock/allowance.ts';
import type { Clock } from '../../clock.ts';
import { certificateOin } from '../../cpa/certificate-oin.ts';
import { partyKeyOf } from '../../cpa/typed-value.ts';
import { partyByIds } from '../../cpa/party-lookup.ts';
import type { MessageHeader } from '../../ebms/message.ts';
import { MSH_ACTION, MSH_SERVICE } from '../../ebms/namespaces.ts';
import { type ErrorCode, GatewayError } from '../../errors.ts';
import { newId } from '../../ids.ts';
import type { NewEvent, Refusal, SignalRecord, Store } from '../../ports/store.ts';
import type { OutgoingAnswer } from '../../ports/transport.ts';
import { writeFault } from '../../soap/fault.ts';
import { makeMessageError } from '../acknowledgment.ts';
import { type AnswerKey, answer } from '../answers.ts';
import { type Destination, signalDestination } from '../endpoint.ts';
import type { KnownCpa } from '../gateway.ts';
import type { Log } from '../../ports/log.ts';
import type { PartnerTerms } from '../parts.ts';
import { isSynchronous } from '../sync-reply.ts';
import type { Arrival } from './stages.ts';

export interface Refuser {
  readonly store: Store;
  readonly log: Log;
  readonly clock: Clock;
  readonly partners: ReadonlyMap<string, PartnerTerms>;
  /** How many requests of one who is not known to be a partner are put on record, a minute and OIN. */
  readonly strangers: Allowance;
  refused(code: ErrorCode): void;
  /** Told that a signal waits in the outbox. */
  wake(): void;
}

export const STRANGERS_PER_MINUTE = 30;

const SAMPLE_BYTES = 4096;
/** Of what is said of a refusal, in the log and on record: a partner may have chosen words in it. */
const WORDS_MAX = 1000;
const RETRY_AFTER_S = '30';

/** Errors that are answered by HTTP alone. */
const HTTP_ANSWERS: Partial<Record<ErrorCode, AnswerKey>> = {
  HTTP_CONTENT_TYPE: 'contentType',
  HTTP_TOO_LARGE: 'tooLarge',
  HTTP_MALFORMED: 'framing',
};

/**
 * Answers a request that was refused: a partner learns a code and a place, the log and the list of refusals
 * everything. Nothing is stored under the MessageId, so that the honest message may still come. @spec ebMS2 §4.2
 */
export async function refuse(error: GatewayError, arrival: Arrival, refuser: Refuser): Promise<OutgoingAnswer> {
  refuser.refused(error.code);
  const recorded = error.code === 'INTERNAL' || !isOneTooMany(arrival, refuser);
  if (recorded) tell(error, arrival, refuser);
  const reply = error.row.retriable || error.code === 'INTERNAL' ? undefined : messageError(error, arrival, refuser);
  const signal =
    reply?.send === undefined ? undefined : { messageId: reply.messageId, envelope: reply.envelope, send: reply.send };
  const noted = !recorded || (await note(error, arrival, { refuser, signal }));
  if (noted && signal !== undefined) refuser.wake();
  // The MessageError that a 204 promises is lost: the partner is asked to come again.
  if (!noted && signal !== undefined) return busy(new GatewayError('STORE_UNAVAILABLE'));
  if (reply === undefined) return withoutMessageError(error, arrival);
  return reply.send === undefined ? answer('refused', reply.envelope) : answer('refusedLater');
}

/**
 * Somebody with a certificate that is trusted, and no contract, must not be able to fill disk and log, or to flood
 * applications with alerts; it is counted and answered all the same.
 */
function isOneTooMany({ proven, request }: Arrival, { strangers, clock }: Refuser): boolean {
  if (proven) return false;
  const { clientCertificate } = request;
  const oin = clientCertificate === undefined ? undefined : certificateOin(clientCertificate);
  return !strangers.take(oin ?? 'none', clock.now());
}

function tell(error: GatewayError, arrival: Arrival, { log }: Refuser): void {
  const { code, cause } = error;
  const fields = { ...describe(arrival), code, ...wordsOf(error), remote: arrival.request.remote };
  if (code === 'INTERNAL') log.error({ ...fields, err: cause }, 'request failed');
  else log.warn(fields, 'request refused');
}

function wordsOf({ location, detail }: GatewayError): Pick<GatewayError, 'location' | 'detail'> {
  return { location: location?.slice(0, WORDS_MAX), detail: detail?.slice(0, WORDS_MAX) };
}

function withoutMessageError(error: GatewayError, arrival: Arrival): OutgoingAnswer {
  const http = HTTP_ANSWERS[error.code];
  if (http !== undefined) return { ...answer(http), close: true };
  const close = arrival.package === undefined ? { close: true } : {};
  if (error.row.retriable) return { ...busy(error), ...close };
  // Our own key is missing: the partner did nothing wrong, and its retry passes once the key is there.
  if (error.code === 'SIGNING_KEY_MISSING') return busy(new GatewayError('BUSY'));
  const signal = arrival.opened !== undefined && isSignal(arrival.opened.header);
  if (signal && error.code !== 'HEADER_INVALID') return answer('signal');
  return { ...answer(error.row.soap === 'Server' ? 'internal' : 'fault', writeFault(error)), ...close };
}

function busy(error: GatewayError): OutgoingAnswer {
  return answer('busy', writeFault(error), { 'retry-after': RETRY_AFTER_S });
}

interface Reply {
  readonly messageId: string;
  readonly envelope: Buffer;
  readonly send: Destination | undefined;
}

/** The MessageError, where the partner gets one: the CPA is known, we speak for its To party, and it is no signal itself. */
function messageError(
  error: GatewayError,
  { opened, known, agreement, receivedAt, answerTo, proven }: Arrival,
  refuser: Refuser,
): Reply | undefined {
  if (opened === undefined || known === undefined || error.row.ebms === undefined) return undefined;
  const { header, syncReply } = opened;
  if (isSignal(header)) return undefined;
  const signal = makeMessageError(header, error, { now: receivedAt, agreement });
  // A question may ask for the answer by itself; for a business message the CPA decides, where it knows it.
  const asked = syncReply !== undefined && (agreement === undefined || isMshService(header));
  const synchronous = asked || (agreement !== undefined && isSynchronous(agreement.syncReplyMode));
  if (synchronous && answerTo === undefined) {
    return { ...signal, send: undefined };
  }
  // A stranger must not make us write to the party whose name it uses.
  const send = proven ? destination(header, known, refuser) : undefined;
  return send === undefined ? undefined : { ...signal, send };
}

/** Where errors for the From party go; undefined when the CPA does not know it, or has no address of it. */
function destination(header: MessageHeader, { cpa }: KnownCpa, refuser: Refuser): Destination | undefined {
  const { from, to } = header;
  if (partyByIds(cpa, from.partyIds) === undefined || partyByIds(cpa, to.partyIds) === undefined) return undefined;
  const way = { cpa, from: to.partyIds, to: from.partyIds, action: MSH_ACTION.messageError };
  return signalDestination(way, refuser.partners);
}

/** What itself answers something: an error about it would begin a loop. Known by its header alone, readable or not. */
const NEVER_ANSWERED: ReadonlySet<string> = new Set([
  MSH_ACTION.acknowledgment,
  MSH_ACTION.messageError,
  MSH_ACTION.pong,
  MSH_ACTION.statusResponse,
]);

function isSignal(header: MessageHeader): boolean {
  return isMshService(header) && NEVER_ANSWERED.has(header.action);
}

export function isMshService({ service }: MessageHeader): boolean {
  return service.value === MSH_SERVICE;
}

function describe({ opened }: Arrival): { messageId?: string; cpaId?: string; fromPartyId?: string } {
  if (opened === undefined) return {};
  const { header } = opened;
  return {
    messageId: header.messageData.messageId,
    cpaId: header.cpaId,
    fromPartyId: partyKeyOf(header.from.partyIds),
  };
}

/** The record for the operator. When the store cannot take it the log has it, and the partner gets its answer all the same. */
async function note(
  error: GatewayError,
  arrival: Arrival,
  to: { readonly refuser: Refuser; readonly signal: SignalRecord | undefined },
): Promise<boolean> {
  const { messageId, cpaId, fromPartyId } = describe(arrival);
  const refusal: Refusal = {
    id: newId(),
    at: arrival.receivedAt,
    code: error.code,
    ...wordsOf(error),
    remote: arrival.request.remote,
    messageId,
    cpaId,
    fromPartyId,
    sample: arrival.package?.envelope.subarray(0, SAMPLE_BYTES) ?? Buffer.alloc(0),
  };
  try {
    const event = await alertFor(error, refusal, { arrival, store: to.refuser.store });
    await to.refuser.store.note({
      refusal,
      ...(event === undefined ? {} : { event }),
      ...(to.signal === undefined ? {} : { signal: to.signal }),
    });
    return true;
  } catch (cause) {
    to.refuser.log.error({ refusal: refusal.id, err: cause }, 'a refusal could not be stored');
    return false;
  }
}

/**
 * What an operator should see at once: anything that looks like an attack, or like a partner with a wrong key; and any
 * refused copy of a message that was accepted before, whatever it was refused for.
 */
async function alertFor(
  error: GatewayError,
  refusal: Refusal,
  { arrival: { opened }, store }: { readonly arrival: Arrival; readonly store: Store },
): Promise<NewEvent | undefined> {
  const { at, messageId, cpaId, fromPartyId, id } = refusal;
  const signal = opened !== undefined && isSignal(opened.header);
  const event = (type: NewEvent['type']): NewEvent => ({
    type,
    at,
    messageId,
    direction: 'in',
    cpaId,
    data: { code: error.code, refusal: id },
  });
  if (signal) return event('alert.signal-refused');
  if (error.code === 'DUPLICATE_CONFLICT') return event('alert.duplicate-conflict');
  if (error.row.ebms === 'SecurityFailure') return event('alert.message-refused');
  if (messageId === undefined || fromPartyId === undefined) return undefined;
  const known = await store.findInbound(fromPartyId, messageId);
  return known === undefined ? undefined : event('alert.message-refused');
}
