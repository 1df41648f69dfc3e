import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { SyncReplyMode } from '../../src/cpa/model.ts';
import type { ProfileName } from '../../src/cpa/profiles.ts';
import { GatewayError } from '../../src/errors.ts';
import type { Submitted, SubmitRequest } from '../../src/msh/message-use-cases.ts';
import type { OutgoingRequest } from '../../src/ports/transport.ts';
import { type ContractParty, dienst, gemeente, REPLY_ACTION } from './msh-contracts.ts';
import { openPair, type Pair, submitTo, untilState } from './msh-pair.ts';
import type { TestGatewayOptions } from './test-gateway.ts';

export interface Responding {
  readonly pair: Pair;
  /** How many requests went to this party. */
  requests(party: ContractParty): number;
  /** Until the receiver has set the timer of a request that waits. */
  untilWaiting(): Promise<void>;
  /** Requests to the receiver are cut off as soon as they have been sent. */
  cut(): void;
  whenCut(): Promise<void>;
  /** Receipts to the receiver get lost from now on. */
  loseReceipts(): void;
}

export interface RespondingTerms extends Partial<TestGatewayOptions> {
  readonly mode: SyncReplyMode;
  readonly profile: ProfileName;
  /** What a test changes in the contract besides. */
  readonly edit?: (text: string) => string;
}

/** Two gateways under a contract with this mode on every channel; gemeente asks, dienst responds. */
export async function withResponding(
  { mode, profile, edit = (text) => text, ...more }: RespondingTerms,
  use: (at: Responding) => Promise<void>,
): Promise<void> {
  const pair = await openPair(
    { profile, edit: (text) => edit(withMode(text, mode)) },
    { responseTimeoutMs: RESPONSE_TIMEOUT_MS, ...more },
  );
  const counts = new Map<string, number>();
  const count = ({ url }: OutgoingRequest): void => void counts.set(url, (counts.get(url) ?? 0) + 1);
  for (const { endpoint } of [gemeente, dienst]) {
    pair.routes.bend(endpoint, (request, forward) => {
      count(request);
      return forward(request);
    });
  }
  const cutOff = Promise.withResolvers<void>();
  try {
    await use({
      pair,
      requests: ({ endpoint }) => counts.get(endpoint) ?? 0,
      untilWaiting: () => untilTimers(pair),
      cut: () =>
        pair.routes.bend(dienst.endpoint, async (request) => {
          count(request);
          pair.routes.bend(dienst.endpoint);
          await postAndReset(request, pair);
          cutOff.resolve();
          throw new GatewayError('PEER_UNREACHABLE');
        }),
      whenCut: () => cutOff.promise,
      loseReceipts: () =>
        pair.routes.bend(dienst.endpoint, (request) => {
          count(request);
          throw new GatewayError('PEER_UNREACHABLE');
        }),
    });
  } finally {
    await pair.close();
  }
}

const RESPONSE_TIMEOUT_MS = 10_000;

async function untilTimers({ clock }: Pair): Promise<void> {
  while (!clock.isSet(clock.now() + RESPONSE_TIMEOUT_MS)) await setImmediate();
}

/** Sends a request, and resets the connection when it waits for its answer. */
async function postAndReset({ headers, contentLength, body }: OutgoingRequest, pair: Pair): Promise<void> {
  const octets = body instanceof Uint8Array ? body : Buffer.concat(await body.toArray());
  const { hostname, port } = new URL(pair.receiver.url);
  const lines = Object.entries({ host: hostname, ...headers, 'content-length': String(contentLength) });
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(`POST /ebms HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  socket.write(octets);
  await untilTimers(pair);
  const closed = once(socket, 'close');
  socket.resetAndDestroy();
  await closed;
  for (let turn = 0; turn < 5; turn += 1) await setImmediate();
}

export function withMode(text: string, mode: SyncReplyMode): string {
  return text.replaceAll(/syncReplyMode="[^"]*"/g, `syncReplyMode="${mode}"`);
}

/** The application behind the receiver answers a message as soon as it has it. */
export async function respond(
  { pair }: Pick<Responding, 'pair'>,
  messageId: string,
  payloads: readonly Buffer[],
  more: Partial<SubmitRequest> = {},
): Promise<Submitted> {
  const { conversationId } = await untilState(pair.receiver, messageId, 'RECEIVED');
  const request = { from: dienst.oin, action: REPLY_ACTION, conversationId, refToMessageId: messageId, ...more };
  return submitTo(pair.receiver, { cpaId: pair.cpaId, payloads, request });
}
