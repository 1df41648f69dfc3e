import type { Agreement } from '../../cpa/agreement.ts';
import type { ApplicationMessage, EbmsMessage, MessageHeader } from '../../ebms/message.ts';
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
import { type Accepted, type Acceptor, accept, senderKey } from './accept.ts';
import { agree, requireCpa, requireOurParty } from './agree.ts';
import { judgeContradiction } from './judge-contradiction.ts';
import { bindAnswer } from './bind-answer.ts';
import { bindClient } from './bind-client.ts';
import { openArrived, readArrived } from './parse.ts';
import type { OpenerFactory } from './opening-writer.ts';
import { concernsEncryption, openerFor, openParts, type Unsealer } from './open-parts.ts';
import { type ArrivedRoot, type MimePackage, type ReceivedPart, readPackage } from './read-package.ts';
import { isMshService, type Refuser, refuse } from './refuse.ts';
import type { AgreedMessage, Arrival, ParsedMessage, VerifiedMessage } from './stages.ts';
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

type SignalKind = Exclude<EbmsMessage, ApplicationMessage>;

/**
 * One request of a partner, from its headers to its answer:
 *
 *   bytes → MimePackage → ParsedMessage → AgreedMessage → VerifiedMessage → accepted in one transaction → answer
 *
 * Each stage returns a narrower type than it took. What throws on the way is refused in one place. @spec ebMS2 §6.5
 */
export function createReceive(inbound: Inbound): Receive {
  return async (request) => {
    const arrival: Arrival = {
      request,
      receivedAt: inbound.clock.now(),
      answerTo: undefined,
      parsed: undefined,
      package: undefined,
      early: undefined,
      opened: undefined,
      known: undefined,
      agreement: undefined,
      proven: false,
    };
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
  if (last || inbound.partners.get(senderKey(from.partyIds))?.responses === 'apart') return accepted.answer;
  // A receipt that goes by a request of its own does not wait for the response.
  if (accepted.answer.status === 204) inbound.wake();
  // What waits keeps neither envelope nor parts.
  arrival.package = undefined;
  arrival.early = undefined;
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
  const unseal = (root: ArrivedRoot): OpenerFactory | undefined => unsealEarly(root, arrival, inbound);
  arrival.package = await readPackage(request, inbound.limits, { payloads, unseal });
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

/** From octets to a verified message; one of the MSH's own service is used at once, and its answer comes back. */
async function readMessage(
  arrival: Arrival,
  mime: MimePackage,
  inbound: Inbound,
): Promise<VerifiedMessage | OutgoingAnswer> {
  const { early } = arrival;
  if (typeof early === 'object') {
    const asked = requireUnrevoked(arrival, inbound);
    if (asked !== undefined) await asked;
    return await openAndVerify({ ...early, parts: mime.parts }, arrival, inbound);
  }
  const parsed = parse(arrival, mime, inbound);
  const { message } = parsed;
  const known = admit(message.header, arrival, inbound);
  const asked = requireUnrevoked(arrival, inbound);
  if (asked !== undefined) await asked;
  if (message.kind !== 'ApplicationMessage' && arrival.answerTo !== undefined)
    throw new GatewayError('PEER_ANSWER', { detail: `the answer is a ${message.kind} in a package` });
  if (message.kind !== 'ApplicationMessage') return receiveSignal({ ...parsed, message }, known, { arrival, inbound });
  let agreement: Agreement;
  try {
    agreement = agree(message.header, known);
  } catch (refusal) {
    const bound = arrival.request.clientCertificate !== undefined;
    throw await judgeContradiction(parsed, refusal, { known, bound, verifier: inbound });
  }
  arrival.agreement = agreement;
  return await openAndVerify({ ...parsed, message, known, agreement }, arrival, inbound);
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

/**
 * Asked when an encrypted part begins and the envelope is complete: the same steps as later, once for all parts, so that
 * the disk sees only what was decrypted. What they refuse is refused in its turn, when all has come.
 */
function unsealEarly(root: ArrivedRoot, arrival: Arrival, inbound: Inbound): OpenerFactory | undefined {
  arrival.early ??= agreeEarly(root, arrival, inbound);
  return arrival.early === 'unfit' ? undefined : openerFor(arrival.early.agreement, inbound);
}

function agreeEarly(root: ArrivedRoot, arrival: Arrival, inbound: Inbound): AgreedMessage | 'unfit' {
  try {
    const parsed = parse(arrival, { ...root, parts: [] }, inbound);
    const { message } = parsed;
    const known = admit(message.header, arrival, inbound);
    if (message.kind !== 'ApplicationMessage') return 'unfit';
    const agreement = agree(message.header, known);
    arrival.agreement = agreement;
    return { ...parsed, message, known, agreement };
  } catch {
    return 'unfit';
  }
}

/** Signature and cipher text held: what was decrypted becomes a payload like any other. */
async function releaseParts({ parts }: VerifiedMessage, payloads: PayloadStore): Promise<void> {
  for (const { content } of parts) await payloads.release(content.body);
}

/** What is refused in the content can still be answered as a message, where its header would have been admitted. */
function parse(arrival: Arrival, mime: MimePackage, inbound: Inbound): ParsedMessage {
  const { receivedAt, request } = arrival;
  const envelope = openArrived({ ...mime, receivedAt, remote: request.remote }, inbound.limits.xml);
  const { common } = envelope.opened;
  arrival.opened = common;
  try {
    if (arrival.answerTo === undefined) return readArrived(envelope);
    arrival.parsed = readArrived(envelope, { bundled: true });
    return arrival.parsed;
  } catch (error) {
    admitIfPossible(common.header, arrival, inbound);
    throw error;
  }
}

/** The CPA is known, we are the To party, and who connects is the From party. Throws CPA_UNKNOWN, NOT_OUR_PARTY, TLS_CLIENT_CERTIFICATE. */
function admit(header: MessageHeader, arrival: Arrival, inbound: Inbound): KnownCpa {
  const known = requireCpa(header, inbound.cpas);
  requireOurParty(header, inbound.ours);
  arrival.known = known;
  // The answer to a request of ours comes from where we connected to.
  arrival.proven = arrival.answerTo !== undefined;
  if (arrival.answerTo !== undefined) bindAnswer(header, arrival.answerTo);
  else bindClient(header, arrival.request.clientCertificate, { known, partners: inbound.partners });
  arrival.proven = true;
  return known;
}

/** Throws or rejects with CERTIFICATE_REVOKED, REVOCATION_UNKNOWN for who connects. @spec Digikoppeling PKI003 */
function requireUnrevoked(arrival: Arrival, { trust }: Inbound): Promise<void> | undefined {
  const { clientCertificate } = arrival.request;
  if (clientCertificate === undefined) return undefined;
  arrival.proven = false;
  const asked = trust.checkPeer(clientCertificate);
  if (asked !== undefined) {
    return asked.then(() => {
      arrival.proven = true;
    });
  }
  arrival.proven = true;
  return undefined;
}

function admitIfPossible(header: MessageHeader, arrival: Arrival, inbound: Inbound): void {
  try {
    const known = admit(header, arrival, inbound);
    arrival.agreement = isMshService(header) ? agreeQuestion(header, known) : agree(header, known);
  } catch {
    arrival.known = undefined;
  }
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
