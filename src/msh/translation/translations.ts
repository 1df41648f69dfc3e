import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { Slices } from '../../clock/slices.ts';
import { GatewayError } from '../../errors.ts';
import type { HandedPayload } from '../../ports/handover.ts';
import type { PayloadRecord } from '../../ports/message-records.ts';
import type { PayloadStore, StoredContent } from '../../ports/payload-store.ts';
import type { Translation } from '../../ports/translation.ts';
import type { SubmittedPayload } from '../message-use-cases.ts';
import { handedPayload } from '../handover/handed-payload.ts';
import { PARTNER, type Route, type RoutedMessage, ruleFor } from '../handover/routes.ts';
import { formOf, renamed } from './payload-forms.ts';

interface TranslationsParts {
  readonly routes: readonly Route[];
  /** Octets of the largest payload that is translated: all of it is in memory. */
  readonly limit: number;
  readonly payloads: PayloadStore;
}

/**
 * Payloads in XML as JSON to applications and back, where a route says so. What is stored, sent and proven is XML always: JSON
 * is made of it each time that it is handed over, and is the same each time.
 */
export class Translations {
  readonly #routes: readonly Route[];
  readonly #limit: number;
  readonly #payloads: PayloadStore;
  /** A crowd of messages is translated a few a turn. */
  readonly #slices = new Slices();

  constructor({ routes, limit, payloads }: TranslationsParts) {
    // Without translations there is nothing to look for.
    this.#routes = routes.some(({ translation }) => translation !== undefined) ? routes : [];
    this.#limit = limit;
    this.#payloads = payloads;
  }

  /** Whether a rule says something about payloads of a received message for this destination. */
  translates(message: RoutedMessage, destination: string): boolean {
    return this.#translation(message, destination) !== undefined;
  }

  /** Whether this one becomes JSON, or is refused. */
  isTranslated(message: RoutedMessage, destination: string, { contentType }: PayloadRecord): boolean {
    return isXml(formOf(contentType)) && this.translates(message, destination);
  }

  /**
   * Payload `n` (1 is the first) of a received message as its destination gets it: by the first rule that matches and leads
   * there. Throws TRANSLATION_IMPOSSIBLE, TRANSLATION_TOO_LARGE.
   */
  async handed(message: RoutedMessage, destination: string, n: number, payload: PayloadRecord): Promise<HandedPayload> {
    const { contentId, name, contentType } = payload;
    const translation = this.#translation(message, destination);
    const form = translation === undefined ? 'other' : formOf(contentType);
    if (translation === undefined || form === 'other' || form === 'json') return handedPayload(payload, this.#payloads);
    if (form === 'other-charset')
      throw new GatewayError('TRANSLATION_IMPOSSIBLE', { detail: `payload ${n}: its Content-Type is ${contentType}` });
    const xml = await this.#read(payload, n);
    const json = about(n, () => translation.toJson(xml));
    return {
      contentId,
      name: renamed(name, 'json'),
      contentType: 'application/json',
      size: json.length,
      sha256: hash('sha256', json, 'hex'),
      octets: json,
      translated: true,
      open: () => Promise.resolve(Readable.from([json], { objectMode: false })),
    };
  }

  /**
   * A payload that an application sends, in XML and stored anew; itself where nothing is to be translated. Throws
   * TRANSLATION_IMPOSSIBLE, TRANSLATION_TOO_LARGE, STORE_UNAVAILABLE.
   */
  async sent(message: RoutedMessage, n: number, payload: SubmittedPayload): Promise<SubmittedPayload> {
    const { name, contentType, content } = payload;
    const translation = this.#translation({ ...message, direction: 'out' }, PARTNER);
    if (translation === undefined || formOf(contentType) !== 'json') return payload;
    const json = await this.#read(content, n);
    const xml = about(n, () => translation.toXml(json));
    const newName = renamed(name, 'xml');
    return {
      contentType: 'application/xml',
      content: await this.#store(xml),
      ...(newName === undefined ? {} : { name: newName }),
    };
  }

  #translation(message: RoutedMessage, destination: string): Translation | undefined {
    if (this.#routes.length === 0) return undefined;
    const routes = this.#routes.filter((route) => route.destination === destination);
    return ruleFor(routes, message)?.translation;
  }

  async #read({ size, body }: Pick<StoredContent, 'size' | 'body'>, n: number): Promise<Buffer> {
    if (size > this.#limit)
      throw new GatewayError('TRANSLATION_TOO_LARGE', {
        detail: `payload ${n}: ${size} octets, and ${this.#limit} are translated at most`,
      });
    await this.#slices.turn();
    if ('inline' in body) return Buffer.from(body.inline.buffer, body.inline.byteOffset, body.inline.byteLength);
    const chunks: Buffer[] = [];
    for await (const chunk of (await this.#payloads.open(body)) as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  async #store(octets: Buffer): Promise<StoredContent> {
    const writer = this.#payloads.create();
    try {
      await writer.write(octets);
      return await writer.finish();
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }
}

function isXml(form: ReturnType<typeof formOf>): boolean {
  return form === 'xml' || form === 'other-charset';
}

/** What is refused says which payload it is. */
function about<T>(n: number, translate: () => T): T {
  try {
    return translate();
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown;
    const { code, location, detail = thrown.message } = thrown;
    throw new GatewayError(code, {
      detail: `payload ${n}: ${detail}`,
      cause: thrown,
      ...(location === undefined ? {} : { location }),
    });
  }
}
