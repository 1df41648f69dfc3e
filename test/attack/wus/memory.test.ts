import assert from 'node:assert/strict';
import { request } from 'node:http';
import type { ClientRequest } from 'node:http';
import { openProvided, type Provided } from '../../setup/wus-provided.ts';

const KIB = 1024;

describe('unfinished envelopes that hold the memory of an address', () => {
  let provided: Provided;

  before(async () => {
    provided = await openProvided({ gateway: { limits: { maxHeldBytes: 800 * KIB } } });
  });
  after(() => provided.close());

  /** Begins a body and leaves it so, again where another request was there first. Answers what lets go of it. */
  function hold(type: string, head: string): () => void {
    const headers = { 'content-type': type, soapaction: '""', 'content-length': 900 * KIB };
    let sent: ClientRequest | undefined;
    const begin = (): void => {
      sent?.destroy();
      sent = request(provided.url, { method: 'POST', headers, agent: false })
        .on('error', () => undefined)
        .on('response', begin);
      sent.write(head + ' '.repeat(350 * KIB));
    };
    begin();
    return () => sent?.destroy();
  }

  /** Sends on until an answer begins so. */
  async function untilAnswered(number: string): Promise<Awaited<ReturnType<Provided['send']>>['answer']> {
    for (;;) {
      const { answer } = await provided.send({ body: `<x>${'y'.repeat(100 * KIB)}</x>` });
      if (answer.fault?.faultstring.startsWith(number) === true) return answer;
    }
  }

  for (const [what, type, head] of [
    ['an envelope', 'text/xml', '<a>'],
    [
      'the root of a package',
      'multipart/related; boundary=b; type="application/xop+xml"',
      '--b\r\nContent-Type: application/xop+xml\r\n\r\n<a>',
    ],
  ] as const) {
    it(`as ${what}: the next is told to come again, and is taken when they are gone`, async () => {
      const release = hold(type, head);
      const answer = await untilAnswered('0051 ');
      assert.equal(answer.status, 500);
      assert.equal(answer.headers['retry-after'], '30');
      assert.equal((await provided.last()).code, 'BUSY');
      release();
      await untilAnswered('0004 ');
    });
  }
});
