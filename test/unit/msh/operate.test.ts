import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '../../../src/errors.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import { dienst } from '../../setup/msh-contracts.ts';
import { openPair, payloadsOf, untilEvents, untilState } from '../../setup/msh-pair.ts';
import type { Pair } from '../../setup/msh-pair.ts';

const LARGE = 200_000;

describe('what operators do with sent messages', () => {
  let pair: Pair;
  beforeEach(async () => {
    pair = await openPair({ profile: 'osb-rm-s', sync: true });
  });
  afterEach(() => pair.close());

  const ends = async (messageId: string): Promise<readonly string[]> =>
    (await pair.sender.events()).filter((event) => event.messageId === messageId).map(({ type }) => type);
  const filesOf = (): readonly string[] => globSync('payloads/??/*', { cwd: pair.sender.folder });

  it('§6.5.4 a cancelled message stays cancelled when the attempt under way brings a receipt, which is late', async () => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    pair.routes.bend(dienst.endpoint, async (request, forward) => {
      const answer = await forward(request);
      arrive();
      await held;
      return answer;
    });
    const { messageId } = await pair.submit();
    await arrived;
    assert.deepEqual(await pair.sender.gateway.messages.cancel(messageId), { messageId, state: 'CANCELLED' });
    release();
    await untilEvents(pair.sender, 'message.late-signal', 1);
    const found = await pair.sender.gateway.messages.find(messageId);
    assert.equal(found.state, 'CANCELLED');
    assert.notEqual(found.signal, undefined);
    assert.deepEqual(await ends(messageId), ['message.cancelled', 'message.late-signal']);
    await refuses(pair.sender.gateway.messages.cancel(messageId), 'MESSAGE_ENDED');
  });

  it('a cancelled message is not sent again, whatever its schedule says, and not after a restart', async () => {
    let attempts = 0;
    pair.routes.bend(dienst.endpoint, () => {
      attempts += 1;
      return Promise.reject(new GatewayError('PEER_UNREACHABLE'));
    });
    const { messageId } = await pair.submit();
    await untilAttempted(messageId);
    await pair.sender.gateway.messages.cancel(messageId);
    pair.clock.advance(100 * 24 * 3_600_000);
    await pair.restart('sender');
    assert.equal(attempts, 1);
    assert.equal((await pair.sender.gateway.messages.find(messageId)).state, 'CANCELLED');
    assert.deepEqual(await ends(messageId), ['message.cancelled']);
  });

  it('resend copies a large payload: each message keeps its own file', async () => {
    const content = randomBytes(LARGE);
    const { messageId } = await pair.submit([content]);
    await untilState(pair.sender, messageId, 'DELIVERED');
    const before = filesOf();
    const again = await pair.sender.gateway.messages.resend(messageId);
    const sent = await untilState(pair.sender, again.messageId, 'DELIVERED');
    assert.equal(filesOf().length, before.length + 1);
    for (const file of before) rmSync(join(pair.sender.folder, file));
    assert.deepEqual(await payloadsOf(pair.sender, sent), [content]);
  });

  it('resend of a payload that was damaged on disk sends nothing and leaves no copy', async () => {
    const { messageId } = await pair.submit([randomBytes(LARGE)]);
    await untilState(pair.sender, messageId, 'DELIVERED');
    const [file = assert.fail('no file')] = filesOf();
    const path = join(pair.sender.folder, file);
    const octets = readFileSync(path);
    octets.writeUInt8(octets.readUInt8(7) ^ 1, 7);
    writeFileSync(path, octets);
    await refuses(pair.sender.gateway.messages.resend(messageId), 'STORE_UNAVAILABLE');
    rmSync(path);
    await refuses(pair.sender.gateway.messages.resend(messageId), 'STORE_UNAVAILABLE');
    assert.deepEqual(filesOf(), []);
    assert.equal((await pair.sender.gateway.messages.list({ limit: 10 })).items.length, 1);
  });

  it('resend goes by the contract as it is now', async () => {
    const { messageId } = await pair.submit();
    await untilState(pair.sender, messageId, 'DELIVERED');
    await pair.sender.gateway.cpas.deactivate(pair.cpaId);
    await refuses(pair.sender.gateway.messages.resend(messageId), 'CPA_INACTIVE');
  });

  const untilAttempted = async (messageId: string): Promise<void> => {
    while ((await pair.sender.gateway.messages.find(messageId)).attemptLog.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
});

async function refuses(work: Promise<unknown>, code: ErrorCode): Promise<void> {
  await assert.rejects(work, (error) => error instanceof GatewayError && error.code === code);
}
