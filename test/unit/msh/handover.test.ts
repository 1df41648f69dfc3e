import assert from 'node:assert/strict';
import { GatewayError } from '../../../src/errors.ts';
import type { HandedMessage } from '../../../src/index.ts';
import { ACTION, base64, json, OIN_A, OIN_B, openRestGateway, TERMS } from '../rest/rest-gateway.ts';
import type { RestGateway } from '../rest/rest-gateway.ts';

const RECEIVED = { cpaId: TERMS.cpaId, from: `urn:osb:oin:${OIN_A}`, action: ACTION, destination: 'test' };
const PAYLOADS = [{ name: 'a.xml', contentType: 'text/xml', content: base64('<a/>') }];

interface Handed {
  readonly message: HandedMessage;
  readonly texts: readonly string[];
}

/** A destination whose answers the test gives, one an attempt. */
class Desk {
  readonly handed: Handed[] = [];
  readonly answers: (() => Promise<void>)[] = [];

  async deliver(message: HandedMessage): Promise<void> {
    const texts: string[] = [];
    for (const payload of message.payloads) {
      const chunks: Buffer[] = [];
      for await (const chunk of await payload.open()) chunks.push(Buffer.from(chunk));
      texts.push(Buffer.concat(chunks).toString());
    }
    this.handed.push({ message, texts });
    await this.answers.shift()?.();
  }
}

const refuse = (code: 'HANDOVER_FAILED' | 'HANDOVER_REFUSED') => (): Promise<void> =>
  Promise.reject(new GatewayError(code, { detail: 'as the test wants it' }));

async function withDesk(desk: Desk, test: (rest: RestGateway) => Promise<void>): Promise<void> {
  const rest = await openRestGateway({}, undefined, {
    routes: [RECEIVED],
    // The shortest wait that there is: half a second.
    random: () => 0,
    prepare: ({ handovers }) => void handovers.register('test', desk),
  });
  try {
    await test(rest);
  } finally {
    await rest.close();
  }
}

/** Waits, woken by events, until one of this type is there. */
async function untilEvent(rest: RestGateway, type: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = (): void => {
    rest.events().then((all) => (all.some((event) => event.type === type) ? resolve() : undefined), reject);
  };
  const end = rest.gateway.events.subscribe(look);
  look();
  await promise.finally(end);
}

describe('handing over to a destination', () => {
  it('a message goes there with all that the application needs, at once, and is TAKEN when it was confirmed', async () => {
    const desk = new Desk();
    await withDesk(desk, async (rest) => {
      await rest.submit({ ...TERMS, messageId: 'een@test', conversationId: 'zaak-1', payloads: PAYLOADS });
      await untilEvent(rest, 'message.taken');
      const [handed, ...others] = desk.handed;
      assert.equal(others.length, 0);
      const { payloads, timestamp, receivedAt, ...header } = handed?.message ?? assert.fail('nothing was handed over');
      assert.partialDeepStrictEqual(header, {
        messageId: 'een@test',
        conversationId: 'zaak-1',
        refToMessageId: undefined,
        cpaId: TERMS.cpaId,
        fromPartyId: `urn:osb:oin:${OIN_A}`,
        toPartyId: `urn:osb:oin:${OIN_B}`,
        action: ACTION,
        attempt: 1,
      });
      assert.ok(Math.abs(receivedAt - timestamp) < 60_000);
      assert.deepEqual(
        payloads.map(({ name, contentType, size }) => [name, contentType, size]),
        [['a.xml', 'text/xml', 4]],
      );
      assert.deepEqual(handed?.texts, ['<a/>']);
      const inbox = await json<{ items: unknown[] }>(await rest.fetch('/api/v1/inbox'));
      assert.deepEqual(inbox.items, []);
      const shown = await json(await rest.fetch('/api/v1/messages/een%40test?direction=in'));
      assert.partialDeepStrictEqual(shown, { state: 'TAKEN', destination: 'test', attempts: 1, handover: null });
    });
  });

  it('HANDOVER_FAILED: it is tried again under the same MessageId, and what went wrong can be seen', async () => {
    const desk = new Desk();
    const shown = Promise.withResolvers<Record<string, unknown>>();
    desk.answers.push(refuse('HANDOVER_FAILED'));
    await withDesk(desk, async (rest) => {
      // The second attempt waits until the test has seen how the first one went.
      desk.answers.push(async () => {
        shown.resolve(await json(await rest.fetch('/api/v1/messages/een%40test?direction=in')));
      });
      await rest.submit({ ...TERMS, messageId: 'een@test', payloads: PAYLOADS });
      await untilEvent(rest, 'message.taken');
      assert.partialDeepStrictEqual(await shown.promise, {
        state: 'RECEIVED',
        handover: { attempts: 2, code: 'HANDOVER_FAILED', detail: 'as the test wants it', stopped: false },
      });
      assert.deepEqual(
        desk.handed.map(({ message }) => [message.messageId, message.attempt]),
        [
          ['een@test', 1],
          ['een@test', 2],
        ],
      );
      const types = (await rest.events()).map(({ type }) => type).filter((type) => type.startsWith('handover'));
      assert.deepEqual(types, ['handover.failed', 'handover.recovered']);
    });
  });

  it('HANDOVER_REFUSED: it stands still until an operator asks; MESSAGE_ROUTED and NOT_WAITING say what cannot be', async () => {
    const desk = new Desk();
    desk.answers.push(refuse('HANDOVER_REFUSED'));
    await withDesk(desk, async (rest) => {
      const post = async (path: string): Promise<readonly [number, unknown]> => {
        const answer = await rest.fetch(`/api/v1/messages/${path}`, { method: 'POST' });
        const { code, destination } = await json(answer);
        return [answer.status, code ?? destination];
      };
      await rest.submit({ ...TERMS, messageId: 'een@test', payloads: PAYLOADS });
      await untilEvent(rest, 'handover.failed');
      const path = '/api/v1/messages/een%40test?direction=in';
      const shown = await json(await rest.fetch(path));
      assert.partialDeepStrictEqual(shown, { state: 'RECEIVED', nextAttemptAt: null, handover: { stopped: true } });
      assert.deepEqual(await post('een%40test/taken'), [409, 'MESSAGE_ROUTED']);
      assert.deepEqual(await post('een%40test/handover'), [202, 'test']);
      await untilEvent(rest, 'message.taken');
      assert.deepEqual(await post('een%40test/handover'), [409, 'NOT_WAITING']);
      assert.deepEqual(await post('nope%40test/handover'), [404, 'NOT_FOUND']);
    });
  });

  it('a route to a destination that nobody serves stops the start', async () => {
    await assert.rejects(
      openRestGateway({}, undefined, { routes: [RECEIVED] }),
      (error) => error instanceof GatewayError && error.code === 'CONFIG_INVALID' && error.location === 'routes',
    );
  });
});
