import assert from 'node:assert/strict';
import { createWebhooks } from '../../../adapters/webhook/webhooks.ts';
import type { Webhook } from '../../../adapters/webhook/webhooks.ts';
import { type Clock, systemClock } from '../../../src/clock.ts';
import type { Adapter } from '../../../src/index.ts';
import { createEgress } from '../../../src/transport/egress-client.ts';
import type { WebhookReceiver } from '../../setup/webhook-receiver.ts';
import { openWebhookReceiver } from '../../setup/webhook-receiver.ts';
import { ManualClock } from '../../setup/manual-clock.ts';
import { ACTION, base64, json, OIN_A, OIN_B, openRestGateway, SERVICE, TERMS } from '../rest/rest-gateway.ts';
import type { RestGateway } from '../rest/rest-gateway.ts';
import { requireSigned } from './require-signed.ts';

const SECRET = 'een geheim van meer dan 32 tekens';
const SOURCE = 'urn:nld:oin:00000099000000001000:systeem:postiljon';
const PAYLOAD = { name: 'aanvraag één.xml', contentType: 'text/xml; charset=utf-8', content: base64('<a>é</a>') };
const TO_HOOK = { action: ACTION, destination: 'webhook:zaak' };
const quiet = (): void => undefined;

const address = { api: '' };
const apiUrl = (): string => `${address.api}/api/v1`;

interface Place {
  readonly rest: RestGateway;
  readonly receiver: WebhookReceiver;
}

async function withHook(
  settings: Partial<Webhook>,
  routed: boolean,
  test: (place: Place) => Promise<void>,
  receiver?: WebhookReceiver,
  clock: Clock = systemClock,
): Promise<void> {
  const application = receiver ?? (await openWebhookReceiver());
  const webhook: Webhook = {
    name: 'zaak',
    url: application.url,
    secret: SECRET,
    mode: 'binary',
    events: [],
    inlineLimit: 1024,
    timeoutSeconds: 5,
    deadAfterHours: 1,
    handshake: false,
    origin: 'postiljon.test',
    networks: [],
    allowPlain: false,
    ca: undefined,
    ...settings,
  };
  let adapter: Adapter | undefined;
  address.api = '';
  const rest = await openRestGateway({}, undefined, {
    routes: routed ? [TO_HOOK] : [],
    random: () => 0,
    prepare(gateway) {
      const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
      const host = { gateway, log, clock, random: () => 0, source: SOURCE, apiUrl, egress: createEgress };
      adapter = createWebhooks([webhook], { ...host, backends: { serve: quiet } });
    },
  });
  address.api = rest.api;
  await adapter?.start();
  try {
    await test({ rest, receiver: application });
  } finally {
    await rest.gateway.handovers.stop(1_000);
    await adapter?.stop();
    await rest.close();
    await application.close();
  }
}

/** The only one; fails when there are others. */
function only<T>(all: readonly T[]): T {
  const [one, ...others] = all;
  if (one === undefined || others.length > 0) throw new Error(`expected one, got ${all.length}`);
  return one;
}

