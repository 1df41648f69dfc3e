import type { Clock } from '../../clock.ts';
import { GatewayError, toGatewayError } from '../../errors.ts';
import type { IncomingRequest, OutgoingAnswer, Receive } from '../../ports/transport.ts';
import { answer } from '../answers.ts';
import type { CpaRegister } from '../cpa-register.ts';
import type { MessageLimits } from '../limits.ts';
import { discardPayloads } from '../discard-payloads.ts';
import type { Log } from '../log.ts';
import type { SignalReader } from '../signals/signal-reader.ts';
import { type Acceptor, accept } from './accept.ts';
import { agree, requireCpa, requireOurParty } from './agree.ts';
import { parseArrived } from './parse.ts';
import { readPackage } from './read-package.ts';
import { type Refuser, refuse } from './refuse.ts';
import type { AgreedMessage, Arrival } from './stages.ts';
import { type Verifier, verifyMessage } from './verify.ts';

export interface Inbound extends Acceptor, Verifier, Refuser {
  readonly cpas: CpaRegister;
  readonly clock: Clock;
  readonly limits: MessageLimits;
  readonly log: Log;
  readonly ours: ReadonlySet<string>;
  readonly signals: SignalReader;
  /** Told of each message that was accepted, or known already. */
  counted(what: 'received' | 'duplicate'): void;
}

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
      package: undefined,
      parsed: undefined,
      known: undefined,
      agreed: undefined,
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
  const { request, receivedAt } = arrival;
  const mime = await readPackage(request, inbound.limits, inbound.payloads);
  arrival.package = mime;
  const parsed = parseArrived({ ...mime, receivedAt, remote: request.remote }, inbound.limits.xml);
  arrival.parsed = parsed;
  const { header } = parsed.message;
  const known = requireCpa(header, inbound.cpas);
  requireOurParty(header, inbound.ours);
  arrival.known = known;
  const { message } = parsed;
  switch (message.kind) {
    case 'ApplicationMessage':
      arrival.agreed = { ...parsed, message, known, agreement: agree(header, known) };
      return await handleApplicationMessage(arrival, arrival.agreed, inbound);
    case 'AcknowledgmentMessage':
    case 'ErrorMessage':
      await inbound.signals.read({ ...parsed, message });
      return answer('signal');
    default:
      throw new GatewayError('FEATURE_UNSUPPORTED', { location: '//Header/MessageHeader/Action' });
  }
}

async function handleApplicationMessage(
  arrival: Arrival,
  agreed: AgreedMessage,
  inbound: Inbound,
): Promise<OutgoingAnswer> {
  const accepted = await accept(await verifyMessage(agreed, inbound), inbound);
  if (accepted.duplicate) await discard(arrival, inbound);
  inbound.counted(accepted.duplicate ? 'duplicate' : 'received');
  const { cpaId, messageData } = agreed.message.header;
  const fields = { messageId: messageData.messageId, cpaId, remote: arrival.request.remote };
  inbound.log.info(fields, accepted.duplicate ? 'duplicate answered' : 'message received');
  return accepted.answer;
}

/** The quotes are part of the value; a peer that leaves them out is read as well. @spec ebMS2 §B.2.2 */
function requireSoapAction(request: IncomingRequest): void {
  const soapAction = request.headers['soapaction'];
  if (soapAction === '"ebXML"' || soapAction === 'ebXML') return;
  throw new GatewayError('HTTP_SOAP_ACTION', { detail: `SOAPAction ${String(soapAction)}` });
}

async function discard(arrival: Arrival, inbound: Inbound, reason?: unknown): Promise<void> {
  const bodies = (arrival.package?.parts ?? []).map((part) => part.content.body);
  await discardPayloads(bodies, reason, inbound);
}
