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
import { bindClient } from './bind-client.ts';
import { parseArrived } from './parse.ts';
import { type MimePackage, readPackage } from './read-package.ts';
import { type Refuser, refuse } from './refuse.ts';
import type { Arrival, VerifiedMessage } from './stages.ts';
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
      message: undefined,
      known: undefined,
      agreement: undefined,
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
  const { request } = arrival;
  arrival.package = await readPackage(request, inbound.limits, inbound.payloads);
  const verified = await readMessage(arrival, arrival.package, inbound);
  if (verified === undefined) return answer('signal');
  const accepted = await accept(verified, inbound);
  if (accepted.duplicate) await discard(arrival, inbound);
  inbound.counted(accepted.duplicate ? 'duplicate' : 'received');
  const { cpaId, messageData } = verified.message.header;
  const fields = { messageId: messageData.messageId, cpaId, remote: request.remote };
  inbound.log.info(fields, accepted.duplicate ? 'duplicate answered' : 'message received');
  return accepted.answer;
}

/** From octets to a verified message; a signal is used at once, and answers undefined. */
async function readMessage(
  arrival: Arrival,
  mime: MimePackage,
  inbound: Inbound,
): Promise<VerifiedMessage | undefined> {
  const { receivedAt, request } = arrival;
  const parsed = parseArrived({ ...mime, receivedAt, remote: request.remote }, inbound.limits.xml);
  const { message } = parsed;
  arrival.message = message;
  const known = requireCpa(message.header, inbound.cpas);
  requireOurParty(message.header, inbound.ours);
  arrival.known = known;
  bindClient(message.header, request.clientCertificate, { known, partners: inbound.partners });
  switch (message.kind) {
    case 'ApplicationMessage': {
      const agreement = agree(message.header, known);
      arrival.agreement = agreement;
      return await verifyMessage({ ...parsed, message, known, agreement }, inbound);
    }
    case 'AcknowledgmentMessage':
    case 'ErrorMessage':
      await inbound.signals.read({ ...parsed, message });
      return undefined;
    default:
      throw new GatewayError('FEATURE_UNSUPPORTED', { location: '//Header/MessageHeader/Action' });
  }
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
