import assert from 'node:assert/strict';
import rhea from 'rhea';
import type { Delivery, EventContext, Message, Sender } from 'rhea';
import type { AmqpSettings } from '../../../adapters/amqp/amqp-adapter.ts';
import { queueAddress } from '../../../adapters/amqp/amqp10/addresses.ts';
import { openLink10 } from '../../../adapters/amqp/amqp10/link.ts';
import { Publisher } from '../../../adapters/amqp/publisher.ts';
import { problemReply, sendReply } from '../../../adapters/amqp/reply.ts';
import type { LinkWatch, Publication } from '../../../adapters/amqp/transport.ts';
import { GatewayError } from '../../../src/errors.ts';
import { amqpSettings, type PreparedAdapter, prepareAdapter } from '../../setup/amqp-place.ts';
import { openPeer10, type Peer10, type Script10 } from '../../setup/amqp10-peer.ts';
import { ACTION, contract, cpaIdOf, dienst, gemeente, SERVICE } from '../../setup/msh-contracts.ts';
import { MovableClock, openPartyGateway, Routes, untilEvents, untilState } from '../../setup/msh-pair.ts';
import type { TestGateway } from '../../setup/test-gateway.ts';

const cpa = contract({ profile: 'osb-rm' });
const CPA_ID = cpaIdOf(cpa);
const nothing = (): void => undefined;

const STOPPING = { condition: 'amqp:connection:forced', description: 'the broker stops' };

describe('a peer of AMQP 1.0 that closes', () => {
  let peer: Peer10;

  afterEach(() => peer.close());

  const stops: readonly [when: string, script: Script10][] = [
    ['before a link is asked for', { connection_open: ({ connection }) => connection.close(STOPPING) }],
    ['while a link is asked for', { receiver_open: stopUnanswered }],
  ];
  for (const [when, script] of stops) {
    it(`${when} is told of at once, and leaves no timer behind`, async () => {
      peer = await openPeer10(script);
      const timers = openTimers();
      const lost: Error[] = [];
      const watch = { ...WATCH, lost: (why: Error) => void lost.push(why) };
      await assert.rejects(openLink10(amqpSettings(peer.url, { protocol: '1.0' }), watch));
      assert.partialDeepStrictEqual(lost[0], { condition: STOPPING.condition });
      assert.equal(openTimers(), timers);
    });
  }

  it('and never answered for a link is not waited for', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    peer = await openPeer10({
      receiver_open({ receiver, session }) {
        if (receiver?.target.address !== queueAddress('silent')) return;
        session?.remove();
        resolve();
      },
    });
    const timers = openTimers();
    const link = await openLink10(amqpSettings(peer.url, { protocol: '1.0' }), WATCH);
    const published = link.publish(publication('silent'));
    await asked;
    await link.close();
    assert.equal((await published).is, 'rejected');
    assert.equal(openTimers(), timers);
  });
});

type Judge = (delivery: Delivery) => void;

const accept: Judge = (delivery) => delivery.accept();
const modify: Judge = (delivery) => delivery.modified({ delivery_failed: true });
const release: Judge = (delivery) => delivery.release();
const reject: Judge = (delivery) =>
  delivery.reject({ condition: 'amqp:resource-limit-exceeded', description: 'the queue is full' });

