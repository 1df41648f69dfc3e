import type { Clock } from '../../clock.ts';
import type { Agreement } from '../../cpa/agreement.ts';
import { resolveSignal } from '../../cpa/resolve.ts';
import { partyKeyOf } from '../../cpa/typed-value.ts';
import type { EbmsMessage } from '../../ebms/message.ts';
import { writeMessage } from '../../ebms/write-message.ts';
import { GatewayError, toGatewayError } from '../../errors.ts';
import type { IncomingAnswer, Transport } from '../../ports/transport.ts';
import { readFault } from '../../soap/fault.ts';
import { parseEnvelope } from '../../soap/envelope.ts';
import { parseXml } from '../../xml/tree.ts';
import { requireDestination } from '../endpoint.ts';
import type { Exchanged } from '../partner-use-cases.ts';
import type { ParsedMessage } from '../inbound/stages.ts';
import type { Verifier } from '../inbound/verify.ts';
import type { MessageLimits } from '../limits.ts';
import { ENVELOPE_HEADERS } from '../outbound/package.ts';
import { readAnswer } from '../outbound/read-answer.ts';
import { checkExchange, type QuestionMessage, type ReplyMessage } from './exchange-terms.ts';

export interface AskerParts extends Verifier {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly limits: MessageLimits;
}

/** A question, and the agreement of its way from us to the partner. */
export interface OwnQuestion {
  readonly message: QuestionMessage;
  readonly agreement: Agreement;
}

export interface Reply {
  readonly message: ReplyMessage;
  readonly exchanged: Exchanged;
}

/** Long enough for a partner that answers by a request of its own. */
export const ANSWER_TIMEOUT_MS = 30_000;
/** Questions under way at the same time. */
const OPEN_MAX = 100;
/** How much of a partner's own words is shown. */
const DETAIL_MAX = 500;

interface Waiting {
  readonly question: OwnQuestion;
  readonly answered: (reply: ReplyMessage) => void;
  readonly refused: (error: GatewayError) => void;
}

interface Heard {
  readonly message: ReplyMessage;
  readonly way: Exchanged['way'];
}

/**
 * Asks a partner and waits for its answer, which comes in the HTTP answer or by a request of its own. The questions
 * under way are known in memory only: after a restart nobody waits any more. @spec ebMS2 §7.1, §8
 */
export class Asker {
  readonly #parts: AskerParts;
  readonly #waiting = new Map<string, Waiting>();

  constructor(parts: AskerParts) {
    this.#parts = parts;
  }

  /** Throws BUSY, CPA_INVALID, PEER_UNREACHABLE, PEER_ANSWER, PEER_REFUSED, PEER_SILENT. */
  async ask(question: OwnQuestion): Promise<Reply> {
    const { clock, partners } = this.#parts;
    const { agreement, message } = question;
    const from = partyKeyOf(agreement.from.partyIds);
    const { endpoint, lane: to } = requireDestination(agreement, partners);
    if (this.#waiting.size >= OPEN_MAX) throw new GatewayError('BUSY', { detail: `${OPEN_MAX} questions are open` });
    const startedAt = clock.now();
    const reply = await this.#exchange(question, endpoint);
    const { cpaId } = message.header;
    return {
      message: reply.message,
      exchanged: { cpaId, from, to, endpoint, way: reply.way, roundTripMs: clock.now() - startedAt },
    };
  }

  /**
   * Takes a Pong, StatusResponse or MessageError that came by a request of its own. Answers false when nobody waits for
   * it. Throws SIGNAL_UNEXPECTED, SIGNATURE_* and so on when it may not be used: then the wait goes on.
   */
  async settle(parsed: ParsedMessage): Promise<boolean> {
    const waiting = this.#waiting.get(parsed.message.header.messageData.refToMessageId ?? '');
    if (waiting === undefined) return false;
    const { question, answered, refused } = waiting;
    try {
      answered(await this.#read(parsed, question));
    } catch (thrown) {
      const error = toGatewayError(thrown);
      if (error.code !== 'PEER_REFUSED') throw error;
      refused(error);
    }
    return true;
  }

  /** Nobody waits any more: every question under way ends with BUSY. */
  stop(): void {
    for (const { refused } of this.#waiting.values()) {
      refused(new GatewayError('BUSY', { detail: 'the gateway stops' }));
    }
  }

  async #exchange(question: OwnQuestion, endpoint: string): Promise<Heard> {
    const { clock } = this.#parts;
    const { messageId } = question.message.header.messageData;
    const later = Promise.withResolvers<ReplyMessage>();
    const over = Promise.withResolvers<never>();
    this.#waiting.set(messageId, { question, answered: later.resolve, refused: later.reject });
    const cancel = clock.schedule(clock.now() + ANSWER_TIMEOUT_MS, () =>
      over.reject(new GatewayError('PEER_SILENT', { detail: `no answer of ${endpoint} to ${messageId}` })),
    );
    const byRequest = later.promise.then((message): Heard => ({ message, way: 'asynchronous' }));
    const inAnswer = this.#post(question, endpoint).then((message): Heard | Promise<Heard> =>
      message === undefined ? byRequest : { message, way: 'synchronous' },
    );
    try {
      return await Promise.race([byRequest, inAnswer, over.promise]);
    } finally {
      cancel();
      this.#waiting.delete(messageId);
    }
  }

