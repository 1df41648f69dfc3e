import type { Dispatcher } from 'undici';
import { onAbort } from '../clock/on-abort.ts';
import type { Slices } from '../clock/slices.ts';
import { GatewayError } from '../errors.ts';
import { Seam } from '../mime/seam.ts';
import type { IncomingAnswer } from '../ports/transport.ts';
import { AnswerParts } from './answer-parts.ts';
import { errors } from './undici-parts.ts';

const NOTHING = Buffer.alloc(0);

export interface ExchangeTerms {
  /** The whole exchange. */
  readonly timeoutMs: number;
  /** Of an answer that is gathered. */
  readonly maxBytes: number;
  /** Answers that come in a crowd are handed over in these. */
  readonly slices: Slices;
  /** Whether a 2xx of multipart/related is handed over as a stream. */
  readonly takesParts: boolean;
  /** Ends the exchange, and an answer that is a stream by then, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends one request and gathers its whole answer. On undici's own events: its streams and abort signals cost a small
 * message more than the rest of its way. Rejects with what undici says, or with a TimeoutError after `timeoutMs`; an answer
 * that is a stream by then breaks off with it.
 */
export function exchange(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  terms: ExchangeTerms,
): Promise<IncomingAnswer> {
  return new Promise((resolve, reject) => {
    dispatcher.dispatch(options, new Exchange({ ...terms, resolve, reject }));
  });
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

interface Outcome extends ExchangeTerms {
  readonly resolve: (answer: IncomingAnswer) => void;
  readonly reject: (error: Error) => void;
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #outcome: Outcome;
  readonly #timer: NodeJS.Timeout;
  /** Forgets the signal. */
  #leaveSignal: (() => void) | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #given: Error | undefined;
  #status = 0;
  #headers: Headers = {};
  /** In one piece: a list of them would take a hundred times the memory where a peer sends octet by octet. */
  #body: Buffer = NOTHING;
  readonly #seam = new Seam();
  #parts: AnswerParts | undefined;

  constructor(outcome: Outcome) {
    this.#outcome = outcome;
    this.#timer = setTimeout(this.#expire, outcome.timeoutMs);
    const { signal } = outcome;
    if (signal === undefined) return;
    const cutOff = (): void => this.#giveUp(reasonOf(signal));
    if (signal.aborted) cutOff();
    else this.#leaveSignal = onAbort(signal, cutOff);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#given !== undefined) controller.abort(this.#given);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    this.#status = status;
    this.#headers = headers;
    if (!this.#outcome.takesParts || !isPackage(status, headers)) return;
    this.#parts = new AnswerParts(controller);
    const contentType = one(headers['content-type']);
    this.#outcome.resolve({ status, contentType, body: NOTHING, parts: this.#parts });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#parts !== undefined) {
      if (!this.#parts.push(chunk)) controller.pause();
      return;
    }
    const size = this.#body.length + chunk.length;
    if (size > this.#outcome.maxBytes) controller.abort(new errors.ResponseExceededMaxSizeError());
    else this.#body = this.#body.length === 0 ? chunk : this.#seam.join(this.#body, chunk);
  }

  onResponseEnd(): void {
    this.#settle();
    if (this.#parts !== undefined) {
      this.#parts.finish();
      return;
    }
    const body = this.#body;
    const encoding = one(this.#headers['content-encoding']);
    if (encoding !== undefined && encoding !== 'identity' && body.length > 0) {
      this.#outcome.reject(new GatewayError('PEER_ANSWER', { detail: `the answer has Content-Encoding ${encoding}` }));
    } else {
      const answer = { status: this.#status, contentType: one(this.#headers['content-type']), body };
      this.#outcome.slices.run(() => this.#outcome.resolve(answer));
    }
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#settle();
    this.#parts?.destroy(error);
    this.#outcome.reject(error);
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#leaveSignal?.();
  }

  #giveUp(reason: Error): void {
    this.#settle();
    this.#given = reason;
    this.#controller?.abort(reason);
    this.#outcome.reject(reason);
  }

  readonly #expire = (): void => this.#giveUp(new DOMException('no answer in time', 'TimeoutError'));
}

function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new DOMException('cut off', 'AbortError');
}

function isPackage(status: number, headers: Headers): boolean {
  const encoding = one(headers['content-encoding']) ?? 'identity';
  const type = one(headers['content-type'])?.trimStart().toLowerCase();
  return status >= 200 && status < 300 && encoding === 'identity' && type?.startsWith('multipart/related') === true;
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
