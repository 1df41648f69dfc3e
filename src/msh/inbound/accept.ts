import { parseDateTime } from '../../clock.ts';
import { partyKeyOf, typedKey } from '../../cpa/typed-value.ts';
import type { ApplicationMessage, ErrorList } from '../../ebms/message.ts';
import { readSequenceNumber } from '../../ebms/message-order.ts';
import { MSH_ACTION } from '../../ebms/namespaces.ts';
import { GatewayError } from '../../errors.ts';
import type {
  AcceptOutcome,
  InboundOrder,
  InboundRecord,
  NewEvent,
  PayloadRecord,
  SignalRecord,
  Store,
} from '../../ports/store.ts';
import type { OutgoingAnswer } from '../../ports/transport.ts';
import type { Signer } from '../../ports/trust.ts';
import { makeAcknowledgment } from '../acknowledgment.ts';
import { answer } from '../answers.ts';
import { signalDestination } from '../endpoint.ts';
import { destinationOf, type RouteRule } from '../handover/routes.ts';
import type { MessageLimits } from '../limits.ts';
import type { PartnerTerms } from '../parts.ts';
import { errorData } from '../signals/error-data.ts';
import { isSynchronous } from '../sync-reply.ts';
import { conflictOver } from './conflict-over.ts';
import { APPLICATION_CHECKS } from './checks/grid.ts';
import type { ReceivedPart } from './read-package.ts';
import type { VerifiedMessage } from './stages.ts';

export interface Acceptor {
  readonly store: Store;
  readonly signer: Signer;
  readonly partners: ReadonlyMap<string, PartnerTerms>;
  readonly limits: Pick<MessageLimits, 'maxHeldMessages'>;
  readonly routes: readonly RouteRule[];
  /** Told of what falls due at a destination; undefined: perhaps at several. */
  routed(destination: string | undefined): void;
  /** The receipt goes by a request of its own, whatever the CPA says: the message came in an HTTP answer. */
  readonly apart?: boolean;
}

export interface Accepted {
  readonly duplicate: boolean;
  /** New, and the application has it now: it does not wait for earlier ones. */
  readonly handedOver: boolean;
  readonly answer: OutgoingAnswer;
}

/**
 * The last stage: the rules, then message, payloads, Acknowledgment and event in one transaction that is on disk before
 * the answer leaves. A repeat changes nothing and gets the stored answer. Throws DUPLICATE_CONFLICT for a MessageId
 * that this sender used for something else. @spec ebMS2 §6.5.3, §6.5.6
 */
export async function accept(message: VerifiedMessage, acceptor: Acceptor): Promise<Accepted> {
  let signal: SignalRecord | undefined;
  try {
    for (const check of APPLICATION_CHECKS) check(message);
    signal = await signalFor(message, acceptor);
  } catch (refusal) {
    return await answerIfKnown(message, acceptor, refusal);
  }
  const record = recordOf(message, acceptor);
  const outcome = await acceptor.store.acceptInbound(record, signal, receivedEvent(message));
  if (outcome.kind === 'conflict') throw conflictOver(message.message.header.messageData.messageId);
  if (outcome.kind === 'out-of-order') throw outOfOrder(outcome);
  // One that closes a gap may release others, for other destinations.
  if (outcome.kind === 'accepted')
    acceptor.routed(record.order === undefined ? (outcome.destination ?? record.destination) : undefined);
  if (message.message.warnings !== undefined && outcome.kind !== 'duplicate') {
    await acceptor.store.note({ event: warnedEvent(message, message.message.warnings) });
  }
  const stored = outcome.kind === 'duplicate' ? outcome.answer : signal;
  const duplicate = outcome.kind === 'duplicate';
  return { duplicate, handedOver: outcome.kind === 'accepted', answer: httpAnswer(stored, message) };
}

/** A rule that fails today, or a key that is gone, says nothing against the repeat of a message that was accepted then. */
async function answerIfKnown(message: VerifiedMessage, acceptor: Acceptor, refusal: unknown): Promise<Accepted> {
  const sender = partyKeyOf(message.message.header.from.partyIds);
  const known = await acceptor.store.findInbound(sender, message.message.header.messageData.messageId);
  if (known === undefined) throw refusal;
  if (known.identity !== message.identity) throw conflictOver(message.message.header.messageData.messageId);
  if (known.answer?.send !== undefined)
    await acceptor.store.acceptInbound(recordOf(message, acceptor), known.answer, receivedEvent(message));
  return { duplicate: true, handedOver: false, answer: httpAnswer(known.answer, message) };
}

