import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '../../../src/errors.ts';
import { POLL_MS, QUIET_MS } from '../../setup/files-application.ts';
import { FIXED, openGemeente, openOutboxTest, sentBy, TERMS } from '../../setup/files-outbox.ts';
import type { OutboxTest } from '../../setup/files-outbox.ts';
import { dienst, gemeente } from '../../setup/msh-contracts.ts';
import type { TestGatewayOptions } from '../../setup/test-gateway.ts';

const DAY_MS = 86_400_000;
const PAYLOADS = [{ file: 'melding.xml' }];

async function withOutbox(
  test: (outbox: OutboxTest) => Promise<void>,
  settings: Parameters<typeof openOutboxTest>[0] = {},
  options: Partial<TestGatewayOptions> = {},
): Promise<void> {
  const outbox = await openOutboxTest(settings, options);
  try {
    await test(outbox);
  } finally {
    await outbox.close();
  }
}

describe('an outbox of messages with sidecars', () => {
  it('is sent: payloads octet for octet with names and types, and moved to sent with the MessageId', () =>
    withOutbox(async ({ at, picker, sent, textsOf, here }) => {
      const payloads = [
        { file: 'melding.xml', name: 'Melding één.xml' },
        { file: 'b.dat', contentType: 'text/plain' },
      ];
      const terms = { ...TERMS, to: dienst.oin, conversationId: 'zaak-7', messageId: 'eigen@gemeente.test' };
      at.send('melding.json', { ...terms, payloads }, { 'melding.xml': '<één/>', 'b.dat': 'bijlage' });
      await picker.look();
      const [message, ...others] = await sent();
      assert.equal(others.length, 0);
      assert.partialDeepStrictEqual(message, { messageId: 'eigen@gemeente.test', conversationId: 'zaak-7' });
      assert.deepEqual(await textsOf('eigen@gemeente.test'), ['<één/>', 'bijlage']);
      const { payloads: stored } = await here.gateway.messages.find('eigen@gemeente.test', 'out');
      assert.deepEqual(
        stored.map(({ name, contentType }) => [name, contentType]),
        [
          ['Melding één.xml', 'application/xml'],
          ['b.dat', 'text/plain'],
        ],
      );
      const [settled] = at.settled('sent');
      assert.deepEqual(settled?.files, ['b.dat', 'melding.json', 'melding.json.sent.json', 'melding.xml']);
      assert.partialDeepStrictEqual(settled?.outcome, { messageId: 'eigen@gemeente.test' });
      assert.deepEqual([at.waiting(), at.settled('refused')], [[], []]);
    }));

  it('is sent in the order of the names', () =>
    withOutbox(async ({ at, picker, sent }) => {
      for (const n of ['3', '1', '2'])
        at.drop(`${n}.json`, JSON.stringify({ ...TERMS, conversationId: n, payloads: [] }));
      await picker.look();
      assert.deepEqual(
        (await sent()).map(({ conversationId }) => conversationId),
        ['1', '2', '3'],
      );
    }));

  it('is picked up when a file comes, without waiting for the next look', () =>
    withOutbox(async ({ at, picker, here, sent }) => {
      await picker.look();
      const submitted = new Promise<void>((resolve) => {
        const end = here.gateway.events.subscribe(() => {
          end();
          resolve();
        });
      });
      at.send('a.json', { ...TERMS, payloads: [] });
      await submitted;
      assert.equal((await sent()).length, 1);
    }));

  it('is looked at again after the longest time between two looks', () =>
    withOutbox(async ({ clock, picker }) => {
      await picker.look();
      assert.ok(clock.isSet(clock.now() + POLL_MS));
    }));

  it('waits for the rest of a sidecar, and for payloads that come after it', () =>
    withOutbox(async ({ at, picker, sent, clock }) => {
      const text = JSON.stringify({ ...TERMS, payloads: PAYLOADS });
      writeFileSync(join(at.outbox.folder, 'a.json'), text.slice(0, 20));
      await picker.look();
      appendFileSync(join(at.outbox.folder, 'a.json'), text.slice(20));
      clock.advance(QUIET_MS - 1);
      await picker.look();
      assert.equal((await sent()).length, 0);
      at.drop('melding.xml', '<a/>');
      await picker.look();
      assert.equal((await sent()).length, 1);
    }));

  it('keeps a payload that is JSON itself apart from the sidecars', () =>
    withOutbox(async ({ at, picker, textsOf, sent }) => {
      const payloads = [{ file: 'order.json' }];
      at.send('z.json', { ...TERMS, payloads }, { 'order.json': '{"order":1}' });
      await picker.look();
      const [message] = await sent();
      assert.deepEqual(await textsOf(message?.messageId ?? ''), ['{"order":1}']);
    }));

  it('leaves alone what is being written: names with a dot before them, and endings of parts', () =>
    withOutbox(async ({ at, picker, clock }) => {
      const names = ['.a.json', 'a.json.tmp', 'b.part', 'c.filepart'];
      for (const name of names) writeFileSync(join(at.outbox.folder, name), '{}');
      clock.advance(DAY_MS);
      await picker.look();
      clock.advance(DAY_MS);
      await picker.look();
      for (const name of names) assert.ok(existsSync(join(at.outbox.folder, name)), name);
    }));

  it('keeps what was sent as long as it is told, and nothing else is removed', () =>
    withOutbox(async ({ at, picker, clock }) => {
      at.send('a.json', { ...TERMS, payloads: [] });
      await picker.look();
      writeFileSync(join(at.outbox.sent, 'aantekening.txt'), '');
      clock.advance(29 * DAY_MS);
      await picker.look();
      assert.equal(readdirSync(at.outbox.sent).length, 2);
      clock.advance(2 * DAY_MS);
      await picker.look();
      assert.deepEqual(readdirSync(at.outbox.sent), ['aantekening.txt']);
    }));
});

