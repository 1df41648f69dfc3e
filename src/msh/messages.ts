import type { Clock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import type { PayloadStore } from '../ports/payload-store.ts';
import type { Direction, MessageDetail, PayloadRecord, Store } from '../ports/store.ts';
import type { Trust } from '../ports/trust.ts';
import type { CpaRegister } from './cpa-register.ts';
import { assembleEvidence } from './evidence/assemble-evidence.ts';
import { messageWithEvents } from './evidence/evidence-events.ts';
import type { GatewayUser } from './gateway.ts';
import type { MessageUseCases, OpenPayload, Submitted, SubmitRequest } from './message-use-cases.ts';
import type { PartnerStatus } from './partner-use-cases.ts';
import { resendRequest } from './outbound/resend.ts';
import { INBOX } from './handover/routes.ts';
import { rawMessage } from './raw-message.ts';
import type { Translations } from './translation/translations.ts';
import type { Untold } from './translation/untold.ts';

export interface MessageParts {
  readonly store: Store;
  readonly payloads: PayloadStore;
  readonly clock: Clock;
  readonly cpas: CpaRegister;
  readonly trust: Trust;
  readonly translations: Pick<Translations, 'handed' | 'isTranslated'>;
  readonly untold: Pick<Untold, 'tell'>;
  /** Something falls due at a destination. */
  readonly hastened: () => void;
  readonly submit: (request: SubmitRequest, user: GatewayUser | undefined) => Promise<Submitted>;
  readonly status: (sent: MessageDetail) => Promise<PartnerStatus>;
}

/** What an application does with messages: those of `user`, where one is named. */
export function createMessages(parts: MessageParts, user?: GatewayUser): MessageUseCases {
  const { store, payloads, clock, cpas, trust, status, hastened, translations, untold } = parts;
  const owner = user?.owner;
  const by = user === undefined ? {} : { application: user.name };
  const submit = (request: SubmitRequest): Promise<Submitted> => parts.submit(request, user);
  const find = async (messageId: string, direction?: Direction, sender?: string): Promise<MessageDetail> => {
    const found = await store.findMessage(messageId, direction, partyKey(sender), owner);
    if (found === undefined) throw new GatewayError('NOT_FOUND', { detail: `message ${messageId}` });
    return found;
  };
  /** The sender whose received message is meant, where several used one MessageId: what is not own is not there. */
  const senderOf = async (messageId: string, sender: string | undefined): Promise<string | undefined> =>
    owner === undefined ? partyKey(sender) : (await find(messageId, 'in', sender)).fromPartyId;
  const routedElsewhere = async (messageId: string, sender: string | undefined): Promise<GatewayError> => {
    const { destination } = await find(messageId, 'in', sender);
    return new GatewayError('MESSAGE_ROUTED', { detail: `message ${messageId} goes to ${destination}` });
  };
  const openHanded = async (message: MessageDetail, n: number, payload: PayloadRecord): Promise<OpenPayload> => {
    const { destination = INBOX } = message;
    try {
      const handed = await translations.handed(message, destination, n, payload);
      const { contentType, name, size, sha256 } = handed;
      return { contentType, name, size, sha256, stream: await handed.open() };
    } catch (thrown) {
      if (destination === INBOX && isUntranslatable(thrown)) await untold.tell(message, thrown);
      throw thrown;
    }
  };
  return {
    createPayload: () => payloads.create(),
    discardPayload: ({ body }) => payloads.discard(body),
    submit,
    status: async (messageId, sender) => status(await find(messageId, 'out', sender)),
    list: (query) => store.listMessages(owner === undefined ? query : { ...query, owner }),
    find,
    async evidence(messageId, { direction, sender } = {}) {
      const { message, events } = await messageWithEvents(() => find(messageId, direction, sender), store);
      const cpa = cpas.peek(message.cpaId)?.cpa;
      return assembleEvidence({ message, cpa, trust, events });
    },
    listRefusals: (query) => store.listRefusals(query),
    async findRefusal(id) {
      const [found] = (await store.listRefusals({ id, limit: 1 })).items;
      if (found === undefined) throw new GatewayError('NOT_FOUND', { detail: `refusal ${id}` });
      return found;
    },

    async openPayload(messageId, n, { direction, sender, form } = {}) {
      const message = await find(messageId, direction, sender);
      const payload = message.payloads[n - 1];
      if (payload === undefined)
        throw new GatewayError('NOT_FOUND', { detail: `payload ${n} of message ${messageId}` });
      const stored = form === 'original' || message.direction === 'out';
      if (!stored) return openHanded(message, n, payload);
      const { contentType, name, size, sha256, body } = payload;
      return { contentType, name, size, sha256, stream: await payloads.open(body) };
    },

    isTranslated(message, n) {
      const { direction, destination = INBOX, payloads: stored } = message;
      const payload = stored[n - 1];
      return direction === 'in' && payload !== undefined && translations.isTranslated(message, destination, payload);
    },

    async resend(messageId, { sender, idempotency } = {}) {
      const request = await resendRequest(await find(messageId, 'out', sender), payloads);
      return submit({ ...request, ...(idempotency === undefined ? {} : { idempotency }) });
    },

    async cancel(messageId, from) {
      const { cpaId, state, fromPartyId: sender } = await find(messageId, 'out', from);
      const about = { messageId, direction: 'out', cpaId } as const;
      const event = {
        type: 'message.cancelled',
        at: clock.now(),
        ...about,
        data: { lastState: state, ...by },
      } as const;
      const outcome = await store.cancelOutbound({ messageId, sender, event });
      if (outcome === 'cancelled') return { messageId, state: 'CANCELLED' };
      const ended = await find(messageId, 'out', sender);
      throw new GatewayError('MESSAGE_ENDED', { detail: `message ${messageId} is ${ended.state}` });
    },

    raw: async (messageId, { direction, sender } = {}) =>
      rawMessage(await find(messageId, direction, sender), payloads),

    async handOver(messageId, sender) {
      const from = await senderOf(messageId, sender);
      if (await store.handovers.hasten(messageId, clock.now(), from)) return hastened();
      const { destination, state } = await find(messageId, 'in', sender);
      throw new GatewayError('NOT_WAITING', { detail: `message ${messageId} for ${destination} is ${state}` });
    },

    async take(messageId, sender) {
      const from = await senderOf(messageId, sender);
      const outcome = await store.takeInbound(messageId, clock.now(), from, user?.name);
      if (outcome === 'held') throw new GatewayError('MESSAGE_HELD', { detail: `message ${messageId}` });
      if (outcome === 'routed') throw await routedElsewhere(messageId, sender);
      if (outcome === 'unknown') throw new GatewayError('NOT_FOUND', { detail: `received message ${messageId}` });
      return { messageId, state: 'TAKEN' };
    },
  };
}

function isUntranslatable(thrown: unknown): thrown is GatewayError {
  if (!(thrown instanceof GatewayError)) return false;
  return thrown.code === 'TRANSLATION_IMPOSSIBLE' || thrown.code === 'TRANSLATION_TOO_LARGE';
}

/** A bare OIN stands for its PartyId, as everywhere in the API. */
function partyKey(party: string | undefined): string | undefined {
  return party === undefined || party.includes(':') ? party : `urn:osb:oin:${party}`;
}
