import assert from 'node:assert/strict';
import { connect as connectTls } from 'node:tls';
import { pumpBody } from '../../../src/mime/pump-body.ts';
import type { Receive } from '../../../src/ports/transport.ts';
import type { Crowd } from '../../../src/transport/crowd-report.ts';
import type { EndpointOptions } from '../../../src/transport/https-server.ts';
import { ManualClock } from '../../setup/manual-clock.ts';
import { testTls } from '../../setup/test-tls.ts';
import {
  closeEndpoints,
  httpRequest,
  type OpenEndpoint,
  openEndpoint,
  RawPeer,
  statusOf,
  textAnswer,
} from '../../unit/transport/open-endpoint.ts';

const RATE = 1000;
const PATIENCE = 10_000;
const LOOK = PATIENCE / 10;
const HONEST = httpRequest(['Content-Length: 3'], 'abc');
/** Headers, and three octets of many. */
const SLOW = httpRequest(['Content-Length: 1000000'], 'abc');

interface Watching extends OpenEndpoint {
  readonly clock: ManualClock;
  readonly told: readonly Crowd[];
  /** Once this many octets of bodies have been read, of all requests together. */
  readonly read: (octets: number) => Promise<void>;
}

/** With a clock that stands; each body is read as it comes, and answered with its length. */
async function openWatching(more: Partial<EndpointOptions> = {}, receive?: Receive): Promise<Watching> {
  const clock = new ManualClock();
  const told: Crowd[] = [];
  let octets = 0;
  const waiting = new Set<() => void>();
  const reading: Receive = async ({ body }) => {
    let size = 0;
    const consume = ({ length }: Buffer): undefined => {
      size += length;
      octets += length;
      for (const check of waiting) check();
    };
    await pumpBody(body, Number.POSITIVE_INFINITY, { consume });
    return textAnswer(String(size));
  };
  const { limits, ...options } = more;
  const terms = { minimumRate: RATE, patienceMs: PATIENCE, ...limits };
  const crowded = (crowd: Crowd): void => void told.push(crowd);
  const open = await openEndpoint({ clock, crowded, limits: terms, ...options }, receive ?? reading);
  const read = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (octets >= count) resolve();
      };
      waiting.add(check);
      check();
    });
  return { ...open, clock, told, read };
}