describe('an outbox whose documents have fixed properties', () => {
  it('sends each document once it is quiet, under its own name', () =>
    withOutbox(
      async ({ at, picker, sent, textsOf, clock, here }) => {
        const file = join(at.outbox.folder, 'brief.pdf');
        writeFileSync(file, 'half');
        await picker.look();
        clock.advance(QUIET_MS - 1);
        appendFileSync(file, ' and half');
        await picker.look();
        clock.advance(QUIET_MS - 1);
        await picker.look();
        assert.equal((await sent()).length, 0);
        clock.advance(1);
        await picker.look();
        const [message] = await sent();
        assert.deepEqual(await textsOf(message?.messageId ?? ''), ['half and half']);
        const { payloads } = await here.gateway.messages.find(message?.messageId ?? '', 'out');
        assert.deepEqual([payloads[0]?.name, payloads[0]?.contentType], ['brief.pdf', 'application/pdf']);
        assert.deepEqual(at.settled('sent')[0]?.files, ['brief.pdf', 'brief.pdf.sent.json']);
      },
      { message: FIXED },
    ));

  it('sends a JSON document as what it is', () =>
    withOutbox(
      async ({ at, picker, textsOf, sent, clock }) => {
        at.drop('order.json', '{"order":1}');
        await picker.look();
        clock.advance(QUIET_MS);
        await picker.look();
        assert.deepEqual(await textsOf((await sent())[0]?.messageId ?? ''), ['{"order":1}']);
      },
      { message: { ...FIXED, contentType: 'application/json' } },
    ));

  it('sends the same document twice where it is put there twice', () =>
    withOutbox(
      async ({ at, picker, sent, clock }) => {
        for (let round = 0; round < 2; round++) {
          at.drop('dagelijks.xml', '<a/>');
          await picker.look();
          clock.advance(QUIET_MS);
          await picker.look();
        }
        assert.equal((await sent()).length, 2);
        assert.equal(at.settled('sent').length, 2);
      },
      { message: FIXED },
    ));
});

