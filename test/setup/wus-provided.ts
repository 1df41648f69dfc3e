import type { Consultation } from '../../src/ports/consultations.ts';
import type { ManualClock } from './manual-clock.ts';
import { openBackend, soapEnvelope, type TestBackend } from './wus-backend.ts';
import { lastEnded, openWusGateway, type WusGateway, type WusGatewayOptions, wusClock } from './wus-gateway.ts';
import { wusKeys, type WusKeys } from './wus-keys.ts';
import { echoAnswer, profileNamed, providedEcho, type ProvidedTerms, textIn } from './wus-pair.ts';
import { makeMessage, type MessageTerms, type RawAnswer, rawPost, type RawPost } from './wus-partner.ts';

/** A provider with an application behind it, and a partner that sends whatever it wants. */
export interface Provided {
  readonly keys: WusKeys;
  readonly clock: ManualClock;
  readonly backend: TestBackend;
  readonly gateway: WusGateway;
  readonly url: string;
  /** An honest request of the consumer, but for what is said. */
  send(
    message?: Partial<MessageTerms>,
    headers?: RawPost['headers'],
  ): Promise<{ readonly answer: RawAnswer; readonly messageId: string }>;
  /** Octets that are no request. */
  post(post: Omit<RawPost, 'url'> & { readonly path?: string }): Promise<RawAnswer>;
  /** The newest record, once its end is there. */
  last(): Promise<Consultation>;
  /** The backend echoes again, and has not been asked. */
  reset(): void;
  /** The same again on the same store. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface ProvidedOptions extends ProvidedTerms {
  readonly gateway?: Partial<WusGatewayOptions>;
}

export async function openProvided({ gateway: options = {}, ...terms }: ProvidedOptions = {}): Promise<Provided> {
  const keys = await wusKeys();
  const clock = wusClock();
  const calls: TestBackend['calls'][number][] = [];
  const backend = await openBackend(honest, calls);
  const { profile = profileNamed('2W-be-S') } = terms;
  const service = await providedEcho(keys, backend.url, { profile, ...terms });
  const open = (folder?: string): Promise<WusGateway> =>
    openWusGateway({
      keys,
      party: keys.provider,
      clock,
      services: [service],
      tls: false,
      ...options,
      ...(folder === undefined ? {} : { folder }),
    });
  let gateway = await open();
  const provided: Provided = {
    keys,
    clock,
    backend,
    get gateway() {
      return gateway;
    },
    get url() {
      return `${gateway.url}/wus/echo`;
    },
    async send(message = {}, headers = {}) {
      const { envelope, messageId } = await makeMessage({
        party: keys.consumer,
        clock,
        profile: profile.name,
        encryptFor: keys.provider.der,
        ...message,
      });
      return { answer: await rawPost({ url: provided.url, body: envelope, headers }), messageId };
    },
    post: ({ path = '/wus/echo', ...post }) => rawPost({ ...post, url: `${gateway.url}${path}` }),
    last: () => lastEnded(gateway),
    reset() {
      backend.answer = honest;
      calls.length = 0;
    },
    async restart() {
      const { folder } = gateway;
      await gateway.close(true);
      gateway = await open(folder);
    },
    async close() {
      await gateway.close();
      await backend.close();
    },
  };
  return provided;
}

const honest: TestBackend['answer'] = ({ body }) => ({ body: soapEnvelope(echoAnswer(textIn(body.toString()))) });