describe('what a peer of AMQP 1.0 makes of a message', () => {
  const clock = new MovableClock();
  let peer: Peer10;
  let settings: AmqpSettings;
  let gateway: TestGateway;
  let prepared: PreparedAdapter;
  let received = '';
  /** What the peer makes of messages for an address, one after the other; then it accepts. */
  let verdicts: Judge[] = [];
  let judged = '';
  let came: { readonly address: string; readonly message: Message }[] = [];
  let settled: string[] = [];
  let tell = nothing;
  const senders = new Map<string, Sender>();

  beforeEach(async () => {
    [verdicts, judged, came, settled] = [[], '', [], []];
    peer = await openPeer10({
      message({ message, delivery, receiver }) {
        if (message === undefined || delivery === undefined) return;
        const address = receiver?.target.address ?? '';
        came.push({ address, message });
        ((address === judged ? verdicts.shift() : undefined) ?? accept)(delivery);
        tell();
      },
      sender_open: ({ sender }) => sender && void senders.set(sender.source.address, sender),
      accepted: () => (settled.push('accepted'), tell()),
      released: () => (settled.push('released'), tell()),
    });
    settings = amqpSettings(peer.url, { protocol: '1.0' });
    received = `${settings.exchange}.received`;
    settings = { ...settings, receiveQueue: received };
    prepared = prepareAdapter(settings, clock);
    const routes = new Routes();
    gateway = await openPartyGateway(gemeente, {
      parties: [gemeente.key, dienst.key],
      cpas: [cpa],
      clock,
      transport: routes.transport(),
      routes: [{ destination: 'amqp' }],
      prepare: prepared.prepare,
    });
    for (const party of [gemeente, dienst]) routes.lead(party.endpoint, gateway.url);
    await prepared.adapter.start();
  });
  afterEach(async () => {
    await prepared.adapter.drain();
    await gateway.gateway.handovers.stop();
    await prepared.adapter.stop();
    await gateway.close();
    await peer.close();
  });

  const put = (cpaId: string): void => {
    senders.get(queueAddress(settings.sendQueue))?.send({
      message_id: 'order',
      application_properties: { cpaId, fromPartyId: gemeente.oin, service: SERVICE, action: ACTION },
      body: rhea.message.data_section(Buffer.from('<a/>')),
    });
  };
  const at = (queue: string): readonly Message[] =>
    came.filter(({ address }) => address === queueAddress(queue)).map(({ message }) => message);
  /** Time goes on meanwhile. */
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) {
      clock.advance(1_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  const kinds: readonly [name: string, judge: Judge, why: RegExp][] = [
    ['released', release, /there is no queue/],
    ['rejected', reject, /the queue is full/],
    ['modified', modify, /refused it/],
  ];
  for (const [name, judge, why] of kinds) {
    it(`a received message that is ${name} stays RECEIVED with an event, and goes later under the same id`, async () => {
      [judged, verdicts] = [queueAddress(received), [judge]];
      put(CPA_ID);
      await untilEvents(gateway, 'handover.failed', 1);
      const failed = (await gateway.events()).find(({ type }) => type === 'handover.failed');
      assert.match(JSON.stringify(failed?.data), why);
      await until(() => at(received).length === 2);
      const [first, second] = at(received).map(({ message_id: id }) => id);
      assert.equal(first, second);
      await untilState(gateway, String(first), 'TAKEN');
    });
  }

  it('refused input that is rejected where it should lie is not taken off its queue before it does', async () => {
    [judged, verdicts] = [queueAddress(settings.refused), [reject, release, modify]];
    put('nobody');
    await until(() => settled.length === 1);
    assert.deepEqual(settled, ['accepted']);
    const reasons = at(settings.refused).map(({ application_properties: headers }) => headers?.['reason']);
    assert.deepEqual(reasons, ['CPA_UNKNOWN', 'CPA_UNKNOWN', 'CPA_UNKNOWN', 'CPA_UNKNOWN']);
  });

  it('and goes back to its queue, released, when the gateway stops meanwhile', async () => {
    [judged, verdicts] = [queueAddress(settings.refused), [reject]];
    put('nobody');
    while (at(settings.refused).length === 0) await new Promise<void>((resolve) => (tell = resolve));
    await prepared.adapter.drain();
    while (settled.length === 0) await new Promise<void>((resolve) => (tell = resolve));
    assert.deepEqual(settled, ['released']);
  });

  for (const [name, judge] of kinds) {
    it(`an answer that is ${name} five times lies among the refused ones, with REPLY_UNDELIVERABLE`, async () => {
      [judged, verdicts] = [queueAddress('answers'), Array.from({ length: 5 }, () => judge)];
      const publisher = new Publisher(clock);
      const link = await openLink10(settings, WATCH);
      await publisher.open(link);
      const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
      const parts = { settings, publisher, clock, random: Math.random, log };
      const reply = problemReply(new GatewayError('NOT_FOUND'), { messageId: 'answer' });
      let done = false;
      const sent = sendReply(reply, { replyTo: 'answers', correlationId: 'c' }, parts, new AbortController().signal);
      void sent.then(() => (done = true));
      await until(() => done);
      assert.equal(at('answers').length, 5);
      const [letter] = at(settings.refused);
      assert.equal(letter?.correlation_id, 'c');
      assert.partialDeepStrictEqual(letter?.application_properties, {
        reason: 'REPLY_UNDELIVERABLE',
        replyTo: 'answers',
      });
      await link.close();
    });
  }
});

const WATCH: LinkWatch = { lost: nothing, blocked: nothing };

function publication(queue: string): Publication {
  const content = Buffer.from('<a/>');
  return { exchange: '', routingKey: queue, mandatory: true, content, properties: {}, headers: {} };
}

/** Says CLOSE, and nothing of what it was asked. */
function stopUnanswered({ connection }: EventContext): void {
  connection.remove_all_sessions();
  connection.close(STOPPING);
}

function openTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}
