import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';

/** The body of an answer that is read while it comes: the peer waits when the reader does. Destroying it cuts the line. */
export class AnswerParts extends Readable {
  readonly #controller: Dispatcher.DispatchController;
  #ended = false;

  constructor(controller: Dispatcher.DispatchController) {
    super();
    this.#controller = controller;
    // Whoever reads hears of it; when nobody does any more it is no failure of ours.
    this.on('error', () => undefined);
  }

  finish(): void {
    this.#ended = true;
    this.push(null);
  }

  override _read(): void {
    this.#controller.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (!this.#ended) this.#controller.abort(error ?? new Error('the rest of the answer is not read'));
    this.#ended = true;
    callback(error);
  }
}
