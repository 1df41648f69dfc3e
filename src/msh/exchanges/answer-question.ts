import type { Clock } from '../../clock.ts';
import { toDateTime } from '../../clock.ts';
import type { Agreement } from '../../cpa/agreement.ts';
import { resolveSignal } from '../../cpa/resolve.ts';
import { partyKeyOf } from '../../cpa/typed-value.ts';
import type { MessageHeader, MessageStatus, StatusResponseMessage } from '../../ebms/message.ts';
import { MSH_ACTION } from '../../ebms/namespaces.ts';
import { writeMessage } from '../../ebms/write-message.ts';
import { GatewayError, toGatewayError } from '../../errors.ts';
import type { InboundState, Store } from '../../ports/store.ts';
import type { OutgoingAnswer, Transport } from '../../ports/transport.ts';
import { writeFault } from '../../soap/fault.ts';
import { answer } from '../answers.ts';
import type { KnownCpa } from '../gateway.ts';
import { checkCpaDates } from '../inbound/checks/check-cpa-dates.ts';
import type { ParsedMessage } from '../inbound/stages.ts';
import type { Verifier } from '../inbound/verify.ts';
import type { Log } from '../../ports/log.ts';
import { ENVELOPE_HEADERS } from '../outbound/package.ts';
import { isSynchronous } from '../sync-reply.ts';
import type { Allowance } from '../../clock/allowance.ts';
import { checkExchange, exchangeHeader, type QuestionMessage, type ReplyMessage } from './exchange-terms.ts';

export interface QuestionAnswerer extends Verifier {
  readonly store: Store;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  readonly allowance: Allowance;
  /** Told of each question that is answered, and of each that was one too many. */
  counted(what: 'exchange' | 'too-many'): void;
}

export interface Question extends ParsedMessage<QuestionMessage> {
  readonly known: KnownCpa;
  readonly agreement: Agreement;
}

const RETRY_AFTER_S = '60';

/** The agreement of a question's own way, from who asks to us: says whether the answer goes back in the HTTP answer. */
export function agreeQuestion({ from, to, action }: MessageHeader, { cpa }: KnownCpa): Agreement {
  return resolveSignal(cpa, from.partyIds, to.partyIds, action);
}

/**
 * Ping → Pong, StatusRequest → StatusResponse: in the HTTP answer where the CPA or the question itself asks for that,
 * else by a request of its own, once. Nothing is stored, so that a flood fills no disk; more than the allowance is
 * turned away. Throws CPA_INACTIVE, HEADER_VALUE, SIGNATURE_*, STORE_UNAVAILABLE. @spec ebMS2 §7.1, §8
 */
export async function answerQuestion(question: Question, answerer: QuestionAnswerer): Promise<OutgoingAnswer> {
  const { message, agreement, receivedAt } = question;
  const partner = partyKeyOf(agreement.from.partyIds);
  // Before everything that leaves a refusal behind.
  if (!answerer.allowance.take(partner, receivedAt)) return turnAway(message.header, answerer);
  checkCpaDates(question);
  await checkExchange(question, agreement, answerer);
  const back = resolveSignal(agreement.cpa, agreement.to.partyIds, agreement.from.partyIds, REPLY_ACTION[message.kind]);
  const reply = await replyTo(question, back, answerer);
  const envelope = Buffer.from(writeMessage(reply), 'utf8');
  const fields = { messageId: message.header.messageData.messageId, partner, action: message.header.action };
  answerer.counted('exchange');
  if (message.syncReply !== undefined || isSynchronous(agreement.syncReplyMode)) {
    answerer.log.info(fields, 'question of a partner answered');
    return answer('exchange', envelope);
  }
  const url = answerer.partners.get(partner)?.endpoint ?? back.endpoint;
  if (url === undefined) {
    throw new GatewayError('HEADER_NOT_AGREED', {
      location: '//Header/MessageHeader/Action',
      detail: `the CPA has no endpoint for ${back.action}`,
    });
  }
  sendOnce({ url, envelope }, { answerer, fields });
  return answer('exchangeLater');
}

const REPLY_ACTION = { PingMessage: MSH_ACTION.pong, StatusRequestMessage: MSH_ACTION.statusResponse } as const;

async function replyTo(
  { message, receivedAt, known }: Question,
  back: Agreement,
  { store }: QuestionAnswerer,
): Promise<ReplyMessage> {
  const { conversationId, from, messageData } = message.header;
  const common = {
    header: exchangeHeader(back, { now: receivedAt, conversationId, refToMessageId: messageData.messageId }),
    syncReply: undefined,
    messageOrder: undefined,
  };
  if (message.kind === 'PingMessage') return { ...common, kind: 'PongMessage' };
  const { refToMessageId } = message;
  const sender = partyKeyOf(from.partyIds);
  const status = await statusOf({ sender, refToMessageId, cpaId: known.cpa.cpaId }, store);
  return { ...common, kind: 'StatusResponseMessage', refToMessageId, ...status };
}

const STATUS: Readonly<Record<InboundState, MessageStatus>> = { RECEIVED: 'Received', TAKEN: 'Processed' };

/**
 * Only who sent a message under this CPA learns of it; everybody else hears what is said of a message that never was,
 * so that nobody can find out by asking which ids exist. @spec ebMS2 §7.1.2
 */
async function statusOf(
  about: { readonly sender: string; readonly refToMessageId: string; readonly cpaId: string },
  store: Store,
): Promise<Pick<StatusResponseMessage, 'messageStatus' | 'timestamp'>> {
  const known = await store.findInbound(about.sender, about.refToMessageId);
  if (known?.cpaId !== about.cpaId) return { messageStatus: 'NotRecognized', timestamp: undefined };
  return { messageStatus: STATUS[known.state], timestamp: toDateTime(known.storedAt) };
}

/** No refusal is stored for it: a flood would fill the disk. */
export function turnAway(
  { action, from, cpaId }: MessageHeader,
  { counted, log }: Pick<QuestionAnswerer, 'counted' | 'log'>,
): OutgoingAnswer {
  counted('too-many');
  log.warn({ cpaId, action, partner: partyKeyOf(from.partyIds) }, 'a partner asks more often than allowed');
  return answer('tooMany', writeFault(new GatewayError('BUSY')), { 'retry-after': RETRY_AFTER_S });
}

/** Who asked asks again when nothing comes: no retry. */
function sendOnce(
  { url, envelope: body }: { readonly url: string; readonly envelope: Buffer },
  { answerer, fields }: { readonly answerer: QuestionAnswerer; readonly fields: object },
): void {
  const { transport, log } = answerer;
  transport.post({ url, headers: ENVELOPE_HEADERS, contentLength: body.length, body }).then(
    ({ status }) => {
      if (status < 300) log.info({ ...fields, url, status }, 'question of a partner answered');
      else log.warn({ ...fields, url, status }, 'the answer to a question of a partner was not taken');
    },
    (thrown: unknown) => {
      const { code, detail } = toGatewayError(thrown);
      log.warn({ ...fields, url, code, detail }, 'the answer to a question of a partner did not arrive');
    },
  );
}
