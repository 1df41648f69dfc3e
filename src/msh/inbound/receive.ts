import { partyKeyOf } from '../../cpa/typed-value.ts';
import { GatewayError, toGatewayError } from '../../errors.ts';
import type { IncomingRequest, OutgoingAnswer, Receive } from '../../ports/transport.ts';
import { answer } from '../answers.ts';
import type { CpaRegister } from '../cpa-register.ts';
import { agreeQuestion, answerQuestion, type QuestionAnswerer } from '../exchanges/answer-question.ts';
import type { Asker } from '../exchanges/asker.ts';
import { receiveReply } from '../exchanges/receive-reply.ts';
import type { KnownCpa } from '../gateway.ts';
import type { MessageLimits } from '../limits.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import { discardPayloads } from '../discard-payloads.ts';
import type { WaitingRequests } from '../responses/waiting-requests.ts';
import { takesResponse } from '../sync-reply.ts';
import type { SignalReader } from '../signals/signal-reader.ts';
import { type Accepted, type Acceptor, accept } from './accept.ts';
import { judgeEnvelope, lateRefusal, standsAlone } from './judge-envelope.ts';
import type { OpenerFactory } from './opening-writer.ts';
import { concernsEncryption, openerFor, openParts, type Unsealer } from './open-parts.ts';
import { type ArrivedRoot, type MimePackage, type ReceivedPart, readPackage } from './read-package.ts';
import { type Refuser, refuse } from './refuse.ts';
import {
  type AgreedMessage,
  type Arrival,
  newArrival,
  type ParsedMessage,
  type SignalKind,
  type VerifiedMessage,
} from './stages.ts';
import { verifyMessage } from './verify.ts';

export interface Inbound extends Acceptor, Unsealer, Refuser, Omit<QuestionAnswerer, 'counted'> {
  readonly cpas: CpaRegister;
  readonly limits: MessageLimits;
  readonly ours: ReadonlySet<string>;
  readonly signals: SignalReader;
  readonly asker: Asker;
  readonly waiting: WaitingRequests;
  /** Told of each message that was accepted, or known already, and of each question of a partner. */
  counted(what: 'received' | 'duplicate' | 'exchange' | 'too-many'): void;
}

/**
 * One request of a partner, from its headers to its answer:
 *
 *   envelope → ParsedMessage → JudgedEnvelope, then its parts → AgreedMessage → VerifiedMessage
 *     → accepted in one transaction → answer
 *
 * Each stage returns a narrower type than it took. What throws on the way is refused in one place. @spec ebMS2 §6.5
 */
export function createReceive(inbound: Inbound): Receive {
  return async (request) => {
    const arrival = newArrival(request, inbound.clock.now(), undefined);
    try {
      return await handle(arrival, inbound);
    } catch (thrown) {
      await discard(arrival, inbound, thrown);
      return await refuse(toGatewayError(thrown), arrival, inbound);
    }
  };
}

async function handle(arrival: Arrival, inbound: Inbound): Promise<OutgoingAnswer> {
  requireSoapAction(arrival.request);
  const received = await receiveMessage(arrival, inbound);
  if ('status' in received) return received;
  const { verified, accepted } = received;
  if (!accepted.handedOver || !takesResponse(verified.agreement.syncReplyMode)) return accepted.answer;
  const { from, messageData } = verified.message.header;
  // Who answers a message of ours waits for no response to that.
  const last = messageData.refToMessageId !== undefined;
  if (last || inbound.partners.get(partyKeyOf(from.partyIds))?.responses === 'apart') return accepted.answer;
  // A receipt that goes by a request of its own does not wait for the response.
  if (accepted.answer.status === 204) inbound.wake();
  // What waits keeps neither envelope nor parts.
  arrival.package = undefined;
  arrival.judged = undefined;
  return inbound.waiting.answer(verified, accepted.answer);
}

interface Received {
  readonly verified: VerifiedMessage;
  readonly accepted: Accepted;
}

/** From the body of a request, or of an answer, to a message that is on disk. */
export async function receiveMessage(arrival: Arrival, inbound: Inbound): Promise<Received | OutgoingAnswer> {
  const { request } = arrival;
  const { payloads } = inbound;
  arrival.package = await readArrival(arrival, inbound);
  const verified = await readMessage(arrival, arrival.package, inbound);
  if ('status' in verified) {
    // No message of the MSH has payloads: what came along is not kept.
    await discard(arrival, inbound);
    return verified;
  }
  if (verified.agreement.encryption !== undefined) await releaseParts(verified, payloads);
  const accepted = await accept(verified, arrival.answerTo === undefined ? inbound : { ...inbound, apart: true });
  if (accepted.duplicate) await discard(arrival, inbound);
  inbound.counted(accepted.duplicate ? 'duplicate' : 'received');
  const { cpaId, messageData } = verified.message.header;
  const fields = { messageId: messageData.messageId, cpaId, remote: request.remote };
  inbound.log.info(fields, accepted.duplicate ? 'duplicate answered' : 'message received');
  return { verified, accepted };
}

