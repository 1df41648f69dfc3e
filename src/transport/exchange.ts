import type { Dispatcher } from 'undici';
import { GatewayError } from '../errors.ts';
import type { IncomingAnswer } from '../ports/transport.ts';

/**
 * Sends one request and gathers its whole answer. On undici's own events: its streams and abort signals cost a small
 * message more than the rest of its way. Rejects with what undici says, or with a TimeoutError after `timeoutMs`.
 */
export function exchange(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  timeoutMs: number,
): Promise<IncomingAnswer> {
  return new Promise((resolve, reject) => {
    dispatcher.dispatch(options, new Exchange({ resolve, reject, timeoutMs }));
  });
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

interface Outcome {
  readonly timeoutMs: number;
  readonly resolve: (answer: IncomingAnswer) => void;
  readonly reject: (error: Error) => void;
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #outcome: Outcome;
  readonly #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #expired: Error | undefined;
  #status = 0;
  #headers: Headers = {};
  readonly #chunks: Buffer[] = [];

  constructor(outcome: Outcome) {
    this.#outcome = outcome;
    this.#timer = setTimeout(() => this.#expire(), outcome.timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#expired !== undefined) controller.abort(this.#expired);
  }

  onResponseStart(_controller: unknown, status: number, headers: Headers): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    const [first] = this.#chunks;
    const body = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
    const encoding = one(this.#headers['content-encoding']);
    if (encoding !== undefined && encoding !== 'identity' && body.length > 0) {
      this.#outcome.reject(new GatewayError('PEER_ANSWER', { detail: `the answer has Content-Encoding ${encoding}` }));
    } else {
      this.#outcome.resolve({ status: this.#status, contentType: one(this.#headers['content-type']), body });
    }
  }

  onResponseError(_controller: unknown, error: Error): void {
    clearTimeout(this.#timer);
    this.#outcome.reject(error);
  }

  #expire(): void {
    this.#expired = new DOMException('no answer in time', 'TimeoutError');
    this.#controller?.abort(this.#expired);
    this.#outcome.reject(this.#expired);
  }
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
