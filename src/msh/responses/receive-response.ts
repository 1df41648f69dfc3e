import { Readable } from 'node:stream';
import type { AcknowledgmentMessage } from '../../ebms/message.ts';
import { GatewayError, toGatewayError } from '../../errors.ts';
import type { SentTerms } from '../../ports/store.ts';
import type { IncomingAnswer } from '../../ports/transport.ts';
import { discard, type Inbound, receiveMessage } from '../inbound/receive.ts';
import { refuse } from '../inbound/refuse.ts';
import { type Arrival, newArrival, type ParsedMessage } from '../inbound/stages.ts';
import { agreementOfSent } from '../sent-agreement.ts';
import { takesResponse } from '../sync-reply.ts';

/** What an HTTP answer held beside the business message. */
export interface ReceivedResponse {
  readonly receipt: ParsedMessage<AcknowledgmentMessage> | undefined;
  /** Forgets the payloads of a response that was not accepted; to be called when the receipt has been looked at. */
  readonly forget: () => Promise<void>;
}

export interface ResponseReader {
  /**
   * Takes the business message of an HTTP answer through the stages of a request. One that is refused is noted and answered
   * as a request would be; the receipt beside it is judged apart. Throws PEER_ANSWER when the contract has no responses in
   * HTTP answers or the answer cannot be read: then nothing was accepted. @spec ebMS2 §4.3, CPPA 2.0 §9.8.1
   */
  read(answer: IncomingAnswer, sent: SentTerms & { readonly messageId: string }): Promise<ReceivedResponse>;
}

export function createResponseReader(inbound: Inbound): ResponseReader {
  return {
    async read(answer, sent) {
      const body = answer.parts ?? Readable.from([answer.body]);
      try {
        return await readResponse({ ...answer, parts: body }, sent, inbound);
      } finally {
        body.destroy();
      }
    },
  };
}

async function readResponse(
  { contentType = 'text/xml', parts }: IncomingAnswer & { readonly parts: Readable },
  terms: SentTerms & { readonly messageId: string },
  inbound: Inbound,
): Promise<ReceivedResponse> {
  const sent = await inbound.store.findMessage(terms.messageId, 'out', terms.fromPartyId);
  if (sent === undefined || !takesResponse(agreementOfSent(sent, inbound.cpas).syncReplyMode))
    throw new GatewayError('PEER_ANSWER', { detail: 'the CPA has no business message in the HTTP answer' });
  const request = {
    method: 'POST',
    path: '',
    headers: { 'content-type': contentType },
    remote: 'answer',
    clientCertificate: undefined,
    body: parts,
  };
  const arrival = newArrival(request, inbound.clock.now(), sent);
  const failure = await receive(arrival, inbound);
  const forget = async (): Promise<void> => {
    if (failure !== undefined) await discard(arrival, inbound, failure);
  };
  return { receipt: receiptOf(arrival), forget };
}

/** Answers why the business message was refused. Throws what is no refusal of it: nothing of the answer is used then. */
async function receive(arrival: Arrival, inbound: Inbound): Promise<GatewayError | undefined> {
  try {
    await receiveMessage(arrival, inbound);
    inbound.wake();
    return undefined;
  } catch (thrown) {
    const error = toGatewayError(thrown);
    if (isUnreadable(error, arrival)) {
      await discard(arrival, inbound, error);
      const detail = `the answer cannot be used: ${error.message}`;
      throw new GatewayError('PEER_ANSWER', { detail, cause: error });
    }
    await refuse(error, arrival, inbound);
    return error;
  }
}

function isUnreadable({ code, row }: GatewayError, arrival: Arrival): boolean {
  return arrival.parsed === undefined || arrival.package === undefined || code === 'INTERNAL' || row.retriable;
}

/** The Acknowledgment by itself: the blocks and parts are those of the whole, so that its signature must cover them all. */
function receiptOf({ parsed, package: mime }: Arrival): ParsedMessage<AcknowledgmentMessage> | undefined {
  if (parsed?.message.kind !== 'ApplicationMessage' || parsed.message.acknowledgment === undefined) return undefined;
  const { header, acknowledgment } = parsed.message;
  const message: AcknowledgmentMessage = {
    kind: 'AcknowledgmentMessage',
    header,
    acknowledgment,
    syncReply: undefined,
    messageOrder: undefined,
  };
  return { ...parsed, parts: mime?.parts ?? [], message };
}
