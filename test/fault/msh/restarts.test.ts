import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { GatewayError } from '../../../src/errors.ts';
import { contract, cpaIdOf, dienst, gemeente, RETRY_INTERVAL } from '../../setup/msh-contracts.ts';
import {
  hangingLine,
  MovableClock,
  openPair,
  openPartyGateway,
  payloadsOf,
  Routes,
  submitTo,
  untilAttempts,
  untilState,
  withPair,
} from '../../setup/msh-pair.ts';
import { openRecordingPartner } from '../../setup/recording-partner.ts';
import type { TestGateway } from '../../setup/test-gateway.ts';

const LARGE = randomBytes(200_000);

describe('a stop', () => {
  it('gives what is under way its time, then breaks it off and records it', async () => {
    const clock = new MovableClock();
    const routes = new Routes();
    const silent = await openRecordingPartner(() => new Promise<never>(() => undefined));
    routes.lead(dienst.endpoint, silent.url);
    const cpa = contract({ profile: 'osb-rm-s' });
    const here = await openPartyGateway(gemeente, { cpas: [cpa], clock, transport: routes.transport() });
    const { messageId } = await submitTo(here, { cpaId: cpaIdOf(cpa), payloads: [LARGE] });
    await silent.request(1);
    const stopped = here.gateway.stop(30_000);
    clock.advance(29_999);
    assert.equal((await here.gateway.messages.find(messageId)).attemptLog.length, 0);
    clock.advance(1);
    await stopped;
    await here.close(true);
    const again = await openPartyGateway(gemeente, {
      cpas: [],
      clock,
      transport: routes.transport(),
      folder: here.folder,
    });
    const { attemptLog, state } = await again.gateway.messages.find(messageId);
    assert.deepEqual(
      [state, attemptLog.map(({ number, code }) => [number, code])],
      ['QUEUED', [[1, 'PEER_UNREACHABLE']]],
    );
    await silent.close();
    await again.close();
  });

  it('waits for a claim that is under way: nothing is sent after it', async () => {
    const routes = new Routes();
    const partner = await openRecordingPartner();
    routes.lead(dienst.endpoint, partner.url);
    const cpa = contract({ profile: 'osb-rm-s' });
    const here = await openPartyGateway(gemeente, { cpas: [cpa], transport: routes.transport() });
    const { messageId } = await submitTo(here, { cpaId: cpaIdOf(cpa), payloads: [] });
    await here.close(true);
    const { length } = partner.requests;
    const again = await openPartyGateway(gemeente, { cpas: [], transport: routes.transport(), folder: here.folder });
    await untilState(again, messageId, 'SENT');
    const { attemptLog } = await again.gateway.messages.find(messageId);
    assert.equal(attemptLog.length, Math.max(1, length));
    assert.equal(partner.requests.length, attemptLog.length);
    await partner.close();
    await again.close();
  });
});

describe('a restart', () => {
  it('of the sender: what was QUEUED is sent after it, and what was SENT on its next time [ebMS2 §6.1-3]', async () => {
    await withPair({ profile: 'osb-rm-s', sync: true }, async (pair) => {
      pair.routes.bend(dienst.endpoint, () => Promise.reject(new GatewayError('PEER_UNREACHABLE')));
      const queued = await pair.submit([LARGE]);
      await untilAttempts(pair.sender, queued.messageId, 1);
      pair.routes.bend(dienst.endpoint, () =>
        Promise.resolve({ status: 204, contentType: undefined, body: Buffer.alloc(0) }),
      );
      const sent = await pair.submit();
      await untilState(pair.sender, sent.messageId, 'SENT');
      await pair.restart('sender');
      pair.routes.bend(dienst.endpoint);
      pair.clock.advance(RETRY_INTERVAL);
      for (const { messageId } of [queued, sent]) {
        const { attemptLog } = await untilState(pair.sender, messageId, 'DELIVERED');
        assert.deepEqual(
          attemptLog.map(({ number }) => number),
          [1, 2],
        );
      }
      const received = await pair.receiver.gateway.messages.find(queued.messageId);
      assert.deepEqual(await payloadsOf(pair.receiver, received), [LARGE]);
    });
  });

  it('of the receiver: a repeat is still a duplicate, with the receipt of before [ebMS2 §6.1-2, ebMS2 §6.5.3-2]', async () => {
    await withPair({ profile: 'osb-rm-s', sync: true }, async (pair) => {
      pair.routes.bend(dienst.endpoint, async (request, forward) => {
        await forward(request);
        throw new GatewayError('PEER_UNREACHABLE');
      });
      const { messageId } = await pair.submit([LARGE]);
      await untilAttempts(pair.sender, messageId, 1);
      const before = await pair.receiver.gateway.messages.find(messageId);
      await pair.restart('receiver');
      pair.routes.bend(dienst.endpoint);
      pair.clock.advance(RETRY_INTERVAL);
      const sent = await untilState(pair.sender, messageId, 'DELIVERED');
      assert.deepEqual(sent.signal, before.signal);
      assert.deepEqual(await pair.receiver.gateway.messages.find(messageId), before);
    });
  });

  it('of the receiver: a receipt that waits in the outbox goes out after it', async () => {
    const pair = await openPair({ profile: 'osb-rm-s' });
    const line = hangingLine();
    try {
      // The gateway dies while its receipt is on the way: the store is shut without an end of the attempt.
      pair.routes.bend(gemeente.endpoint, line.way);
      const { messageId } = await pair.submit();
      await line.tried;
      await untilState(pair.receiver, messageId, 'RECEIVED');
      await reopenAfterDeath(pair.receiver, async (folder) => {
        pair.routes.bend(gemeente.endpoint);
        const again = await openPartyGateway(dienst, {
          cpas: [],
          clock: pair.clock,
          transport: pair.routes.transport(),
          folder,
        });
        try {
          await untilState(pair.sender, messageId, 'DELIVERED');
        } finally {
          await again.close(true);
        }
      });
    } finally {
      line.release();
      await pair.close();
    }
  });

  it('K4 after a death in the middle of an attempt: the leased row is sent at once, not when its lease has run out [ebMS2 §6.1-3]', async () => {
    const clock = new MovableClock();
    const routes = new Routes();
    const partner = await openRecordingPartner();
    const cpa = contract({ profile: 'osb-rm-s' });
    const open = (folder?: string): Promise<TestGateway> =>
      openPartyGateway(gemeente, {
        cpas: folder === undefined ? [cpa] : [],
        clock,
        transport: routes.transport(),
        ...(folder === undefined ? {} : { folder }),
      });
    const line = hangingLine();
    routes.bend(dienst.endpoint, line.way);
    const first = await open();
    try {
      const { messageId } = await submitTo(first, { cpaId: cpaIdOf(cpa), payloads: [LARGE] });
      await line.tried;
      await reopenAfterDeath(first, async (folder) => {
        routes.lead(dienst.endpoint, partner.url);
        routes.bend(dienst.endpoint);
        const second = await open(folder);
        try {
          const { attemptLog } = await untilState(second, messageId, 'SENT');
          assert.deepEqual(
            attemptLog.map(({ number }) => number),
            [1],
          );
          assert.equal(partner.requests.length, 1);
        } finally {
          await second.close(true);
        }
      });
    } finally {
      line.release();
      await partner.close();
      await first.close();
    }
  });
});

/** Lets go of the store in the middle of everything, as a death of the process does, and goes on with its folder. */
async function reopenAfterDeath(at: TestGateway, use: (folder: string) => Promise<void>): Promise<void> {
  await at.store.close();
  await use(at.folder);
}
