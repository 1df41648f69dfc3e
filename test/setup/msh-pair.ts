import { randomBytes } from 'node:crypto';
import { GatewayError } from '../../src/errors.ts';
import type { Submitted, SubmitRequest } from '../../src/msh/message-use-cases.ts';
import type { MessageDetail, MessageQuery, MessageState, MessageSummary } from '../../src/ports/store.ts';
import type { IncomingAnswer, OutgoingRequest, Transport } from '../../src/ports/transport.ts';
import { createTransport, type TransportOptions } from '../../src/transport/http-client.ts';
import { ManualClock } from './manual-clock.ts';
import {
  ACTION,
  type ContractParty,
  type ContractTerms,
  contract,
  cpaIdOf,
  dienst,
  gemeente,
  SERVICE,
} from './msh-contracts.ts';
import { openTestGateway, type TestGateway, type TestGatewayOptions } from './test-gateway.ts';

/** As the system clock does, a timer that is set for a time that has passed runs soon. */
export class MovableClock extends ManualClock {
  override schedule(at: number, task: () => void): () => void {
    if (at > this.now()) return super.schedule(at, task);
    const immediate = setImmediate(task);
    return () => clearImmediate(immediate);
  }
}

type Forward = (request: OutgoingRequest) => Promise<IncomingAnswer>;

/** What happens to a request on its way: by default it goes to the live address, and the answer comes back. */
export type Way = (request: OutgoingRequest, forward: Forward) => Promise<IncomingAnswer>;

/** The addresses of a contract, led to wherever the parties listen in this test. */
export class Routes {
  readonly #targets = new Map<string, string>();
  readonly #ways = new Map<string, Way>();

  /** Requests for `endpoint` go to `url` from now on. */
  lead(endpoint: string, url: string): void {
    this.#targets.set(endpoint, url);
  }

  /** Puts something between: a loss, a delay, another answer. Without `way` the line is whole again. */
  bend(endpoint: string, way?: Way): void {
    if (way === undefined) this.#ways.delete(endpoint);
    else this.#ways.set(endpoint, way);
  }

