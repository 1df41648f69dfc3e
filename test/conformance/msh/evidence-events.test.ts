import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failures, mendManifest, verifyFolder, withEvidence } from '../../setup/msh-evidence.ts';
import { hangingLine, openPair, type Pair, untilMessage, untilState, withPair } from '../../setup/msh-pair.ts';
import { dienst } from '../../setup/msh-contracts.ts';
import type { TestGateway } from '../../setup/test-gateway.ts';

interface Events {
  messageId: string;
  complete: boolean;
  events: { sequence: number; id: string; type: string; time: string }[];
}

describe('evidence: the events of a message', () => {
  it('of both sides, in order and with their times: they go with the state', () =>
    withDelivered(async (pair, messageId) => {
      const types: Record<string, readonly string[]> = {};
      for (const side of ['sender', 'receiver'] as const) {
        await withEvidence(pair[side], messageId, async (folder) => {
          assert.deepEqual(await failures(folder), []);
          types[side] = readEvents(folder).events.map(({ type }) => type);
        });
      }
      assert.deepEqual(types, { sender: ['message.delivered'], receiver: ['message.received'] });
      await pair.receiver.gateway.messages.take(messageId);
      await withEvidence(pair.receiver, messageId, async (folder) => {
        assert.deepEqual(
          readEvents(folder).events.map(({ type }) => type),
          ['message.received', 'message.taken'],
        );
        assert.deepEqual(await failures(folder), []);
      });
    }));

  it('none of another message, and all of them, page by page', () =>
    withDelivered(async (pair, messageId) => {
      const { store, gateway } = pair.receiver;
      const { cpaId, fromPartyId } = await gateway.messages.find(messageId);
      const about = { at: 1, direction: 'in', cpaId } as const;
      const note = (id: string, from: string): Promise<void> =>
        store.note({ event: { type: 'alert.duplicate-conflict', messageId: id, ...about, data: { from } } });
      for (let count = 0; count < 600; count++) await note(messageId, fromPartyId);
      await note(messageId, 'urn:osb:oin:somebody-else');
      await note('other@x', fromPartyId);
      await withEvidence(pair.receiver, messageId, async (folder) => {
        const { events, complete } = readEvents(folder);
        assert.deepEqual([events.length, complete], [601, true]);
        assert.deepEqual(await failures(folder), []);
      });
    }));

  it('a message that has not ended, one that was cancelled, and one that waits for an earlier one', async () => {
    const line = hangingLine();
    const pair = await openPair({ profile: 'osb-rm-s', ordered: true });
    try {
      pair.routes.bend(dienst.endpoint, line.way);
      const conversationId = 'zaak-1';
      const first = await pair.submit(undefined, { conversationId });
      await line.tried;
      await holds(pair.sender, first.messageId, 0);
      pair.routes.bend(dienst.endpoint);
      const second = await pair.submit(undefined, { conversationId });
      const third = await pair.submit(undefined, { conversationId });
      for (const { messageId } of [second, third]) {
        await untilMessage(pair.receiver, messageId, ({ held }) => held);
      }
      // Once a gap: only the first that waits has an event of its own.
      await holds(pair.receiver, second.messageId, 1);
      await holds(pair.receiver, third.messageId, 0);
      await pair.sender.gateway.messages.cancel(first.messageId);
      await holds(pair.sender, first.messageId, 1);
    } finally {
      line.release();
      await pair.close();
    }
  });

  const TAMPERED: readonly (readonly [what: string, tamper: (all: Events) => void, verdicts: readonly string[]])[] = [
    ['the end is missing', (all) => void all.events.pop(), ['failed']],
    ['the receipt of the message is missing', (all) => void all.events.shift(), ['failed']],
    ['the end is another', (all) => (lastOf(all).type = 'message.failed'), ['failed', 'unproven']],
    ['the end has another time', (all) => (lastOf(all).time = '2026-11-23T00:00:00.000Z'), ['failed']],
    ['a time is none', (all) => (lastOf(all).time = '2026-02-30T00:00:00Z'), ['failed']],
    ['the order is another', (all) => (all.events = all.events.toReversed()), ['failed']],
    ['it is of another message', (all) => (all.messageId = 'x@y'), ['failed']],
    [
      'there is a second end',
      (all) => void all.events.push({ ...lastOf(all), sequence: 9_999, type: 'message.expired' }),
      ['unproven', 'proven'],
    ],
    ['it says that it is not complete', (all) => (all.complete = false), ['unproven']],
  ];

  for (const [what, tamper, verdicts] of TAMPERED) {
    it(`tampered with, even if the manifest is mended: ${what}`, () =>
      withDelivered(async ({ receiver }, messageId) => {
        await receiver.gateway.messages.take(messageId);
        await withEvidence(receiver, messageId, async (folder) => {
          const all = readEvents(folder);
          tamper(all);
          writeFileSync(join(folder, 'events.json'), JSON.stringify(all));
          assert.ok((await failures(folder)).includes('files'));
          mendManifest(folder);
          assert.deepEqual(await verdictsOf(folder), verdicts);
        });
      }));
  }

  it('a state that was noted and never was, and a file that is missing or no JSON', () =>
    withDelivered(async ({ sender }, messageId) => {
      await withEvidence(sender, messageId, async (folder) => {
        const record = readFileSync(join(folder, 'message.json'), 'utf8');
        for (const state of ['EXPIRED', 'RECEIVED', 'NONE']) {
          writeFileSync(join(folder, 'message.json'), record.replace('"DELIVERED"', `"${state}"`));
          mendManifest(folder);
          assert.deepEqual(await verdictsOf(folder), ['failed', 'failed', 'unproven'], state);
        }
        writeFileSync(join(folder, 'message.json'), record);
        for (const text of ['', '[]', '{"messageId":1}', `{"messageId":"${messageId}","complete":true,"events":[1]}`]) {
          writeFileSync(join(folder, 'events.json'), text);
          mendManifest(folder);
          assert.deepEqual(await verdictsOf(folder), ['failed'], text);
        }
        rmSync(join(folder, 'events.json'));
        mendManifest(folder);
        assert.deepEqual(await verdictsOf(folder), ['failed']);
      });
    }));
});

async function withDelivered(use: (pair: Pair, messageId: string) => Promise<void>): Promise<void> {
  await withPair({ profile: 'osb-rm-s' }, async (pair) => {
    const { messageId } = await pair.submit();
    await untilState(pair.sender, messageId, 'DELIVERED');
    await use(pair, messageId);
  });
}

async function holds(at: TestGateway, messageId: string, events: number): Promise<void> {
  await withEvidence(at, messageId, async (folder) => {
    assert.deepEqual(await failures(folder), []);
    assert.equal(readEvents(folder).events.length, events);
  });
}

async function verdictsOf(folder: string): Promise<readonly string[]> {
  const { findings } = await verifyFolder(folder);
  return findings.flatMap(({ subject, verdict }) => (subject === 'events' ? [verdict] : []));
}

function readEvents(folder: string): Events {
  const all: Events = JSON.parse(readFileSync(join(folder, 'events.json'), 'utf8'));
  return all;
}

function lastOf({ events }: Events): Events['events'][number] {
  return events.at(-1) ?? assert.fail('there is no event');
}