function outOfOrder({ why, expected }: AcceptOutcome & { readonly kind: 'out-of-order' }): GatewayError {
  return new GatewayError(why === 'full' ? 'MESSAGE_ORDER_FULL' : 'MESSAGE_ORDER', {
    location: '//Header/MessageOrder/SequenceNumber',
    detail: `${expected} is expected`,
  });
}

async function signalFor(message: VerifiedMessage, acceptor: Acceptor): Promise<SignalRecord | undefined> {
  if (message.message.ackRequested === undefined) return undefined;
  const signal = await makeAcknowledgment(message, acceptor.signer);
  if (isSynchronous(message.agreement.syncReplyMode) && acceptor.apart !== true) return { ...signal, send: undefined };
  const { from, to } = message.message.header;
  const way = { cpa: message.known.cpa, from: to.partyIds, to: from.partyIds, action: MSH_ACTION.acknowledgment };
  const send = signalDestination(way, acceptor.partners);
  if (send === undefined)
    throw new GatewayError('HEADER_NOT_AGREED', {
      location: '//Header/AckRequested',
      detail: 'the CPA has no endpoint for the Acknowledgment',
    });
  return { ...signal, send };
}

/** What came first in an HTTP answer, and again as a request: its receipt then goes where the contract wants it. */
function httpAnswer(signal: SignalRecord | undefined, { agreement }: VerifiedMessage): OutgoingAnswer {
  return signal === undefined || (signal.send !== undefined && !isSynchronous(agreement.syncReplyMode))
    ? answer('accepted')
    : answer('acknowledged', signal.envelope);
}

function payloadOf({ contentId, contentType, name, content }: ReceivedPart): PayloadRecord {
  return { contentId, contentType, name, ...content };
}

/** Who gets it is fixed here: a table that is changed later changes nothing about it. */
function recordOf(message: VerifiedMessage, { limits, routes }: Acceptor): InboundRecord {
  const { header } = message.message;
  const { messageData } = header;
  const { agreement, receivedAt } = message;
  const purpose = {
    cpaId: header.cpaId,
    fromPartyId: partyKeyOf(header.from.partyIds),
    fromRole: header.from.role,
    toPartyId: partyKeyOf(header.to.partyIds),
    toRole: header.to.role,
    service: typedKey(header.service),
    action: header.action,
  };
  return {
    ...purpose,
    messageId: messageData.messageId,
    conversationId: header.conversationId,
    refToMessageId: messageData.refToMessageId,
    timestamp: parseDateTime(messageData.timestamp) ?? receivedAt,
    timeToLive: messageData.timeToLive === undefined ? undefined : parseDateTime(messageData.timeToLive),
    storedAt: receivedAt,
    envelope: message.envelopeBytes,
    payloads: message.parts.map(payloadOf),
    identity: message.identity,
    persistUntil: agreement.persistDuration === undefined ? undefined : receivedAt + agreement.persistDuration,
    order: orderOf(message.message, limits),
    destination: destinationOf(routes, purpose),
  };
}

/** Warnings about an earlier message that rode on this one. @spec ebMS2 §4.2.4.1 */
function warnedEvent(message: VerifiedMessage, warnings: ErrorList): NewEvent {
  const { refToMessageId } = message.message.header.messageData;
  const about = refToMessageId === undefined ? {} : { refToMessageId };
  return { ...receivedEvent(message), type: 'alert.partner-error', data: { ...errorData(warnings), ...about } };
}

/** @spec ebMS2 §9.1.1 */
function orderOf({ messageOrder }: ApplicationMessage, limits: Acceptor['limits']): InboundOrder | undefined {
  const number = messageOrder === undefined ? undefined : readSequenceNumber(messageOrder);
  if (messageOrder === undefined || number === undefined) return undefined;
  return { number, reset: messageOrder.status === 'Reset', maxHeld: limits.maxHeldMessages };
}

function receivedEvent(message: VerifiedMessage): NewEvent {
  const { header } = message.message;
  return {
    type: 'message.received',
    at: message.receivedAt,
    messageId: header.messageData.messageId,
    direction: 'in',
    cpaId: header.cpaId,
    data: { service: typedKey(header.service), action: header.action, from: partyKeyOf(header.from.partyIds) },
  };
}
