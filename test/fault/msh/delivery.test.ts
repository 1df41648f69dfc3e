import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { PROFILES } from '../../setup/msh-contracts.ts';
import { payloadsOf, untilState, withPair } from '../../setup/msh-pair.ts';

const PAYLOADS = [Buffer.from('<één>document</één>'), Buffer.alloc(0), randomBytes(300_000)];

describe('a document between two gateways', () => {
  for (const profile of PROFILES) {
    for (const sync of profile.startsWith('osb-rm') ? [false, true] : [false]) {
      it(`${profile}${sync ? ', synchronous' : ''}: DELIVERED there, RECEIVED here, octet for octet [ebMS2 §2.1.4-2, ebMS2 §6.5.3-1, KVS §6.3.1.1-1, KVS §4.1.4.2-1, ebMS2 §6.5.2-1]`, () =>
        deliver(profile, sync));
    }
  }
});

async function deliver(profile: (typeof PROFILES)[number], sync: boolean): Promise<void> {
  await withPair({ profile, sync }, async (pair) => {
    const { messageId } = await pair.submit(PAYLOADS);
    const sent = await untilState(pair.sender, messageId, 'DELIVERED');
    const received = await untilState(pair.receiver, messageId, 'RECEIVED');
    assert.deepEqual(await payloadsOf(pair.receiver, received), PAYLOADS);
    assert.deepEqual(received.envelope, sent.envelope);
    assert.equal(sent.attemptLog.length, 1);
    assert.equal(sent.signal === undefined, !profile.startsWith('osb-rm'));
    const receipt = Buffer.from(sent.signal?.envelope ?? []).toString();
    assert.equal(receipt.includes('<ds:Signature>'), profile === 'osb-rm-s' || profile === 'osb-rm-e');
    assert.deepEqual(
      (await pair.sender.events()).filter((event) => event.messageId === messageId).map((event) => event.type),
      ['message.delivered'],
    );
    assert.deepEqual(await pair.receiver.gateway.messages.take(messageId), { messageId, state: 'TAKEN' });
  });
}
