import assert from 'node:assert/strict';
import { createCheckServer } from '../../../src/wus/consumer/expected-servers.ts';
import type { WusPartner } from '../../../src/wus/service.ts';
import { PROVIDER_OIN, THIRD_OIN, wusKeys } from '../../setup/wus-keys.ts';
import { consumedEcho, openWusPair, profileNamed, providedEcho } from '../../setup/wus-pair.ts';

/** The provider of the tests answers for the third party. */
const INTERMEDIARY: ReadonlyMap<string, WusPartner> = new Map([
  [
    THIRD_OIN,
    {
      allow: { sha1: false, cbc: false, rsa15: false, keyReferences: false, unsignedConfirmation: false },
      certificates: [],
      encryptFor: undefined,
      tlsOin: PROVIDER_OIN,
    },
  ],
]);

/** Without OIN: the provider takes its own alone. */
const TO = 'https://dienst.test/wus/echo';

describe('who answers under 2W-be', () => {
  for (const [who, consumed, partners, code] of [
    ['the partner itself is taken', {}, undefined, undefined],
    [
      'another party with a certificate of the same CA is not',
      { partner: THIRD_OIN },
      undefined,
      'WUS_PEER_UNREACHABLE',
    ],
    ['an intermediary that is named is taken', { partner: THIRD_OIN, to: TO }, INTERMEDIARY, undefined],
  ] as const) {
    it(`A35 ${who} [Digikoppeling WT002]`, async () => {
      const consumer = partners === undefined ? {} : { partners };
      const pair = await openWusPair({ profile: '2W-be', consumed, consumer });
      try {
        if (code !== undefined) {
          await assert.rejects(pair.call('dag'), { code, detail: /CERTIFICATE_UNTRUSTED.*shows OIN 0{6}99/ });
          assert.equal(pair.backend.calls.length, 0);
        } else assert.equal((await pair.call('dag')).outcome.kind, 'answer');
      } finally {
        await pair.close();
      }
    });
  }

  it('is told by the certificate of TLS at its own address alone', async () => {
    const keys = await wusKeys();
    const unsigned = await consumedEcho(keys, 'https://dienst.test:443/wus/echo', { profile: profileNamed('2W-be') });
    const check = createCheckServer([unsigned], new Map());
    assert.throws(() => check?.(keys.third.der, 'https://dienst.test'), { code: 'CERTIFICATE_UNTRUSTED' });
    check?.(keys.provider.der, 'https://dienst.test');
    check?.(keys.third.der, 'https://dienst.test:8443');
  });

  it('is nothing to ask where answers are signed, or nobody is called', async () => {
    const keys = await wusKeys();
    const services = [await consumedEcho(keys, 'https://dienst.test/'), await providedEcho(keys, 'http://127.0.0.1/')];
    assert.equal(createCheckServer(services, new Map()), undefined);
  });
});
