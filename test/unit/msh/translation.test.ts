import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { receivedPublication } from '../../../adapters/amqp/publication.ts';
import { createFolderHandover } from '../../../adapters/filesystem/inbox/folder-handover.ts';
import { messageOccurrence, writeOccurrence } from '../../../adapters/webhook/cloud-events.ts';
import type { HandedMessage, HandedPayload, StoredEvent } from '../../../src/index.ts';
import type { Route } from '../../../src/msh/handover/routes.ts';
import { openPayloadFiles } from '../../../src/store/files/payload-files.ts';
import { Translations } from '../../../src/msh/translation/translations.ts';
import { meldingJson, meldingTranslation, meldingXml } from '../../setup/translations.ts';
import { ACTION, base64, json, openRestGateway, TERMS } from '../rest/rest-gateway.ts';
import type { RestGateway } from '../rest/rest-gateway.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';

const LIMIT = 200_000;
const JSON_FILE = { schema: 'melding.xsd', element: undefined };

type Handed = Required<Omit<HandedPayload, 'open' | 'contentId' | 'octets' | 'translated'>> & {
  readonly translated: boolean;
  readonly text: string;
};

/** A destination that keeps what it gets, by MessageId. */
class Desk {
  readonly handed = new Map<string, readonly Handed[]>();
  readonly #also: (message: HandedMessage) => Promise<void>;

  constructor(also: (message: HandedMessage) => Promise<void> = () => Promise.resolve()) {
    this.#also = also;
  }

  async deliver(message: HandedMessage): Promise<void> {
    const { messageId, payloads } = message;
    await this.#also(message);
    const read: Handed[] = [];
    for (const handed of payloads) {
      const { name, contentType, size, sha256, translated = false } = handed;
      const chunks: Buffer[] = [];
      for await (const chunk of await handed.open()) chunks.push(Buffer.from(chunk));
      read.push({ name, contentType, size, sha256, translated, text: Buffer.concat(chunks).toString() });
    }
    this.handed.set(messageId, read);
  }
}

interface Shown {
  readonly payloads: readonly { readonly json: boolean }[];
}

interface Place {
  readonly rest: RestGateway;
  readonly desk: Desk;
}

/** A gateway that sends to itself, with these routes: `json` of them is the schema of a melding. */
async function withRoutes(
  routes: readonly Omit<Route, 'json' | 'translation'>[],
  test: (place: Place) => Promise<void>,
  desk = new Desk(),
) {
  const translation = await meldingTranslation();
  const rest = await openRestGateway({ limits: { json: 2 ** 20, upload: 2 ** 20, parts: 5 } }, undefined, {
    routes: routes.map((route) => ({ ...route, json: JSON_FILE, translation })),
    translatedLimit: LIMIT,
    prepare: ({ handovers }) => void handovers.register('test', desk),
  });
  try {
    await test({ rest, desk });
  } finally {
    await rest.close();
  }
}

const xmlPayload = (text: string, contentType = 'text/xml'): object => ({
  name: 'a.xml',
  contentType,
  content: base64(text),
});
const jsonPayload = (value: unknown): object => ({
  name: 'a.json',
  contentType: 'application/json',
  content: base64(typeof value === 'string' ? value : JSON.stringify(value)),
});

/** Waits, woken by events, until one of this type is there for the message. */
async function untilEvent(rest: RestGateway, type: string, messageId: string): Promise<StoredEvent['data']> {
  const { promise, resolve, reject } = Promise.withResolvers<StoredEvent['data']>();
  const look = (): void => {
    rest.events().then((all) => {
      const found = all.find((event) => event.type === type && event.messageId === messageId);
      if (found !== undefined) resolve(found.data);
    }, reject);
  };
  const end = rest.gateway.events.subscribe(look);
  look();
  return promise.finally(end);
}

const payloadPath = (messageId: string, query: string): string =>
  `/api/v1/messages/${encodeURIComponent(messageId)}/payloads/1?${query}`;