describe('an outbox in trouble', () => {
  it('what a store that is away cannot take stays, and is sent once when it is there again', () => {
    let away = true;
    const failing: NonNullable<TestGatewayOptions['store']> = (store) =>
      new Proxy(store, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name, target);
          if (typeof value !== 'function') return value;
          return name === 'submitOutbound' && away
            ? () => Promise.reject(new GatewayError('STORE_UNAVAILABLE'))
            : value.bind(target);
        },
      });
    return withOutbox(
      async ({ at, picker, sent, clock, host }) => {
        at.send('a.json', { ...TERMS, payloads: PAYLOADS }, { 'melding.xml': '<a/>' });
        await picker.look();
        assert.deepEqual([at.settled('refused'), await sent()], [[], []]);
        assert.match(host.warnings[0]?.message ?? '', /tried again later/);
        away = false;
        clock.advance(1_000);
        await picker.look();
        assert.equal((await sent()).length, 1);
        assert.deepEqual(at.settled('sent')[0]?.files, ['a.json', 'a.json.sent.json', 'melding.xml']);
      },
      {},
      { store: failing },
    );
  });

  it('an outbox that is away is told once, and used when it is there again', () =>
    withOutbox(async ({ at, picker, sent, host }) => {
      await picker.look();
      renameSync(at.outbox.folder, `${at.outbox.folder}.away`);
      await picker.look();
      await picker.look();
      assert.equal(host.warnings.filter(({ message }) => /cannot be used/.test(message)).length, 1);
      renameSync(`${at.outbox.folder}.away`, at.outbox.folder);
      at.send('a.json', { ...TERMS, payloads: [] });
      await picker.look();
      assert.equal((await sent()).length, 1);
    }));

  it('a message that was submitted, but not moved, is moved under the MessageId it has: nothing is sent twice', () =>
    withOutbox(async ({ at, picker, sent, clock, host }) => {
      writeFileSync(at.outbox.sent, 'in the way');
      at.send('a.json', { ...TERMS, payloads: [] });
      await picker.look();
      assert.equal((await sent()).length, 1);
      assert.ok(host.warnings.length > 0);
      renameSync(at.outbox.sent, `${at.outbox.folder}/.away`);
      clock.advance(60_000);
      await picker.look();
      const [message, ...others] = await sent();
      assert.equal(others.length, 0);
      assert.equal(at.settled('sent')[0]?.outcome['messageId'], message?.messageId);
    }));
});

describe('two gateways on one outbox', () => {
  it('send every message once between them', async () => {
    const count = 24;
    await withOutbox(
      async ({ at, picker, open, here, clock }) => {
        const there = await openGemeente({ clock });
        try {
          const other = open(there, 'owner-2');
          for (let n = 0; n < count; n++) {
            const name = `m${n}`;
            const payloads = [{ file: `${name}.xml` }];
            at.send(`${name}.json`, { ...TERMS, conversationId: name, payloads }, { [`${name}.xml`]: '<a/>' });
          }
          await Promise.all([picker.look(), other.look()]);
          await Promise.all([picker.look(), other.look()]);
          const [mine, others] = await Promise.all([sentBy(here), sentBy(there)]);
          const all = [...mine, ...others].map(({ conversationId }) => conversationId);
          assert.deepEqual([all.length, new Set(all).size], [count, count]);
          assert.deepEqual([at.settled('sent').length, at.settled('refused'), at.waiting()], [count, [], []]);
        } finally {
          await there.close();
        }
      },
      { parties: [gemeente.key] },
    );
  });

  it('with one store share what was claimed, too, and send it once', () =>
    withOutbox(async ({ at, picker, open, sent }) => {
      const other = open();
      for (let n = 0; n < 20; n++) at.send(`m${n}.json`, { ...TERMS, payloads: [] });
      await Promise.all([picker.look(), other.look()]);
      await Promise.all([picker.look(), other.look()]);
      assert.equal((await sent()).length, 20);
      assert.deepEqual([at.settled('sent').length, at.settled('refused')], [20, []]);
    }));
});
