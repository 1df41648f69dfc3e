import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { Receive } from '../../../src/ports/transport.ts';
import { fixture, fixturePath, fixturesPresent } from '../../setup/fixtures.ts';
import { skipUnless } from '../../setup/skip.ts';
import { closeEndpoints, gather, openEndpoint, RawPeer, statusOf } from '../../unit/transport/open-endpoint.ts';

describe('requests of other MSHs, as they came over the wire', function () {
  before(function () {
    skipUnless(this, fixturesPresent(), 'no captures beside the checkout');
  });
  afterEach(closeEndpoints);

  it('the endpoint takes each of them, chunked or not, with or without the offer of HTTP/2', async () => {
    const received: Buffer[] = [];
    const receive: Receive = async ({ body }) => {
      received.push(await gather(body));
      return { status: 204, headers: {}, body: undefined };
    };
    const endpoints = new Map<string, number>();
    for (const path of posts()) {
      const { head, body } = readCapture(path);
      const target = /^POST (\S+) /.exec(head)?.[1] ?? '/';
      const port = endpoints.get(target) ?? (await openEndpoint({ path: target }, receive)).port;
      endpoints.set(target, port);
      const peer = new RawPeer(port).send(`${head}\r\n\r\n`).send(onWire(head, body));
      assert.equal(statusOf(await peer.until('\r\n\r\n')), 204, path);
      assert.deepEqual(received.pop(), body, path);
      peer.socket.destroy();
    }
  });
});

const posts = (): string[] =>
  ['captures', 'captures-hermes'].flatMap((folder) =>
    readdirSync(fixturePath(folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.request') && !path.startsWith('http-get'))
      .map((path) => `${folder}/${path}`),
  );

function readCapture(path: string): { readonly head: string; readonly body: Buffer } {
  const bytes = fixture(path);
  const end = bytes.indexOf('\r\n\r\n');
  return { head: bytes.toString('latin1', 0, end), body: bytes.subarray(end + 4) };
}

/** The chunking that the recording took off, put on again. */
function onWire(head: string, body: Buffer): Buffer {
  if (!/^transfer-encoding: *chunked/im.test(head)) return body;
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length; at += 16_384) {
    const chunk = body.subarray(at, at + 16_384);
    chunks.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
  }
  return Buffer.concat([...chunks, Buffer.from('0\r\n\r\n')]);
}
