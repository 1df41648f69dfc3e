import assert from 'node:assert/strict';
import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { describe, it } from 'mocha';
import { GatewayError } from '../../../src/errors.ts';
import type { KeyWrapping } from '../../../src/ports/trust.ts';
import { createDecrypter } from '../../../src/trust/decrypter.ts';
import { partyA, partyB, type TestParty } from '../../setup/test-keys.ts';

const SHA256: KeyWrapping = { kind: 'oaep', digest: 'sha256', mgf: 'sha256' };
const both = createDecrypter([partyA, partyB].map(({ key, certificate }) => ({ key, certificate })));

describe('the decrypter', () => {
  it('has the keys it was given, in their order, from PEM too', () => {
    const pem = createDecrypter([{ key: partyA.keyPem, certificate: partyA.certificatePem }]);
    assert.deepEqual(
      pem.certificates().map((one) => Buffer.from(one)),
      [partyA.certificate],
    );
    assert.deepEqual([pem.has(partyA.certificate), pem.has(partyB.certificate)], [true, false]);
    assert.deepEqual(both.certificates().length, 2);
  });

  it('names keys.decrypt when a key does not belong to its certificate', () => {
    assert.throws(
      () => createDecrypter([{ key: partyA.key, certificate: partyB.certificate }]),
      (error) => error instanceof GatewayError && error.code === 'CONFIG_INVALID' && error.location === 'keys.decrypt',
    );
  });

  it('unwraps with the key of the certificate, one at a time and in bursts that start the thread', async () => {
    const mine = createDecrypter([partyA, partyB].map(({ key, certificate }) => ({ key, certificate })));
    for (const count of [1, 40, 40, 40]) {
      await Promise.all(
        Array.from({ length: count }, async (_, index) => {
          const party = index % 2 === 0 ? partyA : partyB;
          const pkcs1 = index % 3 === 0;
          const key = randomBytes(index % 5 === 0 ? 16 : 32);
          const unwrapped = await mine.unwrap({
            certificates: index % 7 === 0 ? mine.certificates() : [party.certificate],
            wrapping: pkcs1 ? { kind: 'pkcs1' } : SHA256,
            wrapped: wrap(party, key, pkcs1),
            length: key.length,
          });
          assert.deepEqual(unwrapped, key, `job ${index}`);
        }),
      );
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  it('never rejects for what a cipher text holds: the key is random then, of the right length', async () => {
    const key = randomBytes(32);
    const wrapped = wrap(partyA, key, false);
    const bad: readonly Uint8Array[] = [randomBytes(256), Buffer.alloc(0), Buffer.alloc(256, 255), wrapped.subarray(1)];
    for (const certificates of [[partyA.certificate], [partyB.certificate], [], both.certificates()]) {
      for (const one of bad) {
        const unwrap = (): Promise<Buffer> => both.unwrap({ certificates, wrapping: SHA256, wrapped: one, length: 32 });
        const [first, second] = [await unwrap(), await unwrap()];
        assert.equal(first.length, 32);
        assert.notDeepEqual(first, second);
      }
    }
    const other = await both.unwrap({ certificates: [partyB.certificate], wrapping: SHA256, wrapped, length: 32 });
    assert.notDeepEqual(other, key);
    const short = await both.unwrap({ certificates: [partyA.certificate], wrapping: SHA256, wrapped, length: 16 });
    assert.notDeepEqual(short, key.subarray(16));
  });
});

function wrap(party: TestParty, key: Uint8Array, pkcs1: boolean): Buffer {
  const publicKey = createPublicKey(party.key);
  if (pkcs1) return publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, key);
  return publicEncrypt({ key: publicKey, oaepHash: 'sha256', padding: constants.RSA_PKCS1_OAEP_PADDING }, key);
}
