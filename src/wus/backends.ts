import type { Backend, BackendRegister } from '../ports/backend.ts';

/** Every backend by its destination; what no adapter serves is an address, and goes by HTTP. */
export class Backends implements Backend, BackendRegister {
  readonly #http: Backend;
  readonly #served = new Map<string, Backend>();

  constructor(http: Backend) {
    this.#http = http;
  }

  serve(destination: string, backend: Backend): void {
    if (this.#served.has(destination)) throw new TypeError(`${destination} has a backend already`);
    this.#served.set(destination, backend);
  }

  readonly call: Backend['call'] = (request) => (this.#served.get(request.destination) ?? this.#http).call(request);
}