describe('peers that do not get on', () => {
  afterEach(closeEndpoints);

  it('A53 a body that stands still is cut off with 408 when patience is over, and not before', async () => {
    const { port, clock, read, told } = await openWatching();
    const slow = new RawPeer(port).send(SLOW);
    await read(3);
    clock.advance(PATIENCE - LOOK);
    assert.deepEqual(told, []);
    clock.advance(2 * LOOK);
    assert.equal(statusOf(await slow.untilClosed()), 408);
    assert.deepEqual(
      told.map(({ cutSlow }) => cutSlow),
      [1],
    );
  });

  it('A53 a drip falls behind all the same; what comes at the rate, or in one go, does not', async () => {
    const { port, clock, read } = await openWatching();
    const [drip, steady, swift] = [SLOW, SLOW, SLOW].map((text) => new RawPeer(port).send(text));
    assert.ok(drip !== undefined && steady !== undefined && swift !== undefined);
    let sent = 9;
    await read(sent);
    const enough = 'x'.repeat((RATE * LOOK) / 1000);
    for (let look = 0; look < 11; look += 1) {
      drip.send('x');
      steady.send(enough);
      sent += 1 + enough.length;
      // Pays off what it owes by then, which leaves the whole patience before it.
      if (look === 5) sent += swift.send('x'.repeat(50_000)) && 50_000;
      await read(sent);
      clock.advance(LOOK);
    }
    assert.equal(statusOf(await drip.untilClosed()), 408);
    assert.deepEqual(
      [steady, swift].map(({ socket }) => socket.destroyed),
      [false, false],
    );
    clock.advance(PATIENCE);
    assert.deepEqual([statusOf(await steady.untilClosed()), statusOf(await swift.untilClosed())], [408, 408]);
  });

  it('A53 whom we keep waiting owes nothing: nobody reads its body, or its answer is not there yet', async () => {
    const go = Promise.withResolvers<void>();
    const asked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let count = 0;
    const { port, clock } = await openWatching({}, async ({ body }) => {
      asked[count++]?.resolve();
      await go.promise;
      let size = 0;
      await pumpBody(body, Number.POSITIVE_INFINITY, { consume: ({ length }) => void (size += length) });
      return textAnswer(String(size));
    });
    const unread = new RawPeer(port).send(httpRequest(['Content-Length: 10'], 'abc'));
    const whole = new RawPeer(port).send(HONEST);
    await Promise.all(asked.map(({ promise }) => promise));
    clock.advance(5 * PATIENCE);
    go.resolve();
    unread.send('defghij');
    await unread.until('\r\n\r\n10');
    await whole.until('\r\n\r\n3');
  });

  it('A53 a process that stood still, and a clock that jumps, cut nobody', async () => {
    const { port, clock, read } = await openWatching();
    const peer = new RawPeer(port).send(httpRequest(['Content-Length: 6'], 'abc'));
    await read(3);
    const jumping = clock.now.bind(clock);
    clock.now = () => jumping() + 3_600_000;
    clock.advance(2 * LOOK);
    peer.send('def');
    await peer.until('\r\n\r\n6');
  });

  it('A53 an answer that nobody reads is cut off', async () => {
    const body = Buffer.alloc(64 * 1024 * 1024);
    const { port, clock, told } = await openWatching({}, async () => ({ status: 200, headers: {}, body }));
    const peer = new RawPeer(port).send(HONEST);
    await peer.until('HTTP/1.1 200');
    peer.socket.pause();
    clock.advance(2 * PATIENCE);
    peer.socket.resume();
    assert.ok((await peer.untilClosed()).length < body.length);
    assert.equal(told.length, 1);
  });

  it('A53 over TLS too, and with chunks', async () => {
    const { server, client, ca } = await testTls();
    const tls = { ...server, clientCa: ca.certificate };
    const { port, clock, read } = await openWatching({ tls });
    const identity = { key: client.key, cert: client.certificate, ca: ca.certificate };
    const connect = (): RawPeer => new RawPeer(port, connectTls({ host: '127.0.0.1', port, ...identity }));
    const slow = connect().send(httpRequest(['Transfer-Encoding: chunked'], '3\r\nabc\r\n'));
    await read(3);
    clock.advance(PATIENCE / 2);
    slow.send('1\r\nd\r\n');
    await read(4);
    clock.advance(PATIENCE / 2 + LOOK);
    assert.equal(statusOf(await slow.untilClosed()), 408);
    await connect().send(HONEST).until('\r\n\r\n3');
  });

  it('A53 400 slow requests of one address: an honest one gets a place at once', async () => {
    const { port, clock, read, told, requests } = await openWatching({ limits: { maxConnectionsPerAddress: 256 } });
    const slow = Array.from({ length: 256 }, () => new RawPeer(port).send(SLOW));
    await read(256 * 3);
    clock.advance(2 * LOOK);
    slow.push(...Array.from({ length: 144 }, () => new RawPeer(port).send(SLOW)));
    await read(400 * 3);
    await new RawPeer(port).send(HONEST).until('\r\n\r\n3');
    assert.equal(requests.length, 401);
    assert.ok(told.length === 1 && told[0]?.cutSlow === 1);
    const open = slow.filter(({ socket }) => !socket.destroyed);
    assert.ok(open.length <= 256, `${open.length} are open`);
    clock.advance(PATIENCE + LOOK);
    await Promise.all(slow.map((peer) => peer.untilClosed()));
  });

  it('A53 all of them at work, and none slow: the new one is refused', async () => {
    const { port, clock, read, told } = await openWatching({ limits: { maxConnectionsPerAddress: 2 } });
    const busy = [new RawPeer(port).send(SLOW), new RawPeer(port).send(SLOW)];
    await read(6);
    clock.advance(LOOK);
    assert.equal(await new RawPeer(port).send(HONEST).untilClosed(), '');
    assert.equal(told[0]?.refused, 1);
    clock.advance(LOOK);
    await new RawPeer(port).send(HONEST).until('\r\n\r\n3');
    assert.equal(statusOf(await Promise.race(busy.map((peer) => peer.untilClosed()))), 408);
  });

  it('without a minimum rate nobody looks', async () => {
    const { port, clock, read } = await openWatching({ limits: { minimumRate: 0 } });
    const peer = new RawPeer(port).send(httpRequest(['Content-Length: 6'], 'abc'));
    await read(3);
    assert.ok(!clock.isSet(clock.now() + LOOK));
    clock.advance(5 * PATIENCE);
    peer.send('def');
    await peer.until('\r\n\r\n6');
  });

  it('looks only while requests are under way', async () => {
    const { port, clock } = await openWatching();
    await new RawPeer(port).send(HONEST).until('\r\n\r\n3');
    assert.ok(clock.isSet(clock.now() + LOOK));
    clock.advance(LOOK);
    assert.ok(!clock.isSet(clock.now() + LOOK));
  });
});
