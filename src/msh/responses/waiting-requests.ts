import type { Clock } from '../../clock.ts';
import type { Agreement } from '../../cpa/agreement.ts';
import { partyKeyOf } from '../../cpa/typed-value.ts';
import type { Acknowledgment, MessageHeader } from '../../ebms/message.ts';
import type { OutgoingAnswer } from '../../ports/transport.ts';
import { acknowledgmentOf } from '../receipt.ts';
import type { VerifiedMessage } from '../inbound/stages.ts';

export interface WaitingTerms {
  readonly clock: Clock;
  /** How long a request waits for the response of the application; 0: not at all. */
  readonly timeoutMs: number;
  /** Requests that wait at the same time; one more gets its receipt at once. */
  readonly most: number;
}

/** What a response must know of the request that it answers. */
export interface AnsweredRequest {
  readonly agreement: Agreement;
  /** The receipt that goes along, where the contract wants them together and the request asks one. */
  readonly acknowledgment: Acknowledgment | undefined;
  /** Whether a signed receipt is asked. */
  readonly signed: boolean;
  /** Of an Acknowledgment: the References of the request as markup. */
  readonly referencesXml: string | undefined;
}

/**
 * Requests whose HTTP answer waits for the business response of the application. Each ends once: with the response, or with
 * the answer that it would have had anyway. @spec ebMS2 §4.3, CPPA 2.0 §9.8.1
 */
export class WaitingRequests {
  readonly #terms: WaitingTerms;
  readonly #waiting = new Map<string, WaitingRequest>();
  #stopped = false;

  constructor(terms: WaitingTerms) {
    this.#terms = terms;
  }

  /** The answer to an accepted request: the response where one is submitted in time, else `receipt`. */
  answer(message: VerifiedMessage, receipt: OutgoingAnswer): Promise<OutgoingAnswer> {
    const { clock, timeoutMs, most } = this.#terms;
    const { header } = message.message;
    const key = keyOf(header, header.messageData.messageId, [header.to, header.from]);
    if (this.#stopped || timeoutMs === 0 || this.#waiting.size >= most || this.#waiting.has(key))
      return Promise.resolve(receipt);
    const one = new WaitingRequest(requestOf(message), receipt);
    this.#waiting.set(key, one);
    const cancel = clock.schedule(clock.now() + timeoutMs, () => one.expire());
    return one.answer.finally(() => {
      cancel();
      this.#waiting.delete(key);
    });
  }

  /** The request that a message of ours answers: same CPA, conversation and parties, and RefToMessageId names it. */
  find(header: MessageHeader): WaitingRequest | undefined {
    const { refToMessageId } = header.messageData;
    if (this.#waiting.size === 0 || refToMessageId === undefined) return undefined;
    return this.#waiting.get(keyOf(header, refToMessageId, [header.from, header.to]));
  }

  /** Nobody waits any longer, and nobody will: each gets its receipt, but for those whose response is being stored. */
  stop(): void {
    this.#stopped = true;
    for (const one of this.#waiting.values()) one.expire();
  }
}

export class WaitingRequest {
  readonly request: AnsweredRequest;
  readonly answer: Promise<OutgoingAnswer>;
  readonly #receipt: OutgoingAnswer;
  readonly #resolve: (answer: OutgoingAnswer) => void;
  #state: 'waiting' | 'claimed' | 'ended' = 'waiting';
  #expired = false;

  constructor(request: AnsweredRequest, receipt: OutgoingAnswer) {
    const { promise, resolve } = Promise.withResolvers<OutgoingAnswer>();
    this.request = request;
    this.answer = promise;
    this.#receipt = receipt;
    this.#resolve = resolve;
  }

  /** Whether the caller may answer it; then `settle` or `release` follows. */
  claim(): boolean {
    if (this.#state !== 'waiting') return false;
    this.#state = 'claimed';
    return true;
  }

  /** The response was not stored: it waits on, where there is time left. */
  release(): void {
    if (this.#state !== 'claimed') return;
    this.#state = 'waiting';
    if (this.#expired) this.expire();
  }

  settle(answer: OutgoingAnswer): void {
    this.#state = 'ended';
    this.#resolve(answer);
  }

  /** Ends with the receipt alone, unless somebody answers it now. */
  expire(): void {
    this.#expired = true;
    if (this.#state === 'waiting') this.settle(this.#receipt);
  }
}

/** No more than a response needs: what waits holds neither envelope nor parts. */
function requestOf(message: VerifiedMessage): AnsweredRequest {
  const { agreement, message: request } = message;
  const together = agreement.syncReplyMode === 'signalsAndResponse' && request.ackRequested !== undefined;
  const signed = request.ackRequested?.signed === true;
  return {
    agreement,
    acknowledgment: together ? acknowledgmentOf(message) : undefined,
    signed,
    referencesXml: together && signed ? message.referencesXml : undefined,
  };
}

type Parties = readonly [MessageHeader['from'], MessageHeader['to']];

/** Who answers, who asked. */
function keyOf({ cpaId, conversationId }: MessageHeader, messageId: string, parties: Parties): string {
  const [answering, asking] = parties.map(({ partyIds }) => partyKeyOf(partyIds));
  return JSON.stringify([cpaId, conversationId, messageId, answering, asking]);
}