  /** A real HTTP client whose requests follow the routes. */
  transport(options: TransportOptions = {}): Transport {
    const real = createTransport(options);
    const forward: Forward = (request) =>
      real.post({ ...request, url: this.#targets.get(request.url) ?? 'http://127.0.0.1:1/nobody' });
    return {
      post: (request) => (this.#ways.get(request.url) ?? ((one, on) => on(one)))(request, forward),
      close: () => real.close(),
    };
  }
}

export interface HangingLine {
  readonly way: Way;
  /** Resolves with the first request. */
  readonly tried: Promise<void>;
  /** Breaks off what hangs. */
  release(): void;
}

/** A line on which requests hang until they are let go. */
export function hangingLine(): HangingLine {
  const { promise: tried, resolve } = Promise.withResolvers<void>();
  const { promise: broken, reject } = Promise.withResolvers<never>();
  broken.catch(() => undefined);
  return {
    way: () => {
      resolve();
      return broken;
    },
    tried,
    release: () => reject(new GatewayError('PEER_UNREACHABLE')),
  };
}

export interface Pair {
  readonly clock: MovableClock;
  readonly routes: Routes;
  readonly cpaId: string;
  readonly sender: TestGateway;
  readonly receiver: TestGateway;
  /** Submits to the sender what goes by the contract; random payloads of these sizes. */
  submit(payloads?: readonly Buffer[], more?: Partial<SubmitRequest>): Promise<Submitted>;
  /** Closes one gateway and opens it again on the same folder, as after a restart. */
  restart(side: 'sender' | 'receiver'): Promise<void>;
  close(): Promise<void>;
}

/** Two whole gateways with one contract between them. */
export async function openPair(terms: ContractTerms, more: Partial<TestGatewayOptions> = {}): Promise<Pair> {
  const clock = new MovableClock();
  const routes = new Routes();
  const cpa = contract(terms);
  const open = async (party: ContractParty, folder?: string): Promise<TestGateway> => {
    const gateway = await openPartyGateway(party, {
      cpas: [cpa],
      clock,
      transport: routes.transport(),
      ...more,
      ...(folder === undefined ? {} : { folder }),
    });
    routes.lead(party.endpoint, gateway.url);
    return gateway;
  };
  const pair = {
    clock,
    routes,
    cpaId: cpaIdOf(cpa),
    sender: await open(gemeente),
    receiver: await open(dienst),
    submit: (payloads: readonly Buffer[] = [randomBytes(2000)], request: Partial<SubmitRequest> = {}) =>
      submitTo(pair.sender, { cpaId: pair.cpaId, payloads, request }),
    async restart(side: 'sender' | 'receiver'): Promise<void> {
      const { folder } = pair[side];
      await pair[side].close(true);
      pair[side] = await open(side === 'sender' ? gemeente : dienst, folder);
    },
    async close(): Promise<void> {
      await Promise.all([pair.sender.close(), pair.receiver.close()]);
    },
  };
  return pair;
}

/** The same for the time of a test. */
export async function withPair(
  terms: ContractTerms,
  use: (pair: Pair) => Promise<void>,
  more: Partial<TestGatewayOptions> = {},
): Promise<void> {
  const pair = await openPair(terms, more);
  try {
    await use(pair);
  } finally {
    await pair.close();
  }
}

/** A gateway of one of the parties, which trusts the certificates of both. */
export function openPartyGateway(
  party: ContractParty,
  options: Partial<TestGatewayOptions> & Pick<TestGatewayOptions, 'cpas'>,
): Promise<TestGateway> {
  return openTestGateway({
    parties: [party.key],
    keys: [{ certificate: party.keys.certificatePem, key: party.keys.keyPem }],
    roots: [gemeente, dienst].map((one) => Buffer.from(one.keys.certificatePem)),
    clock: new MovableClock(),
    ...options,
  });
}

export async function submitTo(
  { gateway }: TestGateway,
  {
    cpaId,
    payloads,
    request = {},
  }: {
    readonly cpaId: string;
    readonly payloads: readonly Buffer[];
    readonly request?: Partial<SubmitRequest>;
  },
): Promise<Submitted> {
  const submitted = payloads.map(async (octets) => {
    const writer = gateway.messages.createPayload();
    await writer.write(octets);
    return { contentType: 'application/octet-stream', content: await writer.finish() };
  });
  return gateway.messages.submit({
    cpaId,
    from: gemeente.oin,
    service: SERVICE,
    action: ACTION,
    payloads: await Promise.all(submitted),
    ...request,
  });
}

/** The message once `fits`; looked at again whenever the store of the gateway has changed. */
export async function untilMessage(
  { gateway }: TestGateway,
  messageId: string,
  fits: (message: MessageDetail) => boolean,
): Promise<MessageDetail> {
  for (;;) {
    const { changed, cancel } = nextChange(gateway);
    const found = await gateway.messages.find(messageId).catch(() => undefined);
    if (found !== undefined && fits(found)) {
      cancel();
      return found;
    }
    await changed;
  }
}

export function untilState(at: TestGateway, messageId: string, state: MessageState): Promise<MessageDetail> {
  return untilMessage(at, messageId, (message) => message.state === state);
}

/** The message once this many attempts stand in its log. */
export function untilAttempts(at: TestGateway, messageId: string, attempts: number): Promise<MessageDetail> {
  return untilMessage(at, messageId, (message) => message.attemptLog.length >= attempts);
}

/** Waits until the gateway has stored this many events of a type; answers how many there are. */
export async function untilEvents(at: TestGateway, type: string, count: number): Promise<number> {
  for (;;) {
    const { changed, cancel } = nextChange(at.gateway);
    const found = (await at.events()).filter((event) => event.type === type).length;
    if (found >= count) {
      cancel();
      return found;
    }
    await changed;
  }
}

/** Waits until the gateway has this many messages that a query finds, a hundred at most. */
export async function untilListed(
  at: TestGateway,
  query: Omit<MessageQuery, 'limit'>,
  count: number,
): Promise<readonly MessageSummary[]> {
  for (;;) {
    const { changed, cancel } = nextChange(at.gateway);
    const { items } = await at.gateway.messages.list({ ...query, limit: 100 });
    if (items.length >= count) {
      cancel();
      return items;
    }
    await changed;
  }
}

function nextChange(gateway: TestGateway['gateway']): { readonly changed: Promise<void>; readonly cancel: () => void } {
  const { promise: changed, resolve } = Promise.withResolvers<void>();
  const cancel = gateway.events.subscribe(() => {
    cancel();
    resolve();
  });
  return { changed, cancel };
}

export async function payloadsOf({ gateway }: TestGateway, message: MessageDetail): Promise<readonly Buffer[]> {
  const opened = message.payloads.map(async (_, index) => {
    const { stream } = await gateway.messages.openPayload(message.messageId, index + 1, {
      direction: message.direction,
      sender: message.fromPartyId,
    });
    return Buffer.concat(await stream.toArray());
  });
  return Promise.all(opened);
}