function payloadFiles({ folder }: RestGateway): number {
  const entries = readdirSync(join(folder, 'payloads'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

const declared = (encoding: string): string => `<?xml version="1.0" encoding="${encoding}"?>${meldingXml(1, 'één')}`;

describe('the encoding of XML that becomes JSON', () => {
  it('is UTF-8 or UTF-16', async () => {
    const translation = await meldingTranslation();
    for (const octets of [Buffer.from(declared('UTF-8')), Buffer.from(`\uFEFF${declared('UTF-16')}`, 'utf16le')])
      assert.deepEqual(JSON.parse(translation.toJson(octets).toString()), meldingJson(1, 'één'));
  });

  it('is never ISO-8859-1, whether it says so or not', async () => {
    const translation = await meldingTranslation();
    for (const text of [declared('ISO-8859-1'), meldingXml(1, 'één')])
      assert.throws(() => translation.toJson(Buffer.from(text, 'latin1')), { code: 'TRANSLATION_IMPOSSIBLE' });
  });
});

describe('routes that translate', () => {
  const folder = temporaryFolder();

  it('a destination gets JSON with its own name, size and digest; the XML stays what is stored, sent and proven', async () => {
    await withRoutes([{ action: ACTION, destination: 'test' }], async ({ rest, desk }) => {
      const xml = meldingXml(1, 'één');
      const payloads = [
        xmlPayload(xml, 'application/xml; charset=UTF-8'),
        { contentType: 'application/pdf', content: 'AAAA' },
      ];
      await rest.submit({ ...TERMS, messageId: 'een@test', payloads });
      await untilEvent(rest, 'message.taken', 'een@test');
      const text = JSON.stringify(meldingJson(1, 'één'));
      const [first, second, ...others] = desk.handed.get('een@test') ?? [];
      assert.deepEqual(first, {
        name: 'a.json',
        contentType: 'application/json',
        size: Buffer.byteLength(text),
        sha256: hash('sha256', text, 'hex'),
        translated: true,
        text,
      });
      assert.partialDeepStrictEqual(second, { contentType: 'application/pdf', text: '\0\0\0' });
      assert.deepEqual(others, []);
      const { payloads: stored } = await rest.gateway.messages.find('een@test', 'in');
      assert.deepEqual(
        [stored[0]?.sha256, stored[0]?.contentType],
        [hash('sha256', xml, 'hex'), 'application/xml; charset=UTF-8'],
      );
      const evidence = await rest.gateway.messages.evidence('een@test', { direction: 'in' });
      assert.equal(evidence.parts[0]?.sha256, hash('sha256', xml, 'hex'));
    });
  });

  it('a queue, a webhook and a folder get the same', async () => {
    const inbox = join(folder(), 'inbox');
    mkdirSync(inbox);
    const terms = { exchange: 'postiljon', inlineLimit: 1000, apiUrl: 'http://a', source: 'urn:a' };
    const files = createFolderHandover({ inbox, layout: 'files' });
    const got: unknown[] = [];
    const desk = new Desk(async (message) => {
      const { content, properties } = await receivedPublication(message, terms);
      got.push(properties.contentType, JSON.parse(content.toString()));
      const { body } = writeOccurrence(await messageOccurrence(message, terms), 'structured');
      const { datacontenttype, data } = JSON.parse(Buffer.from(body).toString());
      got.push(datacontenttype, data);
      await files.deliver(message);
    });
    await withRoutes(
      [{ action: ACTION, destination: 'test' }],
      async ({ rest }) => {
        await rest.submit({ ...TERMS, messageId: 'een@test', payloads: [xmlPayload(meldingXml(1, 'één'))] });
        await untilEvent(rest, 'message.taken', 'een@test');
      },
      desk,
    );
    const expected = meldingJson(1, 'één');
    assert.deepEqual(got, ['application/json', expected, 'application/json', expected]);
    const name = readdirSync(inbox).find((one) => one.endsWith('.1.json')) ?? '';
    assert.equal(readFileSync(join(inbox, name), 'utf8'), JSON.stringify(expected));
  });

  it('TRANSLATION_IMPOSSIBLE: the message stays with an event, stands still until an operator asks, and stops none behind it', async () => {
    await withRoutes([{ action: ACTION, destination: 'test' }], async ({ rest, desk }) => {
      await rest.submit({ ...TERMS, messageId: 'slecht@test', payloads: [xmlPayload(meldingXml('een'))] });
      await rest.submit({ ...TERMS, messageId: 'goed@test', payloads: [xmlPayload(meldingXml(2))] });
      await untilEvent(rest, 'message.taken', 'goed@test');
      const { detail, ...data } = await untilEvent(rest, 'handover.failed', 'slecht@test');
      assert.partialDeepStrictEqual(data, { code: 'TRANSLATION_IMPOSSIBLE', destination: 'test', stopped: true });
      assert.equal(detail, 'payload 1: /melding/nummer: no value of its type');
      assert.deepEqual([...desk.handed.keys()], ['goed@test']);
      const shown = await json(await rest.fetch('/api/v1/messages/slecht%40test?direction=in'));
      assert.partialDeepStrictEqual(shown, {
        state: 'RECEIVED',
        handover: { code: 'TRANSLATION_IMPOSSIBLE', stopped: true },
      });
      const again = await rest.fetch('/api/v1/messages/slecht%40test/handover', { method: 'POST' });
      assert.equal(again.status, 202);
    });
  });

  it('a charset of the Content-Type in which XML is not read is refused, and not guessed', async () => {
    await withRoutes([{ action: ACTION, destination: 'test' }], async ({ rest }) => {
      const payloads = [xmlPayload(meldingXml(1), 'text/xml; charset=iso-8859-1')];
      await rest.submit({ ...TERMS, messageId: 'een@test', payloads });
      const data = await untilEvent(rest, 'handover.failed', 'een@test');
      assert.partialDeepStrictEqual(data, { code: 'TRANSLATION_IMPOSSIBLE' });
    });
  });

  it('the inbox gives JSON, and the original to who asks for it', async () => {
    await withRoutes([{ action: ACTION, destination: 'inbox' }], async ({ rest }) => {
      const xml = meldingXml(3, 'a');
      await rest.submit({ ...TERMS, messageId: 'een@test', payloads: [xmlPayload(xml)] });
      await untilEvent(rest, 'message.received', 'een@test');
      const jsonOf = async (direction: string): Promise<unknown> => {
        const { payloads } = await json<Shown>(await rest.fetch(`/api/v1/messages/een%40test?direction=${direction}`));
        return payloads.map((payload) => payload.json);
      };
      assert.deepEqual([await jsonOf('in'), await jsonOf('out')], [[true], [false]]);
      const translated = await rest.fetch(payloadPath('een@test', 'direction=in'));
      const text = await translated.text();
      assert.deepEqual(JSON.parse(text), meldingJson(3, 'a'));
      assert.equal(translated.headers.get('content-type'), 'application/json');
      assert.match(translated.headers.get('content-disposition') ?? '', /a\.json/);
      assert.equal(translated.headers.get('etag'), `"${hash('sha256', text, 'hex')}"`);
      const original = await rest.fetch(payloadPath('een@test', 'direction=in&form=original'));
      assert.deepEqual([await original.text(), original.headers.get('content-type')], [xml, 'text/xml']);
      const sent = await rest.fetch(payloadPath('een@test', 'direction=out'));
      assert.equal(await sent.text(), xml);
    });
  });

  it('TRANSLATION_IMPOSSIBLE in the inbox: the original is there, and one event tells of it', async () => {
    await withRoutes([{ action: ACTION, destination: 'inbox' }], async ({ rest }) => {
      await rest.submit({ ...TERMS, messageId: 'een@test', payloads: [xmlPayload('<geen-melding/>')] });
      await untilEvent(rest, 'message.received', 'een@test');
      for (const method of ['GET', 'HEAD', 'GET']) {
        const answer = await rest.fetch(payloadPath('een@test', 'direction=in'), { method });
        assert.equal(answer.status, 422);
        if (method === 'GET') assert.partialDeepStrictEqual(await json(answer), { code: 'TRANSLATION_IMPOSSIBLE' });
      }
      const original = await rest.fetch(payloadPath('een@test', 'direction=in&form=original'));
      assert.equal(await original.text(), '<geen-melding/>');
      const told = (await rest.events()).filter(({ type }) => type === 'handover.failed');
      assert.partialDeepStrictEqual(told, [{ messageId: 'een@test', data: { destination: 'inbox', stopped: true } }]);
      assert.equal(told.length, 1);
    });
  });

  it('JSON of an application is sent as XML, signed and stored as such, and nothing else of it is kept', async () => {
    await withRoutes([{ action: ACTION, destination: 'partner' }], async ({ rest }) => {
      const long = 'x'.repeat(100_000);
      const payloads = [jsonPayload(meldingJson(4, long)), xmlPayload(meldingXml(5))];
      const send = (): Promise<Response> =>
        rest.submit({ ...TERMS, messageId: 'een@test', payloads }, { 'Idempotency-Key': 'een' });
      assert.equal((await send()).status, 202);
      assert.equal((await send()).status, 202);
      await rest.delivered('een@test');
      for (const direction of ['in', 'out'] as const) {
        const { payloads: stored } = await rest.gateway.messages.find('een@test', direction);
        assert.partialDeepStrictEqual(stored, [{ contentType: 'application/xml' }, { contentType: 'text/xml' }]);
        const octets = await (await rest.fetch(payloadPath('een@test', `direction=${direction}`))).arrayBuffer();
        const back = (await meldingTranslation()).toJson(Buffer.from(octets));
        assert.deepEqual(JSON.parse(back.toString()), meldingJson(4, long));
      }
      assert.equal((await rest.gateway.messages.find('een@test', 'out')).payloads[0]?.name, 'a.xml');
      assert.equal(payloadFiles(rest), 2, 'one sent and one received');
    });
  });

  it('TRANSLATION_IMPOSSIBLE, TRANSLATION_TOO_LARGE: what cannot be sent is refused with the place, and leaves nothing', async () => {
    await withRoutes([{ action: ACTION, destination: 'partner' }], async ({ rest }) => {
      const refused = async (...payloads: readonly object[]): Promise<unknown> => {
        const answer = await rest.submit({ ...TERMS, messageId: 'een@test', payloads });
        return { status: answer.status, ...(await json(answer)) };
      };
      const good = jsonPayload(meldingJson(1, 'x'.repeat(100_000)));
      assert.partialDeepStrictEqual(await refused(good, jsonPayload({ nummer: 'een' })), {
        status: 422,
        code: 'TRANSLATION_IMPOSSIBLE',
        location: '/nummer',
        detail: 'payload 2: /nummer: a whole number is expected',
      });
      assert.partialDeepStrictEqual(await refused(jsonPayload('{')), { status: 422, code: 'TRANSLATION_IMPOSSIBLE' });
      assert.partialDeepStrictEqual(await refused(good, jsonPayload(meldingJson(1, 'x'.repeat(LIMIT)))), {
        status: 413,
        code: 'TRANSLATION_TOO_LARGE',
      });
      assert.equal(payloadFiles(rest), 0);
      assert.deepEqual((await rest.gateway.messages.list({ limit: 10 })).items, []);
    });
  });

  it('TRANSLATION_TOO_LARGE of a received message: it stays, and the original can be fetched', async () => {
    await withRoutes([{ action: ACTION, destination: 'test' }], async ({ rest }) => {
      const xml = meldingXml(1, 'x'.repeat(LIMIT));
      await rest.submit({ ...TERMS, messageId: 'een@test', payloads: [xmlPayload(xml)] });
      const data = await untilEvent(rest, 'handover.failed', 'een@test');
      assert.partialDeepStrictEqual(data, { code: 'TRANSLATION_TOO_LARGE', stopped: true });
      assert.equal((await rest.fetch(payloadPath('een@test', 'direction=in'))).status, 413);
      const original = await rest.fetch(payloadPath('een@test', 'direction=in&form=original'));
      assert.equal(await original.text(), xml);
    });
  });

  it('what is sent once more is sent as it was', async () => {
    await withRoutes([{ action: ACTION, destination: 'partner' }], async ({ rest }) => {
      await rest.submit({ ...TERMS, messageId: 'een@test', payloads: [jsonPayload(meldingJson(6))] });
      await rest.delivered('een@test');
      const answer = await rest.fetch('/api/v1/messages/een%40test/resend', { method: 'POST' });
      const { messageId = '' } = await json<{ messageId?: string }>(answer);
      const [first, again] = await Promise.all(
        ['een@test', messageId].map((id) => rest.gateway.messages.find(id, 'out')),
      );
      assert.equal(first?.payloads[0]?.sha256, again?.payloads[0]?.sha256);
    });
  });

  it('a destination that the table gives to others now is served by the first rule that matches and leads there', async () => {
    const translation = await meldingTranslation();
    const routes = [
      { action: ACTION, destination: 'test' },
      { destination: 'inbox', json: JSON_FILE, translation },
    ];
    const payloads = await openPayloadFiles({ directory: folder() });
    const translations = new Translations({ routes, limit: LIMIT, payloads });
    const body = { inline: Buffer.from(meldingXml(7)) };
    const payload = {
      contentId: 'a@b',
      contentType: 'text/xml',
      name: undefined,
      size: body.inline.length,
      sha256: '',
      body,
    };
    const typeAt = async (destination: string): Promise<string> =>
      (await translations.handed({ action: ACTION }, destination, 1, payload)).contentType;
    assert.deepEqual(await Promise.all(['test', 'inbox', 'amqp'].map(typeAt)), [
      'text/xml',
      'application/json',
      'text/xml',
    ]);
  });
});
