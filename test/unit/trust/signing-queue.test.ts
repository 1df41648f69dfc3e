import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';
import { SigningQueue } from '../../../src/trust/signing-queue.ts';

const keys = [generateKeyPairSync('rsa', { modulusLength: 2048 }), generateKeyPairSync('rsa', { modulusLength: 2048 })];
const publicKeys = keys.map((pair) => pair.publicKey);

describe('the queue of signatures', () => {
  it('gives each caller its own signature, few at a time and in bursts that start the thread', async () => {
    const queue = new SigningQueue(keys.map((pair) => pair.privateKey));
    await requireSigned(queue, 3);
    // The second burst meets the thread that the first one started.
    for (let burst = 0; burst < 3; burst += 1) await requireSigned(queue, 150);
  });

  it('tells of a digest that does not exist, and goes on', async () => {
    const queue = new SigningQueue(keys.map((pair) => pair.privateKey));
    await assert.rejects(queue.sign(0, 'sha0', Buffer.from('x')));
    await requireSigned(queue, 60);
    await assert.rejects(queue.sign(0, 'sha0', Buffer.from('x')));
    await requireSigned(queue, 60);
  });
});

async function requireSigned(queue: SigningQueue, count: number): Promise<void> {
  const jobs = Array.from({ length: count }, async (_, index) => {
    const data = Buffer.from(`message ${index}`);
    const key = index % keys.length;
    const digest = index % 3 === 0 ? 'sha512' : 'sha256';
    const signature = await queue.sign(key, digest, data);
    const publicKey = publicKeys[key];
    assert.ok(publicKey !== undefined && verify(digest, data, publicKey, signature), `signature ${index}`);
  });
  await Promise.all(jobs);
}