describe('webhooks', () => {
  describe('as the destination of messages', () => {
    it('binary: the document is the body, octet for octet; what it is stands in ce- headers; it is signed', async () => {
      await withHook({}, true, async ({ rest, receiver }) => {
        await rest.submit({ ...TERMS, messageId: 'een@test', conversationId: 'zaak 1', payloads: [PAYLOAD] });
        const post = only(await receiver.until(1));
        assert.equal(post.body.toString(), '<a>é</a>');
        requireSigned(post, SECRET);
        const { 'ce-time': time, 'ce-payloadsha256': sha256, ...headers } = post.headers;
        assert.match(String(time), /Z$/);
        assert.match(String(sha256), /^[0-9a-f]{64}$/);
        assert.partialDeepStrictEqual(headers, {
          'content-type': 'text/xml; charset=utf-8',
          'webhook-id': 'een@test',
          'ce-specversion': '1.0',
          'ce-id': 'een@test',
          'ce-source': SOURCE,
          'ce-type': 'nl.postiljon.message.handover',
          'ce-subject': 'een@test',
          'ce-cpaid': TERMS.cpaId,
          'ce-frompartyid': `urn:osb:oin:${OIN_A}`,
          'ce-topartyid': `urn:osb:oin:${OIN_B}`,
          'ce-service': SERVICE,
          'ce-action': ACTION,
          'ce-conversationid': 'zaak%201',
          'ce-payloadname': 'aanvraag%20%C3%A9%C3%A9n.xml',
          'ce-attempt': '1',
        });
      });
    });

    it('A76 the id of a message has no dots in what is signed: its partner chooses it, and it ends at the first one', async () => {
      await withHook({}, true, async ({ rest, receiver }) => {
        const messageId = 'een.1795348800.a@test.example';
        await rest.submit({ ...TERMS, messageId, payloads: [PAYLOAD] });
        const post = only(await receiver.until(1));
        requireSigned(post, SECRET);
        assert.equal(post.headers['webhook-id'], 'een%2E1795348800%2Ea@test%2Eexample');
        assert.equal(post.headers['ce-id'], messageId);
      });
    });

    it('structured: one JSON object with the document in base64; a whsec_ secret is base64 of the key', async () => {
      const key = Buffer.from('0123456789abcdef0123456789abcdef');
      const settings = { mode: 'structured', secret: `whsec_${key.toString('base64')}` } as const;
      await withHook(settings, true, async ({ rest, receiver }) => {
        await rest.submit({ ...TERMS, messageId: 'een@test', payloads: [PAYLOAD] });
        const post = only(await receiver.until(1));
        requireSigned(post, key);
        assert.equal(post.headers['content-type'], 'application/cloudevents+json; charset=utf-8');
        assert.partialDeepStrictEqual(JSON.parse(post.body.toString()), {
          specversion: '1.0',
          id: 'een@test',
          datacontenttype: PAYLOAD.contentType,
          data_base64: PAYLOAD.content,
          payloadname: PAYLOAD.name,
        });
      });
    });

    it('above the limit dataref leads to the document; with several payloads to the message, which names them', async () => {
      await withHook({ inlineLimit: 4 }, true, async ({ rest, receiver }) => {
        await rest.submit({ ...TERMS, messageId: 'een@test', payloads: [PAYLOAD] });
        const large = only(await receiver.until(1));
        assert.equal(large.body.length, 0);
        const document = await fetch(String(large.headers['ce-dataref']));
        assert.equal(await document.text(), '<a>é</a>');
        const small = { contentType: 'text/plain', content: base64('ab') };
        await rest.submit({ ...TERMS, messageId: 'twee@test', payloads: [small, small] });
        const [, several] = await receiver.until(2);
        const message = await json<{ payloads: unknown[] }>(await fetch(String(several?.headers['ce-dataref'])));
        assert.equal(message.payloads.length, 2);
      });
    });

    it('without payload there is nothing but headers', async () => {
      await withHook({}, true, async ({ rest, receiver }) => {
        await rest.submit({ ...TERMS, messageId: 'een@test', payloads: [] });
        const post = only(await receiver.until(1));
        assert.deepEqual([post.body.length, post.headers['content-type']], [0, undefined]);
        requireSigned(post, SECRET);
      });
    });

    it('until 2xx: what answers 500, or redirects, gets it again under the same id', async () => {
      const receiver = await openWebhookReceiver();
      receiver.answers.push({ status: 500 }, { status: 307, headers: { location: 'http://127.0.0.1:1/' } });
      await withHook(
        {},
        true,
        async ({ rest }) => {
          await rest.submit({ ...TERMS, messageId: 'een@test', payloads: [PAYLOAD] });
          const posted = await receiver.until(3);
          assert.deepEqual(
            posted.map(({ headers }) => [headers['ce-id'], headers['ce-attempt']]),
            [
              ['een@test', '1'],
              ['een@test', '2'],
              ['een@test', '3'],
            ],
          );
        },
        receiver,
      );
    });

    it('410 Gone: it stands still, is not lost, and goes when an operator asks for it', async () => {
      const receiver = await openWebhookReceiver();
      receiver.answers.push({ status: 410 });
      await withHook(
        {},
        true,
        async ({ rest }) => {
          const { gateway } = rest;
          const { promise: refused, resolve } = Promise.withResolvers<void>();
          const look = (): void => {
            void rest
              .events()
              .then((all) => (all.some(({ type }) => type === 'handover.failed') ? resolve() : undefined));
          };
          const end = gateway.events.subscribe(look);
          await rest.submit({ ...TERMS, messageId: 'een@test', payloads: [PAYLOAD] });
          await refused;
          end();
          const found = await gateway.messages.find('een@test', 'in');
          assert.deepEqual([found.state, found.handover?.stopped], ['RECEIVED', true]);
          assert.equal(found.handover?.failure?.code, 'HANDOVER_REFUSED');
          await gateway.messages.handOver('een@test');
          await receiver.until(2);
        },
        receiver,
      );
    });
  });

  describe('as notifications of events', () => {
    it('tells the events that it names, in order, beside the inbox', async () => {
      await withHook({ events: ['message.received', 'message.taken'] }, false, async ({ rest, receiver }) => {
        await rest.submit({ ...TERMS, messageId: 'een@test', payloads: [] });
        await receiver.until(1);
        await rest.gateway.messages.take('een@test');
        const posted = await receiver.until(2);
        for (const post of posted) requireSigned(post, SECRET);
        assert.deepEqual(
          posted.map(({ headers }) => [headers['ce-type'], headers['ce-subject'], headers['content-type']]),
          [
            ['nl.postiljon.message.received', 'een@test', 'application/json'],
            ['nl.postiljon.message.taken', 'een@test', 'application/json'],
          ],
        );
        const received: unknown = JSON.parse(posted[0]?.body.toString() ?? '');
        assert.partialDeepStrictEqual(received, { messageId: 'een@test', direction: 'in', action: ACTION });
      });
    });

    it('410 makes a dead letter, which the API lists and sends once more', async () => {
      const receiver = await openWebhookReceiver();
      receiver.answers.push({ status: 410 });
      await withHook(
        { events: ['message.received'], mode: 'structured' },
        false,
        async ({ rest }) => {
          await rest.submit({ ...TERMS, messageId: 'een@test', payloads: [] });
          await rest.submit({ ...TERMS, messageId: 'twee@test', payloads: [] });
          await receiver.until(2);
          const list = async (): Promise<readonly { id: string }[]> =>
            (await json<{ items: { id: string }[] }>(await rest.fetch('/api/v1/dead-letters'))).items;
          const letter = only(await list());
          assert.partialDeepStrictEqual(letter, {
            subscriber: 'webhook:zaak',
            code: 'HANDOVER_REFUSED',
            attempts: 1,
            event: { subject: 'een@test' },
          });
          const one = `/api/v1/dead-letters/${letter.id}`;
          assert.deepEqual(await json(await rest.fetch(one)), letter);
          assert.equal((await rest.fetch(`${one}/replay`, { method: 'POST' })).status, 202);
          assert.equal((await rest.fetch('/api/v1/dead-letters/x/replay', { method: 'POST' })).status, 404);
          const posted = await receiver.until(3);
          assert.deepEqual(posted[2]?.body, posted[0]?.body);
        },
        receiver,
      );
    });
  });

  describe('the handshake', () => {
    it('asks once by OPTIONS, and posts when the origin was allowed', async () => {
      await withHook({ handshake: true }, true, async ({ rest, receiver }) => {
        receiver.allow = 'postiljon.test';
        for (const messageId of ['een@test', 'twee@test'])
          await rest.submit({ ...TERMS, messageId, payloads: [PAYLOAD] });
        await receiver.until(2);
        assert.equal(only(receiver.asked).headers['webhook-request-origin'], 'postiljon.test');
      });
    });

    for (const allow of [undefined, 'ander.test']) {
      it(`posts nothing where the answer allows ${allow ?? 'nobody'}, and asks again`, async () => {
        const receiver = await openWebhookReceiver();
        receiver.allow = allow;
        await withHook(
          { handshake: true },
          true,
          async ({ rest }) => {
            await rest.submit({ ...TERMS, messageId: 'een@test', payloads: [PAYLOAD] });
            await rest.delivered('een@test');
            await rest.gateway.messages.find('een@test', 'in');
            assert.deepEqual(receiver.posted, []);
            receiver.allow = '*';
            await receiver.until(1);
            assert.ok(receiver.asked.length > 1);
          },
          receiver,
        );
      });
    }
  });

  it('posts no faster than the handshake allows', async () => {
    const receiver = await openWebhookReceiver();
    receiver.rate = '30';
    const clock = new ManualClock(Date.now());
    await withHook(
      { handshake: true },
      true,
      async ({ rest }) => {
        for (const messageId of ['een@test', 'twee@test', 'drie@test'])
          await rest.submit({ ...TERMS, messageId, payloads: [PAYLOAD] });
        await receiver.until(1);
        await Promise.all(['een@test', 'twee@test', 'drie@test'].map((messageId) => rest.delivered(messageId)));
        for (const count of [2, 3]) {
          assert.equal(receiver.posted.length, count - 1);
          clock.advance(2_000);
          await receiver.until(count);
        }
      },
      receiver,
      clock,
    );
  });

  it('A76 an address of the own network is not asked: the message stays, and says why', async () => {
    await withHook({ url: 'https://169.254.169.254/latest' }, true, async ({ rest }) => {
      const { promise: failed, resolve } = Promise.withResolvers<void>();
      const end = rest.gateway.events.subscribe(() => {
        void rest.events().then((all) => (all.some(({ type }) => type === 'handover.failed') ? resolve() : undefined));
      });
      await rest.submit({ ...TERMS, messageId: 'een@test', payloads: [PAYLOAD] });
      await failed;
      end();
      const found = await rest.gateway.messages.find('een@test', 'in');
      assert.deepEqual([found.state, found.handover?.failure?.code], ['RECEIVED', 'EGRESS_REFUSED']);
    });
  });
});