  /** The reply in the HTTP answer; undefined when the partner has taken the question and answers later. */
  async #post(question: OwnQuestion, url: string): Promise<ReplyMessage | undefined> {
    const body = Buffer.from(writeMessage(question.message), 'utf8');
    const { transport } = this.#parts;
    const incoming = await transport.post({ url, headers: ENVELOPE_HEADERS, contentLength: body.length, body });
    if (incoming.status < 200 || incoming.status >= 300) throw peerAnswer(describeFailure(incoming));
    if (incoming.body.length === 0) return undefined;
    try {
      return await this.#read(readAnswer(incoming, this.#parts), question);
    } catch (thrown) {
      const error = toGatewayError(thrown);
      if (error.code === 'PEER_REFUSED' || error.code === 'PEER_ANSWER') throw error;
      throw peerAnswer(`the answer may not be used: ${error.message}`, error);
    }
  }

  /** Whether this is the answer to that question, from whom it was asked. */
  async #read(parsed: ParsedMessage, { message: asked, agreement }: OwnQuestion): Promise<ReplyMessage> {
    const { message } = parsed;
    const { header } = message;
    const { cpa, from, to } = agreement;
    const back = resolveSignal(cpa, header.from.partyIds, header.to.partyIds, header.action);
    const ref = header.messageData.refToMessageId;
    if (
      header.cpaId !== cpa.cpaId ||
      back.from.info !== to.info ||
      back.to.info !== from.info ||
      ref !== asked.header.messageData.messageId
    ) {
      throw new GatewayError('SIGNAL_UNEXPECTED', { detail: 'it speaks of another question, or comes from another' });
    }
    await checkExchange(parsed, back, this.#parts);
    return requireReply(message, asked);
  }
}

function requireReply(message: EbmsMessage, asked: QuestionMessage): ReplyMessage {
  if (message.kind === 'ErrorMessage') {
    const told = message.errorList.errors.map(({ errorCode, location = '', description = '' }) =>
      [errorCode, location, description].filter((text) => text !== '').join(', '),
    );
    throw new GatewayError('PEER_REFUSED', { detail: told.join('; ').slice(0, DETAIL_MAX) });
  }
  if (asked.kind === 'PingMessage' && message.kind === 'PongMessage') return message;
  if (
    asked.kind === 'StatusRequestMessage' &&
    message.kind === 'StatusResponseMessage' &&
    message.refToMessageId === asked.refToMessageId
  ) {
    return message;
  }
  throw new GatewayError('SIGNAL_UNEXPECTED', { detail: `a ${message.kind} is no answer to a ${asked.kind}` });
}

function describeFailure({ status, body }: IncomingAnswer): string {
  try {
    const fault = readFault(parseEnvelope(parseXml(body)));
    return `HTTP ${status}${fault?.faultstring === undefined ? '' : `: ${fault.faultstring.slice(0, DETAIL_MAX)}`}`;
  } catch {
    return `HTTP ${status}`;
  }
}

function peerAnswer(detail: string, cause?: unknown): GatewayError {
  return new GatewayError('PEER_ANSWER', { detail, ...(cause === undefined ? {} : { cause }) });
}