/** Throws what the framing or the envelope is refused for. A message whose framing is broken is known by nothing in it. */
async function readArrival(arrival: Arrival, inbound: Inbound): Promise<MimePackage> {
  const { payloads, limits } = inbound;
  const judge = (root: ArrivedRoot): Promise<void> | undefined => judgeEnvelope(root, arrival, inbound);
  const alone = (): boolean => standsAlone(arrival);
  const unseal = (): OpenerFactory | undefined => openerOf(arrival, inbound);
  try {
    return await readPackage(arrival.request, limits, { payloads, judge, alone, unseal });
  } catch (thrown) {
    if (arrival.package === undefined) {
      arrival.opened = undefined;
      arrival.parsed = undefined;
      arrival.known = undefined;
      arrival.agreement = undefined;
    }
    throw thrown;
  }
}

/** Encrypted parts are opened while they come, so that the disk sees only what was decrypted. */
function openerOf({ judged }: Arrival, inbound: Inbound): OpenerFactory | undefined {
  return judged !== undefined && 'agreement' in judged ? openerFor(judged.agreement, inbound) : undefined;
}

/** From what was read to a verified message; one of the MSH's own service is used at once, and its answer comes back. */
async function readMessage(
  arrival: Arrival,
  { parts }: MimePackage,
  inbound: Inbound,
): Promise<VerifiedMessage | OutgoingAnswer> {
  const { judged } = arrival;
  // It holds the tree, which must not wait along for a signature or the disk: V8 would move it to where it keeps what lasts.
  arrival.judged = undefined;
  if (judged === undefined) throw new GatewayError('INTERNAL', { detail: 'a package whose envelope was not judged' });
  if ('refusal' in judged) throw await lateRefusal(judged, parts, inbound);
  if ('agreement' in judged) return await openAndVerify({ ...judged, parts }, arrival, inbound);
  return receiveSignal({ ...judged, parts }, judged.known, { arrival, inbound });
}

/** The order is fixed: decrypt, then signature and coverage. @spec ebMS2 §4.1.4.5 */
async function openAndVerify(message: AgreedMessage, arrival: Arrival, inbound: Inbound): Promise<VerifiedMessage> {
  if (!concernsEncryption(message.agreement, message.parts)) return await verifyMessage(message, inbound);
  const replaced = (parts: readonly ReceivedPart[]): void => {
    if (arrival.package !== undefined) arrival.package = { ...arrival.package, parts };
  };
  const parts = await openParts(message.parts, message.agreement, { ...inbound, replaced });
  return await verifyMessage({ ...message, parts }, inbound);
}

/** Signature and cipher text held: what was decrypted becomes a payload like any other. */
async function releaseParts({ parts }: VerifiedMessage, payloads: PayloadStore): Promise<void> {
  for (const { content } of parts) await payloads.release(content.body);
}

async function receiveSignal(
  parsed: ParsedMessage<SignalKind>,
  known: KnownCpa,
  { arrival, inbound }: { readonly arrival: Arrival; readonly inbound: Inbound },
): Promise<OutgoingAnswer> {
  const { message } = parsed;
  switch (message.kind) {
    case 'ErrorMessage':
      if (await inbound.asker.settle(parsed)) return answer('signal');
      await inbound.signals.read({ ...parsed, message });
      return answer('signal');
    case 'AcknowledgmentMessage':
      await inbound.signals.read({ ...parsed, message });
      return answer('signal');
    case 'PongMessage':
    case 'StatusResponseMessage':
      return receiveReply({ ...parsed, message }, known, inbound);
    case 'PingMessage':
    case 'StatusRequestMessage': {
      const agreement = agreeQuestion(message.header, known);
      arrival.agreement = agreement;
      return answerQuestion({ ...parsed, message, known, agreement }, inbound);
    }
  }
}

/** The quotes are part of the value; a peer that leaves them out is read as well. @spec ebMS2 §B.2.2 */
function requireSoapAction(request: IncomingRequest): void {
  const soapAction = request.headers['soapaction'];
  if (soapAction === '"ebXML"' || soapAction === 'ebXML') return;
  throw new GatewayError('HTTP_SOAP_ACTION', { detail: `SOAPAction ${String(soapAction)}` });
}

export async function discard(arrival: Arrival, inbound: Inbound, reason?: unknown): Promise<void> {
  const bodies = (arrival.package?.parts ?? []).map((part) => part.content.body);
  await discardPayloads(bodies, reason, inbound);
}
