import assert from 'node:assert/strict';
import { GatewayError } from '../../../src/errors.ts';
import { ReplayMemory } from '../../../src/wus/provider/replay-memory.ts';
import { childElements, parseXml, textContent } from '../../../src/xml/tree.ts';
import { heapInUse } from '../../setup/heap-in-use.ts';
import { MAX_AGE_MS, SKEW_MS } from '../../setup/wus-gateway.ts';
import { openProvided, type Provided } from '../../setup/wus-provided.ts';
import { makeMessage, rawPost } from '../../setup/wus-partner.ts';

const isCode = (code: string) => (error: unknown) => error instanceof GatewayError && error.code === code;

describe('a signed request that comes again', () => {
  let provided: Provided;
  before(async () => {
    provided = await openProvided();
  });
  after(() => provided.close());
  beforeEach(() => provided.reset());

  const make = async (messageId?: string): Promise<Buffer> => {
    const { keys, clock } = provided;
    const addressing = messageId === undefined ? {} : { messageId };
    return (await makeMessage({ party: keys.consumer, clock, addressing })).envelope;
  };
  const post = async (body: Buffer): Promise<string> => {
    const { status, fault } = await rawPost({ url: provided.url, body });
    return status === 200 ? '200' : (fault?.faultcode.localName ?? '');
  };

  it('A63 [Digikoppeling WA001-MessageID] is answered once', async () => {
    const request = await make();
    assert.equal(await post(request), '200');
    assert.equal(await post(request), 'InvalidSecurity');
    assert.equal((await provided.last()).code, 'WUS_REPLAY');
    assert.equal(provided.backend.calls.length, 1);
  });

  it('A63 is answered once when it comes many times at once', async () => {
    const request = await make();
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(request)));
    assert.equal(answers.filter((one) => one === '200').length, 1);
    assert.equal(provided.backend.calls.length, 1);
  });

  it('A62 is refused with another content under the same MessageID', async () => {
    assert.equal(await post(await make('urn:uuid:again')), '200');
    assert.equal(await post(await make('urn:uuid:again')), 'InvalidSecurity');
  });

  it('A63 is known after a restart, and too old after its time', async () => {
    const request = await make();
    assert.equal(await post(request), '200');
    await provided.restart();
    assert.equal(await post(request), 'InvalidSecurity');
    assert.equal((await provided.last()).code, 'WUS_REPLAY');
    provided.clock.advance(MAX_AGE_MS + 2 * SKEW_MS);
    assert.equal(await post(request), 'InvalidSecurity');
    assert.equal((await provided.last()).code, 'WUS_TIMESTAMP');
  });

  it('A82 leaves no mark when it was refused', async () => {
    const request = await make();
    const damaged = Buffer.from(request.toString().replace('>dag<', '>nacht<'));
    assert.equal(await post(damaged), 'InvalidSecurity');
    assert.equal(await post(request), '200');
  });
});

const key = (messageId: string): { partner: string; messageId: string } => ({ partner: 'p', messageId });

describe('the memory of messages', () => {
  it('A63 knows a message until its time, and forgets it then', () => {
    let now = 0;
    const memory = new ReplayMemory({ now: () => now, most: 10 });
    memory.admit(key('a'), 100_000);
    memory.admit({ partner: 'q', messageId: 'a' }, 100_000);
    now = 100_000;
    assert.throws(() => memory.admit(key('a'), 200_000), isCode('WUS_REPLAY'));
    now = 180_001;
    memory.admit(key('a'), 300_000);
    assert.equal(memory.size, 1);
  });

  it('A63 lets in nothing new while it is full', () => {
    let now = 0;
    const memory = new ReplayMemory({ now: () => now, most: 2 });
    memory.admit(key('a'), 1);
    memory.admit(key('b'), 120_000);
    assert.throws(() => memory.admit(key('c'), 1), isCode('BUSY'));
    assert.throws(() => memory.admit(key('a'), 1), isCode('WUS_REPLAY'));
    now = 60_001;
    memory.admit(key('c'), 120_000);
    assert.equal(memory.size, 2);
  });

  it('A63 keeps nothing of the envelopes whose MessageIDs it knows', () => {
    const memory = new ReplayMemory({ now: () => 0, most: 1000 });
    const before = heapInUse();
    for (let index = 0; index < 200; index++) {
      const envelope = `<a><id>urn:uuid:0000-${index}</id><b>${'x'.repeat(100_000)}</b></a>`;
      const { root } = parseXml(Buffer.from(envelope));
      memory.admit(key(textContent(childElements(root)[0] ?? root)), 1);
    }
    assert.equal(memory.size, 200);
    assert.ok(heapInUse() - before < 5_000_000);
  });
});
